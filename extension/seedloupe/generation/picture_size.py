"""Sizes of pictures as people write them, and a seed's noise taken to another size."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import InputError
from ..noise import NoiseResize, ResizeWay
from .model_info import ModelInfo

_SIZE = re.compile(r"([0-9]{1,5})\s*[xX×*]\s*([0-9]{1,5})")
_SHAPES = ((1, 1), (3, 2), (2, 3), (16, 9), (9, 16))


def parse_size(text: str) -> tuple[int, int]:
    """Read a size such as ``640x480``, width first.

    Raises:
        InputError: it is none.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise InputError(
            "size", expected="width x height in pixels, such as 640x480", got=repr(text)
        )
    return int(match[1]), int(match[2])


def usual_sizes(model: ModelInfo) -> tuple[tuple[int, int], ...]:
    """Return sizes of about as many pixels as the model was trained at, its own first."""
    width, height = model.native_size
    side, step = (width * height) ** 0.5, model.cell * 8
    sizes = [model.native_size]
    for wide, high in _SHAPES:
        scale = side / (wide * high) ** 0.5
        sizes.append((_near(wide * scale, step), _near(high * scale, step)))
    return tuple(dict.fromkeys(sizes))


@dataclass(frozen=True)
class SizeWish:
    """Which size a picture is to have, and whether a seed is to keep its layout there.

    Attributes:
        size: ``(width, height)`` in pixels; None is the model's own.
        way: how the noise is taken along; None draws new noise at that size.
    """

    size: tuple[int, int] | None = None
    way: ResizeWay | None = None

    def resize(
        self, model: ModelInfo, drawn_at: tuple[int, int, int] | None = None
    ) -> NoiseResize | None:
        """Return how the noise is taken to the size, or None where it is drawn there.

        Args:
            model: what draws.
            drawn_at: latent ``(C, H, W)`` the seeds are known at; None is the model's own.

        Raises:
            ShapeError: the size is none the model can draw.
        """
        width, height = self.size or model.native_size
        if self.way is None:
            return None
        found = NoiseResize(self.way, drawn_at or model.latent_shape(*model.native_size))
        return found if found.changes(model.latent_shape(width, height)) else None


def _near(length: float, step: int) -> int:
    return max(round(length / step), 1) * step
