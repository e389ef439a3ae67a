"""The noise of a batch in which every picture has a seed of its own.

ComfyUI draws a batch as one stream, so that only its first picture has its seed's noise. Where each
picture's noise is drawn by itself, a batch holds the very pictures that single runs give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import NoiseError
from .draw import initial_noise
from .resize import NoiseResize, resized_noise
from .shapes import drawn_shape
from .source import CPU_NOISE, NoiseSource, Rng
from .stream import CELL, require_latent_size

if TYPE_CHECKING:
    from torch import Tensor

_STEP_OFFSET = 0x5EED10
"""Keeps a graphics card's step noise apart from the same card's starting noise."""


@dataclass(frozen=True)
class SeedBatch:
    """Seeds in the order of their pictures, and how each is turned into noise.

    Args:
        seeds: one a picture.
        source: which generator draws.
        resize: the size the noise is drawn at and how it is taken to the latents' size; None draws
            at the latents' size.
        only: ``(C, H, W)`` or ``(C, F, H, W)``, the one shape the seeds were chosen for; None takes
            any.

    Raises:
        NoiseError: there is no seed.
    """

    seeds: tuple[int, ...]
    source: NoiseSource = CPU_NOISE
    resize: NoiseResize | None = None
    only: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse a batch of nothing."""
        if not self.seeds:
            raise NoiseError("seeds", expected="at least one seed", got="none")

    def of_rows(self, batch: int, batch_index: Sequence[int] | None = None) -> tuple[int, ...]:
        """Return the seed of each picture.

        Args:
            batch: how many pictures.
            batch_index: which of the seeds each picture has, repetitions included; None is the
                first, the second and so on.

        Raises:
            NoiseError: there are more pictures than seeds, or an index is behind the last seed.
        """
        rows = range(batch) if batch_index is None else tuple(batch_index)
        last = max(rows, default=0)
        if last < len(self.seeds) and min(rows, default=0) >= 0:
            return tuple(self.seeds[row] for row in rows)
        if batch_index is not None:
            wrong = last if last >= len(self.seeds) else min(rows)
            raise NoiseError(
                "batch_index",
                expected=f"0 to {len(self.seeds) - 1}, as there are {len(self.seeds)} seeds",
                got=f"{wrong}",
                advice=f"Ask for {last + 1} seeds, or take an earlier picture of the batch."
                if wrong >= len(self.seeds)
                else "Places in a batch count from 0.",
            )
        raise NoiseError(
            "batch_size",
            expected=f"at most {len(self.seeds)}, as there are so many seeds",
            got=f"{batch} pictures",
            advice=f"Set the latent's batch size to {len(self.seeds)}, or ask for more seeds.",
        )

    def draw(
        self, shape: Sequence[int], batch: int, *, batch_index: Sequence[int] | None = None
    ) -> Tensor:
        """Draw the starting noise of a batch.

        Args:
            shape: ``(C, H, W)`` of one picture, or ``(C, F, H, W)``, in latent cells.
            batch: how many pictures.
            batch_index: as for :meth:`of_rows`.

        Returns:
            ``(B, C, H, W)`` or ``(B, C, F, H, W)``, float32, CPU.

        Raises:
            SeedError: a seed names no noise.
            NoiseError: ``shape`` is no latent size, is not the one the seeds were chosen for,
                cannot be reached from the size carried from, or the seeds do not suffice.
        """
        import torch

        self._require_shape(shape)
        seeds = self.of_rows(batch, batch_index)
        return torch.stack([self._one(seed, shape) for seed in seeds])

    @property
    def step_seed(self) -> int:
        """The seed for noise that a sampler adds at its steps.

        The starting noise of a graphics card would come again as its first step's noise, and tear
        the picture; noise of the CPU does not, as the host adds one to the seed there.
        """
        first = self.seeds[0]
        return first if self.source.rng is Rng.TORCH_CPU else (first + _STEP_OFFSET) % 2**64

    def _require_shape(self, shape: Sequence[int]) -> None:
        drawn = drawn_shape(shape)
        if self.only is not None and drawn != drawn_shape(self.only):
            raise NoiseError(
                "noise.shape",
                expected=f"{self.only}, which the seeds were chosen for",
                got=f"{drawn}",
                advice=_shape_advice(self.only, drawn),
            )

    def _one(self, seed: int, shape: Sequence[int]) -> Tensor:
        if self.resize is None:
            return initial_noise(seed, shape, source=self.source)
        channels, height, width = require_latent_size(tuple(shape))
        return resized_noise(seed, (channels, height, width), self.resize, source=self.source)


def _shape_advice(wanted: tuple[int, ...], got: tuple[int, ...]) -> str:
    if wanted[0] != got[0]:
        return "Use a model of the kind the seeds were chosen for."
    height, width = (side * CELL for side in wanted[-2:])
    return f"Set width and height to {width}x{height}, or let the noise be carried."
