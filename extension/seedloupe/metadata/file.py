"""What a picture file says about itself, read without its pixels.

Anybody can have written the file, so all that is read of it has a limit. Pixels are never decoded:
a picture that is cut off behind its texts says as much as a whole one, and one that claims a
million pixels a side costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ..errors import ImageError
from .jpeg_webp import texts_in_jpeg, texts_in_webp
from .png_chunks import texts_in_png

_EXPECTED = "a PNG, JPEG or WebP picture"
_MOST_CHARACTERS = 2**24
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_LONGEST_MARK = 12


def texts_in_file(path: Path) -> dict[str, str]:
    """Read a picture's texts.

    Args:
        path: a PNG, JPEG or WebP file; what its pixels are does not matter.

    Returns:
        PNG's texts by name. The web UI writes the text of a JPEG or WebP as EXIF's comment, so that
        one is called ``parameters`` as well.

    Raises:
        ImageError: there is no such file, it is no such picture, its texts are damaged or too long,
            or it is cut short before the first of them.
    """
    texts: dict[str, str] = {}
    try:
        with path.open("rb") as stream:
            for name, text in _limited(_texts(stream)):
                texts[name] = text
    except EOFError as error:
        if not texts:
            raise _refused(path, "a file that is cut short before any text") from error
    except OSError as error:
        raise _refused(path, _why(path, error)) from error
    except ValueError as error:
        raise _refused(path, str(error)) from error
    return texts


def _texts(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    mark = stream.read(_LONGEST_MARK)
    if mark.startswith(_PNG):
        stream.seek(len(_PNG))
        return texts_in_png(stream)
    if mark.startswith(_JPEG):
        stream.seek(2)
        return texts_in_jpeg(stream)
    if mark.startswith(b"RIFF") and mark.endswith(b"WEBP"):
        return texts_in_webp(stream)
    begins = (_PNG, _JPEG, b"RIFF")
    if any(begin.startswith(mark[: len(begin)]) for begin in begins):
        raise EOFError
    raise ValueError("no such picture")


def _limited(texts: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Hand on texts as long as all of them together are no longer than anybody writes."""
    total = 0
    for name, text in texts:
        total += len(name) + len(text)
        if total > _MOST_CHARACTERS:
            raise ValueError(f"texts of more than {_MOST_CHARACTERS:,} characters")
        yield name, text


def _why(path: Path, error: OSError) -> str:
    """Say in plain words why a file cannot be opened."""
    if isinstance(error, FileNotFoundError):
        return "no such file"
    # Windows calls it a matter of permission.
    if isinstance(error, (IsADirectoryError, PermissionError)) and path.is_dir():
        return "a folder"
    return error.strerror or "a file that cannot be read"


def _refused(path: Path, got: str) -> ImageError:
    return ImageError(str(path), expected=_EXPECTED, got=got)
