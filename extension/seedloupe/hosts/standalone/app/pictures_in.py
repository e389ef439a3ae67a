"""Pictures somebody brings to the page: read with care, and what is none is called so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from ....errors import SeedloupeError


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
    """Return a picture somebody chose.

    Raises:
        PageError: it is none.
    """
    if isinstance(given, NoPicture):
        raise not_a_picture(given.name)
    return given


def not_a_picture(name: str) -> PageError:
    """Say that a file is no picture, whatever its name says."""
    return PageError(f"{Path(name).name} is not a picture. Choose a PNG, JPEG or WebP file.")
