"""Make every picture of a plan once, measure it, and keep only the measurements.

The paper (Xu et al., 2024, sec. 3) makes 20,000 pictures a seed; this makes as many as
the plan asks for and says with each number how sure it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..noise import initial_noise
from ..tables import SeedTable
from .assemble import assemble
from .instruments import Floats, Generator, Instrument
from .journal import Journal, Measures
from .plan import MiningPlan, portions
from .scores import best_and_random

#: Side of a thumbnail in pixels.
TILE = 48


@dataclass(frozen=True)
class MiningProgress:
    """How far a run is: pictures measured so far (earlier runs included), of all."""

    done: int
    total: int
    fresh: int


def mine(
    plan: MiningPlan,
    generator: Generator,
    instruments: Sequence[Instrument],
    *,
    journal: Journal,
    on_progress: Callable[[MiningProgress], None] = lambda progress: None,
) -> SeedTable | None:
    """Measure what the journal lacks and assemble the table.

    Returns None when another process still works on some portion: it will assemble.

    Raises:
        InputError: the journal is damaged.
    """
    counter = _Counter(plan, on_progress)
    work = _Work(plan, generator, instruments, journal, counter)
    first = work.run("mine", plan.seeds, plan.prompts, thumbnails=True)
    if first is None:
        return None
    confirmed: dict[int, Measures] = {}
    if plan.confirm and plan.confirm_prompts:
        chosen = best_and_random(plan, instruments, first)
        second = work.run("confirm", chosen, plan.confirm_prompts, thumbnails=False)
        if second is None:
            return None
        confirmed = second
    return assemble(plan, instruments, first, confirmed)


class _Counter:
    def __init__(self, plan: MiningPlan, tell: Callable[[MiningProgress], None]) -> None:
        self._total, self._tell = plan.images, tell
        self._done = self._fresh = 0

    def add(self, images: int, *, fresh: bool) -> None:
        self._done += images
        self._fresh += images if fresh else 0
        self._tell(MiningProgress(self._done, self._total, self._fresh))


@dataclass(frozen=True)
class _Work:
    plan: MiningPlan
    generator: Generator
    instruments: Sequence[Instrument]
    journal: Journal
    counter: _Counter

    def run(
        self, phase: str, seeds: tuple[int, ...], prompts: tuple[str, ...], *, thumbnails: bool
    ) -> dict[int, Measures] | None:
        """Measures of each seed; None when a portion is in another process's hands."""
        names = []
        for index, chunk in enumerate(portions(seeds, self.plan.batch)):
            name = f"{phase}-{index:05d}"
            names.append((name, chunk))
            with self.journal.claim(name) as mine_to_do:
                if mine_to_do:
                    self.journal.write(name, self._measure(chunk, prompts, thumbnails))
            self.counter.add(len(chunk) * len(prompts), fresh=mine_to_do)
        if not all(self.journal.has(name) for name, _ in names):
            return None
        return {
            seed: row
            for name, chunk in names
            for seed, row in zip(chunk, _rows(self.journal.read(name), len(chunk)), strict=True)
        }

    def _measure(
        self, seeds: tuple[int, ...], prompts: tuple[str, ...], thumbnails: bool
    ) -> Measures:
        noise = torch.stack(
            [initial_noise(seed, self.plan.shape, source=self.plan.noise) for seed in seeds]
        )
        parts: dict[str, list[Floats]] = {}
        for index, prompt in enumerate(prompts):
            images = self.generator(prompt, noise, seeds)
            for instrument in self.instruments:
                for name, values in instrument.measure(images, prompt).items():
                    parts.setdefault(name, []).append(values.float().numpy())
            if thumbnails and index == 0:
                parts["thumbnail"] = [_tiles(images)]
        return {name: np.stack(values, axis=1) for name, values in parts.items()}


def _rows(measures: Measures, count: int) -> Iterator[Measures]:
    """Split measures of a portion ``(seeds, prompts, …)`` into one mapping a seed."""
    for row in range(count):
        yield {name: values[row] for name, values in measures.items()}


def _tiles(images: Tensor) -> Floats:
    small = functional.interpolate(images, (TILE, TILE), mode="area")
    tiles: Floats = small.clamp(0, 1).numpy().astype(np.float32)
    return tiles
