"""Reading numbers and JSON out of strangers' pictures, within bounds."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping

from ..errors import ImageError, NoiseError, SeedError
from ..noise.seeds import canonical_seed
from ..noise.source import NV_NOISE
from ..noise.stream import CELL, require_latent_size

_LONGEST_TEXT = 2**22
_LONGEST_NUMBER = 20
_OTHER_CELLS: Mapping[int, int] = {128: 16, 64: 32, 48: 16}
"""Pixels a side of a latent cell by the channels of the models that do not have eight."""


def require_text(text: str, field: str) -> str:
    """Return ``text``, if somebody could have written it on purpose.

    Raises:
        ImageError: it is longer than 4 million characters.
    """
    if len(text) > _LONGEST_TEXT:
        raise ImageError(
            field, expected=f"at most {_LONGEST_TEXT} characters", got=f"{len(text)} of them"
        )
    return text


def read_json(text: str, field: str) -> Mapping[str, object]:
    """Read a JSON object.

    Raises:
        ImageError: it is none, is nested too deeply, or is too long.
    """
    try:
        found = json.loads(require_text(text, field), parse_int=_bounded)
    except (ValueError, RecursionError) as error:
        got = f"{type(error).__name__}: {error}"
        raise ImageError(field, expected="a JSON object", got=got) from error
    if not isinstance(found, dict):
        raise ImageError(field, expected="a JSON object", got=type(found).__name__)
    return found


def read_seed(value: object, field: str) -> int:
    """Read a seed, a number or its digits.

    Raises:
        ImageError: it names no noise.
    """
    number = whole_number(value)
    try:
        # Philox keeps all of a seed, so what it takes every generator takes.
        return canonical_seed(-1 if number is None else number, NV_NOISE)
    except SeedError as error:
        raise ImageError(field, expected="a seed from 0 to 2**64-1", got=f"{value!r}") from error


def read_webui_seed(text: str | None, field: str) -> tuple[int | None, tuple[str, ...]]:
    """Read a seed as the web UI takes it, which passes negative ones on to PyTorch.

    Returns:
        the seed and what to say of it; None for a missing one and for -1, which stands for a random
        one that nobody wrote down.

    Raises:
        ImageError: it names no noise.
    """
    if text is None:
        return None, ()
    number = whole_number(text.strip().removesuffix(".0"))
    if number == -1:
        return None, ("The seed is written as -1, which stands for a random one.",)
    if number is not None and -(2**63) <= number < 0:
        # PyTorch takes a negative seed for the unsigned number of the same 64 bits.
        seed = number + 2**64
        return seed, (f"Seed {number} stands for {seed} (2**64 - {-number}).",)
    return read_seed(text if number is None else number, field), ()


def whole_number(value: object) -> int | None:
    """Return a whole number, also one written as digits; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,20}", value.strip()):
        return int(value)
    return value if type(value) is int else None


def read_share(value: object, field: str) -> float:
    """Read a number in [0, 1], such as a strength.

    Raises:
        ImageError: it is none.
    """
    try:
        number = float(value) if isinstance(value, (int, float, str)) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not 0 <= number <= 1:
        raise ImageError(field, expected="a number from 0 to 1", got=f"{value!r}")
    return number


def read_size(text: str, field: str) -> tuple[int, int]:
    """Read ``640x480``; either may be 0 or negative, which hosts write for none.

    Raises:
        ImageError: it is written differently.
    """
    match = re.fullmatch(r"\s*(-?[0-9]{1,5})x(-?[0-9]{1,5})\s*", text)
    if match is None:
        raise ImageError(field, expected="WIDTHxHEIGHT in pixels", got=repr(text))
    return int(match[1]), int(match[2])


def cell_of(channels: int) -> int:
    """Return how many pixels a side a latent cell has in models of so many channels."""
    return _OTHER_CELLS.get(channels, CELL)


def latent_size(
    channels: int, size: tuple[int, int], field: str, *, cell: int = CELL
) -> tuple[int, int, int]:
    """Return ``(C, H, W)`` of a picture of ``(width, height)`` pixels.

    Raises:
        ImageError: no latent can have that size.
    """
    width, height = size
    got = f"{width}x{height}"
    if min(size) < cell:
        raise ImageError(field, expected=f"at least {cell} pixels a side", got=got)
    try:
        return require_latent_size((channels, height // cell, width // cell))
    except NoiseError as error:
        raise ImageError(field, expected="a size whose noise can be drawn", got=got) from error


def require_channels(channels: int) -> int:
    """Return how many channels to take a model's latents to have.

    Raises:
        NoiseError: no latent has so many.
    """
    if not 1 <= channels <= 256:
        raise NoiseError("channels", expected="1 to 256", got=f"{channels}")
    return channels


def _bounded(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER + 1:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)
