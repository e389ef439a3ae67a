"""Changes of a picture of which it is known where every spot goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from .cells import Spot

#: What appears where a picture was moved away.
_GREY = 0.5


@dataclass(frozen=True)
class KnownTransform:
    """One change of a picture.

    Args:
        name: what it is called.
        picture: changes a picture ``(C, H, W)``, float32.
        place: where a spot goes, or None when it leaves the picture.
    """

    name: str
    picture: Callable[[Tensor], Tensor]
    place: Callable[[Spot], Spot | None]


def flip() -> KnownTransform:
    """Return the mirror image, left to right."""
    return KnownTransform("flip", lambda x: x.flip(2), lambda s: Spot(1 - s.x, s.y))


def rotate() -> KnownTransform:
    """Return a quarter turn against the clock; height and width change places."""
    return KnownTransform(
        "rotate", lambda x: torch.rot90(x, 1, (1, 2)), lambda s: Spot(s.y, 1 - s.x)
    )


def shift(right: int, down: int, *, width: int, height: int) -> KnownTransform:
    """Return a shift by whole pixels; grey comes in. For exact cells, shift by whole cells.

    Args:
        right: pixels to the right, may be negative.
        down: pixels down, may be negative.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
    """

    def moved(picture: Tensor) -> Tensor:
        edges = (right, -right, down, -down)
        return functional.pad(picture, edges, value=_GREY)

    def place(spot: Spot) -> Spot | None:
        return _inside(spot.x + right / width, spot.y + down / height)

    return KnownTransform("shift", moved, place)


def zoom(factor: float) -> KnownTransform:
    """Return the picture around its middle: cropped beyond 1, on grey below; the size stays."""

    def zoomed(picture: Tensor) -> Tensor:
        theta = torch.tensor([[1 / factor, 0, 0], [0, 1 / factor, 0]], dtype=torch.float32)[None]
        grid = functional.affine_grid(theta, [1, *picture.shape], align_corners=False)
        moved = functional.grid_sample(picture[None] - _GREY, grid, align_corners=False)
        return moved[0] + _GREY

    def place(spot: Spot) -> Spot | None:
        return _inside(0.5 + (spot.x - 0.5) * factor, 0.5 + (spot.y - 0.5) * factor)

    return KnownTransform("crop" if factor > 1 else "pad", zoomed, place)


def scale(width: int, height: int) -> KnownTransform:
    """Return the picture at another size in pixels; every spot stays where it is."""

    def scaled(picture: Tensor) -> Tensor:
        size = (height, width)
        return functional.interpolate(picture[None], size, mode="bilinear", antialias=True)[0]

    return KnownTransform("scale", scaled, lambda spot: spot)


def known_transforms(width: int, height: int, *, cell: int) -> tuple[KnownTransform, ...]:
    """Return one transform of each kind for pictures of one size.

    Args:
        width: of the pictures, in pixels.
        height: of the pictures, in pixels.
        cell: pixels a side of the coarsest layer's cell; shifts and sizes are multiples of it.
    """
    steps = max(1, width // cell // 8)
    larger = [max(cell, round(side * 1.25 / cell) * cell) for side in (width, height)]
    return (
        flip(),
        rotate(),
        shift(steps * cell, -steps * cell, width=width, height=height),
        zoom(1.25),
        zoom(0.8),
        scale(larger[0], larger[1]),
    )


def _inside(x: float, y: float) -> Spot | None:
    return Spot(x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None
