"""The texts of an AVIF file, where this Pillow opens one (11.3 and later do).

Pillow reads the container and its EXIF without decoding pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from .exif import texts_in_exif
from .jpeg_webp import XMP

if TYPE_CHECKING:
    from PIL.Image import Image

_BRANDS = (b"avif", b"avis")
_LARGEST = 2**28
_EXIF = b"Exif\0\0"


def is_avif(mark: bytes) -> bool:
    """Whether a file that begins so is an AVIF picture or sequence."""
    return mark[4:8] == b"ftyp" and any(mark[8:].count(brand) for brand in _BRANDS)


def texts_in_avif(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """Read the texts of an AVIF file with their names, EXIF's as :mod:`.exif` names them.

    Args:
        stream: the file, from its beginning.

    Raises:
        ValueError: it is damaged or too large, or this Pillow opens no AVIF; the words say which.
    """
    with _opened(stream) as picture:
        exif, xmp = picture.info.get("exif"), picture.info.get("xmp")
    if isinstance(exif, bytes):
        yield from texts_in_exif(exif.removeprefix(_EXIF))
    if isinstance(xmp, bytes):
        yield XMP, xmp.decode("utf-8", "replace")


def avif_size(stream: BinaryIO) -> tuple[int, int] | None:
    """Return width and height of an AVIF file in pixels.

    Args:
        stream: the file, from its beginning.

    Raises:
        ValueError: as :func:`texts_in_avif` does.
    """
    with _opened(stream) as picture:
        return picture.size


def _opened(stream: BinaryIO) -> Image:
    import PIL
    from PIL import Image, features

    if stream.seek(0, 2) > _LARGEST:
        raise ValueError(f"an AVIF file of more than {_LARGEST:,} bytes")
    stream.seek(0)
    # Pillow before 11.3 does not know the name.
    if "avif" not in features.modules or not features.check_module("avif"):
        raise ValueError(
            f"an AVIF picture, which was not read: Pillow {PIL.__version__} here opens none, 11.3 "
            "and later do"
        )
    try:
        return Image.open(stream, formats=("AVIF",))
    except (
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise ValueError("a damaged AVIF file, or one of too many pixels") from error
