"""Noting the sizes of transformers while a U-Net runs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Grid:
    """What went into a transformer: rows of the batch, rows and columns of cells."""

    rows: int
    height: int
    width: int

    @classmethod
    def of_call(cls, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Grid | None:
        """Read it off the first tensor ``(B, C, H, W)`` among a call's arguments, if any."""
        for value in (*args, *kwargs.values()):
            if isinstance(value, Tensor) and value.ndim == 4:
                return cls(value.shape[0], value.shape[2], value.shape[3])
        return None


class Underway(threading.local):
    """What is known of the call in progress; a thread each, as some hosts run calls in several.

    Attributes:
        grids: by path of the transformer.
        parts: projections ``q``, ``k`` and ``v`` by path of the attention, until it is through.
    """

    def __init__(self) -> None:
        self.grids: dict[str, Grid] = {}
        self.parts: dict[str, dict[str, Tensor]] = {}

    def begin(self) -> None:
        """Forget the call before."""
        self.grids.clear()
        self.parts.clear()
