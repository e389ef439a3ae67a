from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.artifacts import Availability, TextRegion


class StubReader:
    """Reads what it was told to, and remembers what it was shown."""

    name = "stub"

    def __init__(self, *answers: Iterable[TextRegion]) -> None:
        self.answers = [tuple(answer) for answer in answers]
        self.shown: list[Tensor] = []

    def available(self) -> Availability:
        return Availability(True, "always here")

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        """Give the answers in turn, the last one for ever."""
        self.shown.append(image)
        return self.answers[min(len(self.shown), len(self.answers)) - 1]


class BrokenReader(StubReader):
    name = "broken"

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        raise RuntimeError("out of\nink")


@pytest.fixture
def stub() -> type[StubReader]:
    return StubReader


@pytest.fixture
def broken() -> BrokenReader:
    return BrokenReader()


@pytest.fixture
def text() -> Callable[..., TextRegion]:
    """Text in an upright box."""

    def make(
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        says: str = "CAFE",
        confidence: float = 0.95,
        detection: float | None = None,
    ) -> TextRegion:
        quad = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)
        return TextRegion(quad, says, confidence, detection)

    return make


@pytest.fixture
def image() -> Tensor:
    """A gray picture, 64 wide and 48 high."""
    return torch.full((3, 48, 64), 0.5)


@pytest.fixture
def mask() -> Tensor:
    """Repainted: columns 16 to 48 of rows 8 to 40, 32 x 32 pixels."""
    mask = torch.zeros(48, 64)
    mask[8:40, 16:48] = 1
    return mask
