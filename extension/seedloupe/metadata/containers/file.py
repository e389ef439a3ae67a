"""What a picture file says about itself, read without its pixels.

Anybody can have written the file, so all that is read of it has a limit. Pixels are not decoded: a
picture that is cut off behind its texts says as much as a whole one, and one that claims a million
pixels a side costs nothing. Only a text hidden in pixels (:mod:`.hidden_text`) has to be looked for
there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

from ...errors import ImageError
from .avif import avif_size, is_avif, texts_in_avif
from .jpeg_webp import jpeg_size, texts_in_jpeg, texts_in_webp, webp_size
from .png_chunks import png_effort, png_size, texts_in_png

_EXPECTED = "a PNG, JPEG, WebP or AVIF picture"
_MOST_CHARACTERS = 2**24
_PNG, _JPEG, _RIFF, _WEBP = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF", b"WEBP"
_LONGEST_MARK = 32

_Fact = TypeVar("_Fact")


@dataclass(frozen=True)
class PictureFile:
    """What was read of a picture file.

    Attributes:
        texts: by name. The web UI writes the text of a JPEG, WebP or AVIF as EXIF's comment, so
            that one is called ``parameters`` as well; ComfyUI's keep their names.
        size: ``(width, height)`` in pixels; None where the file does not tell.
        effort: how hard the packer of a PNG's pixels says it was told to try, from 0 to 3, which
            some programs choose by what they write; None where the file does not tell.
    """

    texts: dict[str, str] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    effort: int | None = None


def texts_in_file(path: Path) -> dict[str, str]:
    """Read a picture's texts.

    Args:
        path: a PNG, JPEG, WebP or AVIF file; what its pixels are does not matter.

    Returns:
        the texts by name, as :class:`PictureFile` has them.

    Raises:
        ImageError: as :func:`read_picture_file` does.
    """
    return read_picture_file(path).texts


def read_picture_file(path: Path) -> PictureFile:
    """Read a picture's texts and its size in pixels.

    Args:
        path: a PNG, JPEG, WebP or AVIF file.

    Raises:
        ImageError: there is no such file, it is no such picture, its texts are damaged or too long,
            it is cut short before the first of them, or this Pillow opens no AVIF.
    """
    texts: dict[str, str] = {}
    size = effort = None
    try:
        with path.open("rb") as stream:
            kind = _kind(stream.read(_LONGEST_MARK))
            size, effort = _found(kind.size, kind, stream), _found(kind.effort, kind, stream)
            stream.seek(kind.place)
            for name, text in _limited(kind.texts(stream)):
                texts[name] = text
    except EOFError as error:
        if not texts:
            raise _refused(path, "a file that is cut short before any text") from error
    except OSError as error:
        raise _refused(path, _why(path, error)) from error
    except ValueError as error:
        raise _refused(path, str(error)) from error
    return PictureFile(texts, size, effort)


class _Kind(NamedTuple):
    """How a kind of file is read, all of it from its place on."""

    place: int
    texts: Callable[[BinaryIO], Iterator[tuple[str, str]]]
    size: Callable[[BinaryIO], tuple[int, int] | None]
    effort: Callable[[BinaryIO], int | None] = lambda stream: None


def _kind(mark: bytes) -> _Kind:
    """Tell a file's kind by its first bytes."""
    if mark.startswith(_PNG):
        return _Kind(len(_PNG), texts_in_png, png_size, png_effort)
    if mark.startswith(_JPEG):
        return _Kind(2, texts_in_jpeg, jpeg_size)
    if mark.startswith(_RIFF) and mark[8:12] == _WEBP:
        return _Kind(12, texts_in_webp, webp_size)
    if is_avif(mark):
        return _Kind(0, texts_in_avif, avif_size)
    if any(begin.startswith(mark[: len(begin)]) for begin in (_PNG, _JPEG, _RIFF)):
        raise EOFError
    raise ValueError("no such picture")


def _found(find: Callable[[BinaryIO], _Fact | None], kind: _Kind, stream: BinaryIO) -> _Fact | None:
    """Find something; a file that does not tell it may have texts all the same."""
    stream.seek(kind.place)
    with suppress(EOFError, ValueError):
        return find(stream)
    return None


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
