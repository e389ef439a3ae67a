"""Pictures somebody brings to the page: read with care, and what is none is called so."""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from ....errors import SeedloupeError
from ....images import FORMATS, MAX_PIXELS, is_transparent

#: Pillow's modes of more than 8 bits a channel, whose upper bits it would cut off.
_DEEP = ("I", "F")


class PageError(SeedloupeError):
    """Something on the page cannot be used; the message is a sentence in the page's words."""


@dataclass(frozen=True)
class NoPicture:
    """What stands in the place of a file that is no picture: its name."""

    name: str


def say_what_is_none(component: Any) -> Any:
    """Let a component of Gradio's hand on :class:`NoPicture` for a file that is no picture.

    Without this the event ends before it reaches us, and nobody says why.

    Args:
        component: an image component; it is changed and returned.
    """
    read = component.preprocess

    def preprocess(payload: Any) -> Any:
        try:
            return read(payload)
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return NoPicture(getattr(payload, "orig_name", None) or "The file")

    component.preprocess = preprocess
    return component


def required_picture(given: Image.Image | NoPicture) -> Image.Image:
    """Return a picture somebody chose, as :func:`flattened` shows it.

    Raises:
        PageError: it is none, or none that can be used.
    """
    if isinstance(given, NoPicture):
        raise not_a_picture(given.name)
    return flattened(given)


def not_a_picture(name: str) -> PageError:
    """Say that a file is no picture, whatever its name says."""
    return PageError(f"{Path(name).name} is not a picture. Choose a PNG, JPEG or WebP file.")


def opened_picture(path: Path) -> Image.Image:
    """Read a file somebody chose, upright, as :func:`flattened` shows it.

    Raises:
        PageError: it is no picture, or none that can be used.
    """
    Image.init()
    formats = [name for name in FORMATS if name in Image.OPEN]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(path, formats=formats)
        with picture:
            _require_plain(picture)
            return flattened(ImageOps.exif_transpose(picture))
    except PageError:
        raise
    except Image.DecompressionBombError as error:
        raise PageError(f"{path.name} is too large. Scale it down first.") from error
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise not_a_picture(path.name) from error


def flattened(picture: Image.Image) -> Image.Image:
    """Return a picture in mode RGB, with white behind what is transparent, as a browser shows it.

    Raises:
        PageError: it is too large, or has more than 8 bits a channel.
    """
    _require_plain(picture)
    if not is_transparent(picture):
        return picture.convert("RGB")
    ground = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")


def _require_plain(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise PageError(
            f"The picture has {picture.width} × {picture.height} pixels, which is too many. "
            "Scale it down first."
        )
    if picture.mode.startswith(_DEEP):
        raise PageError(
            f"The picture has more than 8 bits a channel (mode {picture.mode}). Save it with 8."
        )
