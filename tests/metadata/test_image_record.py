"""Our own record is written and read by one description."""

from __future__ import annotations

import json

import pytest

from seedloupe.errors import ImageError
from seedloupe.metadata import noise_in_record
from seedloupe.metadata.image_record import ImageRecord, require_image_record
from seedloupe.noise import NoiseResize, NoiseSource, ResizeWay

RECORD = ImageRecord(
    tool="seedloupe 1",
    prompt="a hill",
    negative="",
    seed=2**32 + 5,
    noise=NoiseSource.parse("cpu"),
    size=(64, 48),
    steps=20,
    guidance=4.0,
    sampler="euler",
    task="img2img",
    strength=0.5,
    model={"name": "m", "family": "f", "sha256": "ab"},
    resize=NoiseResize(ResizeWay.STRETCH, (4, 4, 4)),
    extras={"rank": 3},
)


def test_what_is_written_is_read_again() -> None:
    written = json.loads(json.dumps(RECORD.to_json()))
    require_image_record(written)
    found = noise_in_record(written)
    assert (found.seeds, found.shape, found.carried) == ((2**32 + 5,), (4, 6, 8), RECORD.resize)
    assert (found.task, found.strength) == ("img2img", 0.5)
    assert (written["canonical_seed"], written["rank"]) == ("5", 3)
    assert written["carried"]["from"] == [32, 32]


def test_another_format_or_version_is_refused() -> None:
    for key in ("format", "version"):
        with pytest.raises(ImageError, match=r"seedloupe\.format: expected seedloupe\.image"):
            require_image_record({**RECORD.to_json(), key: "other"})
