"""What an OCR reader is, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..errors import InputError, ShapeError


@dataclass(frozen=True, eq=False)
class TextRegion:
    """One piece of text in a picture, usually a line.

    Attributes:
        quad: ``(4, 2)`` float32, the corners in order around the text, as ``x, y`` in pixels; may
            be rotated and may reach beyond the picture. Kept as a read-only copy.
        text: what it says, as far as the reader could tell; empty if it only saw letter shapes.
        confidence: how sure the reader is of ``text``, in ``[0, 1]``.
        detection: how sure it is that there is text at all, in ``[0, 1]``; ``None`` for readers
            that do not say.
        likeness: how much it looks like a row of letters by its shape, whether or not anybody can
            read it, in ``[0, 1]``; ``None`` for readers that do not say.

    Raises:
        ShapeError: ``quad`` is no four finite corners.
        InputError: ``confidence``, ``detection`` or ``likeness`` is outside ``[0, 1]``.
    """

    quad: NDArray[np.float32]
    text: str
    confidence: float
    detection: float | None = None
    likeness: float | None = None

    def __post_init__(self) -> None:
        """Refuse what no picture can hold, and keep an own copy of the corners."""
        quad = np.array(self.quad, dtype=np.float32)
        if quad.shape != (4, 2):
            raise ShapeError("quad", expected="shape (4, 2)", got=f"{quad.shape}")
        if not np.isfinite(quad).all():
            raise ShapeError("quad", expected="finite corners", got=f"{quad.tolist()}")
        quad.setflags(write=False)
        object.__setattr__(self, "quad", quad)
        _require_share(self.confidence, "confidence")
        for field in ("detection", "likeness"):
            if (value := getattr(self, field)) is not None:
                _require_share(value, field)

    @property
    def height(self) -> float:
        """How tall the line is, in pixels: the shorter side of the quad."""
        return min(self._sides())

    @property
    def length(self) -> float:
        """How long the line is, in pixels: the longer side of the quad."""
        return max(self._sides())

    def to_json(self) -> dict[str, object]:
        """Return the region as JSON types; without ``likeness`` where nobody said it."""
        told = {} if self.likeness is None else {"likeness": self.likeness}
        return {
            "quad": self.quad.tolist(),
            "text": self.text,
            "confidence": self.confidence,
            "detection": self.detection,
            **told,
        }

    def _sides(self) -> tuple[float, float]:
        """The lengths of the two pairs of sides, each pair's mean."""
        sides = np.linalg.norm(np.roll(self.quad, -1, axis=0) - self.quad, axis=1)
        return float(sides[0] + sides[2]) / 2, float(sides[1] + sides[3]) / 2


@dataclass(frozen=True)
class Availability:
    """Whether a reader can be used here, and why (not), in one sentence."""

    ok: bool
    reason: str


class OcrReader(Protocol):
    """Finds text in a picture.

    ``read`` may be slow the first time, when it loads its engine; nothing is loaded before. It
    raises whatever it likes when it fails: callers turn that into a
    :class:`~seedloupe.errors.ReaderError` that names the reader.

    A reader may also have ``side_limit: int``, the longest side in pixels it can use. Of larger
    pictures it is then shown the surroundings of the mask only, shrunk to that side if need be. It
    may have ``version: str``, which reports carry. And it may have ``reads: bool``, which is taken
    for true where it is missing: a reader with ``reads = False`` sees letter shapes without reading
    them, so every region's ``text`` is empty, its ``confidence`` 0, and ``detection`` is all there
    is to judge by.
    """

    @property
    def name(self) -> str:
        """What users call the reader."""
        ...

    def available(self) -> Availability:
        """Tell whether reading can work here, without loading or downloading anything."""
        ...

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        """Find the text in ``image``, ``(3, H, W)`` float32 in ``[0, 1]`` on the CPU."""
        ...


def _require_share(value: float, field: str) -> None:
    if not 0 <= value <= 1:
        raise InputError(field, expected="a number from 0 to 1", got=f"{value}")
