"""A picture file's texts are read whatever its pixels are, and what cannot be read is said."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from seedloupe.errors import ImageError
from seedloupe.metadata import noise_in_picture, read_picture_file, texts_in_file

from ..picture_files import exif, lossy, png, unicode_comment

PARAMETERS = "a hill, 丘 and 🌄\nSteps: 20, Sampler: Euler, Seed: 7, Size: 64x48, RNG: NV"


def written(folder: Path, content: bytes) -> Path:
    path = folder / "picture"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_the_web_uis_text_is_found_in_jpeg_and_webp(kind: str, tmp_path: Path) -> None:
    path = written(tmp_path, lossy(kind, exif(unicode_comment(PARAMETERS))))
    assert texts_in_file(path) == {"parameters": PARAMETERS}
    assert noise_in_picture(texts_in_file(path)).seeds == (7,)


def test_texts_of_a_png_that_is_cut_off_in_its_pixels_are_all_there(tmp_path: Path) -> None:
    whole = png(parameters=PARAMETERS, Software="x")
    for end in (whole.index(b"IDAT") + 20, len(whole) - 1):
        found = texts_in_file(written(tmp_path, whole[:end]))
        assert found == {"parameters": PARAMETERS, "Software": "x"}


def test_a_jpeg_that_is_cut_off_in_its_pixels_says_as_much_as_a_whole_one(tmp_path: Path) -> None:
    whole = lossy("JPEG", exif(unicode_comment(PARAMETERS)))
    assert texts_in_file(written(tmp_path, whole[:-40])) == {"parameters": PARAMETERS}


def test_a_picture_of_a_size_nobody_decodes_is_read_for_its_texts(tmp_path: Path) -> None:
    whole = png(parameters=PARAMETERS)
    header = b"IHDR" + struct.pack(">II", 10**9, 10**9) + whole[24:29]
    bomb = whole[:12] + header + struct.pack(">I", zlib.crc32(header)) + whole[33:]
    assert texts_in_file(written(tmp_path, bomb)) == {"parameters": PARAMETERS}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_without_texts_has_none(kind: str, tmp_path: Path) -> None:
    content = png() if kind == "PNG" else lossy(kind)
    assert texts_in_file(written(tmp_path, content)) == {}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cut short before any text"),
        (b"\x89PNG\r\n\x1a\n", "cut short before any text"),
        (b"\xff\xd8\xff\xe1", "cut short before any text"),
        (b"RIFF\xff\0\0\0WEBP", "cut short before any text"),
        (b"GIF89a", "no such picture"),
        (b"a hill", "no such picture"),
    ],
)
def test_what_is_no_picture_or_half_of_one_is_told_in_plain_words(
    content: bytes, words: str, tmp_path: Path
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(ImageError) as caught:
        texts_in_file(path)
    assert str(caught.value).startswith(f"{path}: expected a PNG, JPEG, WebP or AVIF picture, got ")
    assert words in str(caught.value)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="got no such file"):
        texts_in_file(tmp_path / "gone.png")
    with pytest.raises(ImageError, match="got a folder"):
        texts_in_file(tmp_path)
    with pytest.raises(ImageError, match="too long"):
        texts_in_file(tmp_path / ("n" * 300))


def test_many_texts_together_have_a_limit(tmp_path: Path) -> None:
    path = written(tmp_path, png(**{f"t{n}": "x" * 2**23 for n in range(3)}))
    with pytest.raises(ImageError, match="more than 16,777,216 characters"):
        texts_in_file(path)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_size_in_pixels_is_read_beside_the_texts(kind: str, tmp_path: Path) -> None:
    content = png() if kind == "PNG" else lossy(kind)
    assert read_picture_file(written(tmp_path, content)).size == (48, 32)


def test_a_size_that_is_not_told_takes_no_texts_away(tmp_path: Path) -> None:
    whole = lossy("JPEG", exif(unicode_comment(PARAMETERS)))
    cut = whole[: whole.index(b"\xff\xdb")]  # behind EXIF, before the frame
    found = read_picture_file(written(tmp_path, cut))
    assert (found.size, found.texts) == (None, {"parameters": PARAMETERS})
