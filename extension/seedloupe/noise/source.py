"""Which generator turns a seed into noise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from ..errors import NoiseError


class Rng(str, Enum):
    """The random number generators hosts draw their starting noise with."""

    TORCH_CPU = "torch_cpu"
    """PyTorch on the CPU: a Mersenne Twister seeded with the low 32 bits of the seed."""
    PHILOX = "philox"
    """The counter-based generator of NVIDIA cards, seeded with all 64 bits."""


@dataclass(frozen=True)
class NoiseSource:
    """One way of turning a seed into noise.

    Args:
        rng: the generator.
        grid_threads: how many threads a card draws with at once; beyond that many values its noise
            departs from that of other cards. ``None`` is a card without limit, which is what the
            web UI calls ``NV``. Only for Philox.

    Raises:
        NoiseError: ``grid_threads`` is not positive, or given for the CPU.
    """

    rng: Rng = Rng.TORCH_CPU
    grid_threads: int | None = None

    def __post_init__(self) -> None:
        """Refuse grids that no generator has."""
        if self.grid_threads is None:
            return
        if self.rng is not Rng.PHILOX:
            raise NoiseError(
                "grid_threads", expected="nothing for cpu noise", got=f"{self.grid_threads}"
            )
        if self.grid_threads < 1:
            raise NoiseError(
                "grid_threads", expected="a positive number", got=f"{self.grid_threads}"
            )

    @classmethod
    def parse(cls, text: str) -> NoiseSource:
        """Return the source written as ``cpu``, ``nv`` or ``cuda:GRID``.

        Raises:
            NoiseError: ``text`` is written differently.
        """
        if text == "cpu":
            return cls(Rng.TORCH_CPU)
        if text == "nv":
            return cls(Rng.PHILOX)
        grid = re.fullmatch(r"cuda:([0-9]{1,10})", text)
        if grid is None:
            raise NoiseError(
                "noise", expected="cpu, nv or cuda:GRID (as in cuda:43008)", got=repr(text)
            )
        return cls(Rng.PHILOX, int(grid[1]))

    @property
    def label(self) -> str:
        """The source as :meth:`parse` reads it."""
        if self.rng is Rng.TORCH_CPU:
            return "cpu"
        return "nv" if self.grid_threads is None else f"cuda:{self.grid_threads}"


CPU_NOISE = NoiseSource()
"""The noise every machine draws alike."""

NV_NOISE = NoiseSource(Rng.PHILOX)
"""The noise of an NVIDIA card without limit; the web UI's ``NV``."""
