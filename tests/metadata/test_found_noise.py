"""What was found can be handed on as JSON."""

from __future__ import annotations

import json

import pytest

from seedloupe.errors import NoiseError
from seedloupe.metadata import noise_in_parameters, noise_in_picture

from .told import PARAMETERS, PROMPT, RECORD, texts, workflow


def test_whatever_was_found_can_be_written_as_json() -> None:
    for said in (
        texts(parameters=PARAMETERS),
        texts(prompt=PROMPT),
        texts(workflow=workflow()),
        texts(seedloupe=RECORD),
    ):
        written = json.loads(json.dumps(noise_in_picture(said, channels=4).to_json()))
        assert written["level"] == "exact"
        assert written["shape"] == [4, 6, 8]
    with pytest.raises(NoiseError, match="channels"):
        noise_in_picture(texts(seedloupe=RECORD), channels=0)


def test_all_that_changes_a_noise_is_in_the_json() -> None:
    more = "Variation seed: 9, Variation seed strength: 0.25, Seed resize from: 32x40, ENSD: 3"
    found = noise_in_parameters(f"{PARAMETERS}, {more}").to_json()
    assert found["variation"] == {"seed": "9", "strength": 0.25}
    assert (found["resize_from"], found["step_seed_delta"]) == ([32, 40], 3)
    assert (found["seeds"], found["source"], found["batch_index"]) == (["7"], "nv", None)
