"""A text in the lowest bits of the pixels is found, and only there is it looked for."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seedloupe.metadata import FoundHost, noise_in_file
from seedloupe.metadata.containers.hidden_text import hidden_texts
from seedloupe.metadata.generation_info import told_by_file

TEXT = "a hill\nSteps: 20, Sampler: Euler, Seed: 7, Size: 64x48, RNG: CPU, Version: v1.10.1"
NOVELAI = json.dumps(
    {"Software": "NovelAI", "Comment": json.dumps({"seed": 42, "prompt": "1girl"})}
)


def hide(path: Path, mark: bytes, text: str, *, bits: int | None = None) -> Path:
    """Write a picture with a text in it, alpha or colours by its mark, column by column."""
    payload = gzip.compress(text.encode()) if mark.endswith(b"comp") else text.encode()
    count = len(payload) * 8 if bits is None else bits
    spelt = np.unpackbits(np.frombuffer(mark + struct.pack(">I", count) + payload, np.uint8))
    in_alpha = b"png" in mark
    pixels = np.full((40, 56, 4 if in_alpha else 3), 254, np.uint8)
    plane = pixels[:, :, 3] if in_alpha else pixels
    columns = plane.swapaxes(0, 1).reshape(-1).copy()
    columns[: len(spelt)] |= spelt
    shape = (56, 40) if in_alpha else (56, 40, 3)
    plane[...] = columns.reshape(shape).swapaxes(0, 1)
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize("mark", [b"stealth_pnginfo", b"stealth_pngcomp"])
@pytest.mark.parametrize("ending", ["png", "webp"])
def test_a_text_in_alpha_is_read(mark: bytes, ending: str, tmp_path: Path) -> None:
    path = hide(tmp_path / "a.png", mark, TEXT)
    if ending == "webp":
        Image.open(path).save(tmp_path / "a.webp", lossless=True, exact=True)
        path = tmp_path / "a.webp"
    assert hidden_texts(path) == {"parameters": TEXT}
    assert noise_in_file(path).seeds == (7,)
    assert told_by_file(path).seed == 7


@pytest.mark.parametrize("mark", [b"stealth_rgbinfo", b"stealth_rgbcomp"])
def test_a_text_in_the_colours_is_read_where_it_is_asked_for(mark: bytes, tmp_path: Path) -> None:
    path = hide(tmp_path / "a.png", mark, TEXT)
    assert hidden_texts(path) == {}
    assert hidden_texts(path, in_colours=True) == {"parameters": TEXT}
    assert noise_in_file(path).seeds == (7,)


def test_several_texts_keep_their_names(tmp_path: Path) -> None:
    path = hide(tmp_path / "a.png", b"stealth_pngcomp", NOVELAI)
    found = noise_in_file(path)
    assert (found.host, found.seeds) == (FoundHost.NOVELAI, (42,))
    assert told_by_file(path).prompt == "1girl"


@pytest.mark.parametrize("bits", [0, 8, 2**32 - 1])
def test_a_length_that_cannot_be_ends_nothing(bits: int, tmp_path: Path) -> None:
    path = hide(tmp_path / "a.png", b"stealth_pngcomp", TEXT, bits=bits)
    hidden_texts(path, in_colours=True)


def test_a_picture_that_hides_nothing_is_cut_short_or_is_none_has_no_texts(tmp_path: Path) -> None:
    plain = tmp_path / "plain.png"
    Image.new("RGBA", (5, 3)).save(plain)
    cut = tmp_path / "cut.png"
    cut.write_bytes(hide(tmp_path / "a.png", b"stealth_pngcomp", TEXT).read_bytes()[:300])
    none = tmp_path / "none.png"
    none.write_bytes(b"x")
    for path in (plain, cut, none, tmp_path / "gone.png"):
        assert hidden_texts(path, in_colours=True) == {}
