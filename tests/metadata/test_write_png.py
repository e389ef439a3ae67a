from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from seedloupe.errors import ImageError
from seedloupe.generation.describe import picture_texts
from seedloupe.generation.sampler import Sampler
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.images import from_pil, to_pil
from seedloupe.metadata.write_png import read_png_metadata, save_png
from seedloupe.noise import NoiseSource

from ..requests import request_of

PICTURE = from_pil(Image.linear_gradient("L").resize((48, 32)))

#: How the web UI takes its last line apart (modules/infotext_utils.py, described, not copied):
#: a key of word characters, blanks, hyphens and slashes, a colon, then JSON text or no comma.
PARAMETER = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')


def as_the_web_ui_reads(text: str) -> dict[str, str]:
    """The web UI's reading of ``parameters``: prompt, negative prompt, then fields."""
    *lines, last = text.strip().split("\n")
    fields = PARAMETER.findall(last)
    assert len(fields) >= 3
    prompt, negative, in_negative = [], [], False
    for line in map(str.strip, lines):
        if line.startswith("Negative prompt:"):
            in_negative, line = True, line[len("Negative prompt:") :].strip()
        (negative if in_negative else prompt).append(line)
    values = {key: json.loads(v) if v.startswith('"') else v for key, v in fields}
    return {"Prompt": "\n".join(prompt), "Negative prompt": "\n".join(negative), **values}


def test_the_web_ui_reads_back_what_was_done(tiny: Model, tmp_path: Path) -> None:
    request = request_of(
        tiny.info,
        "a sign, two: lines\n(red:1.2)",
        (2**32 + 9, 4),
        negative="fog,\nwet",
        width=48,
        height=32,
        steps=7,
        guidance=3.5,
        sampler=Sampler.DPMPP_2M,
    )
    path = tmp_path / "new" / "folder" / "a.png"
    extras = {"table": "of mine, v:1", "rank": 3, "left out": None}
    save_png(PICTURE, path, picture_texts(request, 2**32 + 9, extras))
    found = as_the_web_ui_reads(read_png_metadata(path).parameters or "")
    assert found.pop("Seedloupe", "")[:1] in ("", "0", "1")
    assert found == {
        "Prompt": request.prompt,
        "Negative prompt": "fog,\nwet",
        "Steps": "7",
        "Sampler": "DPM++ 2M",
        "Schedule type": "Uniform",
        "CFG scale": "3.5",
        "Seed": "9",
        "Size": "48x32",
        "Model hash": tiny.info.sha256[:10],
        "Model": "tiny",
        "RNG": "CPU",
        "Seedloupe table": "of mine, v:1",
        "Seedloupe rank": "3",
    }


def test_our_own_record_leaves_nothing_out(tiny: Model, tmp_path: Path) -> None:
    request = request_of(tiny.info, "ein Haus – 家", (2**63,), sampler=Sampler.EULER_A)
    path = tmp_path / "a.png"
    save_png(PICTURE, path, picture_texts(request, 2**63, {"pick": "given"}))
    record = read_png_metadata(path).record
    assert record is not None
    assert record.pop("tool").startswith("seedloupe")  # type: ignore[attr-defined]
    assert record == {
        "format": "seedloupe.image",
        "version": "1",
        "prompt": "ein Haus – 家",
        "negative": "",
        "seed": str(2**63),
        "canonical_seed": "0",
        "noise": "cpu",
        "size": [32, 32],
        "steps": 20,
        "guidance": 4.0,
        "sampler": "euler_a",
        "task": "txt2img",
        "strength": None,
        "model": {"name": "tiny", "family": "sd1", "sha256": tiny.info.sha256},
        "pick": "given",
    }


def test_the_picture_itself_is_untouched(tiny: Model, tmp_path: Path) -> None:
    texts = picture_texts(request_of(tiny.info, "x", (1,)), 1, {})
    save_png(PICTURE, tmp_path / "a.png", texts)
    assert list(tmp_path.iterdir()) == [tmp_path / "a.png"]
    assert Image.open(tmp_path / "a.png").tobytes() == to_pil(PICTURE).tobytes()


def test_a_png_of_others_has_no_record(tmp_path: Path) -> None:
    to_pil(PICTURE).save(tmp_path / "a.png")
    found = read_png_metadata(tmp_path / "a.png")
    assert (found.parameters, found.record) == (None, None)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_what_is_no_png_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(ImageError, match="a readable PNG file"):
        read_png_metadata(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("noise", "name"), [("cpu", "CPU"), ("nv", "NV"), ("cuda:64", "NV"), ("cuda:63", None)]
)
def test_a_cards_own_noise_is_not_called_by_the_name_of_all_cards(
    tiny: Model, tmp_path: Path, noise: str, name: str | None
) -> None:
    request = request_of(tiny.info, "x", (1,), width=32, height=32, noise=NoiseSource.parse(noise))
    save_png(PICTURE, tmp_path / "a.png", picture_texts(request, 1, {}))
    found = as_the_web_ui_reads(read_png_metadata(tmp_path / "a.png").parameters or "")
    assert found.get("RNG") == name
