"""Saying how a tensor must be laid out, and checking it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import ShapeError

if TYPE_CHECKING:
    from torch import Tensor


def require_shape(x: Tensor, layout: str, *, field: str = "tensor") -> Tensor:
    """Return ``x`` unchanged if it is laid out as ``layout`` says.

    Args:
        x: the tensor to check, any dtype and device.
        layout: one word an axis, e.g. ``"B 3 H W"``. A number must match; a letter stands for any
            size, and the same letter twice for the same size twice.
        field: what the message calls the tensor.

    Raises:
        ShapeError: ``x`` is no tensor, or its shape is another one.
    """
    from torch import Tensor

    if not isinstance(x, Tensor):
        raise ShapeError(field, expected=f"a tensor ({layout})", got=type(x).__name__)
    if not _fits(tuple(x.shape), layout.split()):
        raise ShapeError(field, expected=f"shape ({layout})", got=f"{tuple(x.shape)}")
    return x


def _fits(shape: tuple[int, ...], axes: list[str]) -> bool:
    if len(shape) != len(axes):
        return False
    sizes: dict[str, int] = {}
    return all(
        size == (int(axis) if axis.isdigit() else sizes.setdefault(axis, size))
        for size, axis in zip(shape, axes, strict=True)
    )
