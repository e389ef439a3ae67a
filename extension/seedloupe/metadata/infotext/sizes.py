"""The sizes a text of the web UI tells: where the noise was drawn, and what came after.

Formulas are those of ``modules/processing.py``: 1.10.1 for the second pass, and that of 2022 for
the "First pass size" of the highres fix before 2023.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ...errors import ImageError
from ...noise.stream import CELL
from ..found_noise import LaterPass
from ..parsing import read_share, read_size

_OLD_PIXELS, _OLD_STEP = 512 * 512, 64
_HIRES = ("Hires upscale", "Hires resize", "Hires upscaler", "Hires steps", "First pass size")


@dataclass(frozen=True)
class TextSizes:
    """Sizes in pixels, ``(width, height)``.

    Attributes:
        drawn: where the noise was drawn; None where the text does not tell.
        final: of the picture after all passes the text tells of, in whole cells as the web UI
            decodes it; None where the text does not tell.
        later: the second pass, where there was one.
    """

    drawn: tuple[int, int] | None
    final: tuple[int, int] | None
    later: tuple[LaterPass, ...] = ()


def has_second_pass(fields: Mapping[str, str]) -> bool:
    """Whether a text tells of a second pass at another size."""
    return any(key in fields for key in _HIRES)


def sizes_of(fields: Mapping[str, str], seed: int | None) -> TextSizes:
    """Tell the sizes of a text.

    Args:
        fields: its settings.
        seed: of its noise, which the second pass draws from as well.

    Raises:
        ImageError: a size cannot be; the field names it.
    """
    if "Size" not in fields:
        return TextSizes(None, None)
    size = read_size(fields["Size"], "parameters.Size")
    if "First pass size" in fields:
        first = _old_first_pass(fields["First pass size"], size)
        return TextSizes(first, _in_cells(size), (_second(fields, seed, size),))
    if not has_second_pass(fields):
        return TextSizes(size, _in_cells(size))
    second = _second_size(fields, size)
    return TextSizes(size, _in_cells(second or size), (_second(fields, seed, second),))


def read_strength(fields: Mapping[str, str]) -> float | None:
    """Read the denoising strength; None where the text has none.

    Raises:
        ImageError: it cannot be.
    """
    text = fields.get("Denoising strength", fields.get("Denoise"))
    return None if text is None else read_share(text, "parameters.Denoising strength")


def _in_cells(size: tuple[int, int]) -> tuple[int, int]:
    return size[0] // CELL * CELL, size[1] // CELL * CELL


def _second(fields: Mapping[str, str], seed: int | None, size: tuple[int, int] | None) -> LaterPass:
    return LaterPass("Hires. fix", seed, size, read_strength(fields))


def _second_size(fields: Mapping[str, str], size: tuple[int, int]) -> tuple[int, int] | None:
    if "Hires resize" in fields:
        return _resized(read_size(fields["Hires resize"], "parameters.Hires resize"), size)
    if "Hires upscale" not in fields:
        return None
    try:
        share = float(fields["Hires upscale"])
        return int(size[0] * share), int(size[1] * share)
    except (ValueError, OverflowError) as error:
        raise ImageError(
            "parameters.Hires upscale", expected="a number", got=repr(fields["Hires upscale"][:40])
        ) from error


def _resized(asked: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    """Fill in a side of 0, which keeps the picture's proportions."""
    width, height = size
    if asked[1] <= 0 < asked[0]:
        return asked[0], asked[0] * height // max(width, 1)
    if asked[0] <= 0 < asked[1]:
        return asked[1] * width // max(height, 1), asked[1]
    return asked


def _old_first_pass(text: str, size: tuple[int, int]) -> tuple[int, int]:
    """Return the first pass of 2022; "0x0" is 512x512 pixels in these proportions."""
    width, height = read_size(text, "parameters.First pass size")
    if width > 0 and height > 0:
        return width, height
    share = math.sqrt(_OLD_PIXELS / max(size[0] * size[1], 1))
    rounded = (max(1, math.ceil(share * side / _OLD_STEP)) * _OLD_STEP for side in size)
    return next(rounded), next(rounded)


def enlarged_by(fields: Mapping[str, str]) -> float | None:
    """Return how much the web UI's "Extras" enlarged a picture; None where a text tells of none."""
    factor = fields.get("Postprocess upscale by")
    if factor is None:
        return None
    try:
        return float(factor)
    except ValueError:
        return None
