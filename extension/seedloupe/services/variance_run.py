"""Whether choosing seeds is worth anything, as a stream that any host shows and may stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from ..errors import InputError
from ..mining.variance import VarianceReport, conclude_variance, grid_batches
from ..mining.variance.board import grid_picture, tile_of
from ..mining.variance.components import FEWEST
from ..noise import NoiseSource, canonical_seed
from .variance import PROMPTS, SEEDS, USUAL_PROMPTS

if TYPE_CHECKING:
    from ..mining import Generator
    from ..mining.scorers import Scorer
    from ..mining.variance import GridBatch

#: As many pictures as anybody waits for; more tells a table's worth, and that is mining.
MOST = 2048


@dataclass(frozen=True)
class VariancePlan:
    """What is made: a picture of each seed with each prompt.

    Args:
        prompts: different ones.
        shape: ``(C, H, W)`` of one picture's latent.
        noise: where noise comes from.
        seeds: any; each counts once.
        batch: pictures at once.

    Raises:
        InputError: there are too few seeds or prompts to tell anything from, or too many.
    """

    prompts: tuple[str, ...]
    shape: tuple[int, int, int]
    noise: NoiseSource
    seeds: tuple[int, ...] = tuple(range(SEEDS))
    batch: int = 8

    def __post_init__(self) -> None:
        """Take seeds as they are drawn, each once, and refuse what tells nothing."""
        seeds = tuple(sorted({canonical_seed(seed, self.noise) for seed in self.seeds}))
        object.__setattr__(self, "seeds", seeds)
        for name, count in (("seeds", len(seeds)), ("prompts", len(set(self.prompts)))):
            if count < FEWEST:
                expected = f"{FEWEST} different ones or more"
                raise InputError(name, expected=expected, got=f"{count}")
        if len(set(self.prompts)) != len(self.prompts):
            raise InputError("prompts", expected="each once", got="one twice")
        if self.images > MOST:
            expected = f"at most {MOST} pictures"
            raise InputError("seeds", expected=expected, got=f"{self.images}")

    @property
    def images(self) -> int:
        """How many pictures are made."""
        return len(self.seeds) * len(self.prompts)


@dataclass(frozen=True, eq=False)
class VarianceStanding:
    """How it stands after a batch.

    Attributes:
        done: pictures measured.
        images: pictures in all.
        report: what was found; None before all is measured.
        stopped: whether somebody ended it before.
    """

    done: int
    images: int
    report: VarianceReport | None = None
    stopped: bool = False

    @property
    def line(self) -> str:
        """Say it in one line."""
        if self.report is not None:
            return self.report.answer()
        if self.stopped:
            return f"Stopped after {self.done} of {self.images} pictures; nothing can be told yet."
        return f"Measured {self.done} of {self.images} small pictures."


@dataclass(eq=False)
class VarianceRun:
    """Makes and measures the grid.

    Args:
        plan: what is made.
        generator: makes pictures.
        scorers: measure them.
        tell: is told a line when a scorer is lost or memory ran out.
    """

    plan: VariancePlan
    generator: Generator
    scorers: Mapping[str, Scorer]
    tell: Callable[[str], object] = lambda line: None
    _tiles: dict[tuple[int, int], Image.Image] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """End after the batch in flight; may be called from any thread."""
        self._stopping.set()

    def rounds(self) -> Iterator[VarianceStanding]:
        """Work, and yield how it stands after every batch; the last one has the answer.

        Raises:
            InputError: no scorer is left, or what the generator raises.
        """
        from ..mining.scorers import ScorerPanel

        plan, done = self.plan, 0
        batches = grid_batches(
            plan.seeds,
            plan.prompts,
            self.generator,
            ScorerPanel(self.scorers, tell=self.tell),
            shape=plan.shape,
            noise=plan.noise,
            batch=plan.batch,
            say=self.tell,
        )
        while not self._stopping.is_set():
            try:
                made = next(batches)
            except StopIteration as end:
                report = conclude_variance(end.value, np.random.default_rng(0))
                yield VarianceStanding(done, plan.images, report)
                return
            self._keep(made)
            done = made.done
            yield VarianceStanding(done, plan.images)
        yield VarianceStanding(done, plan.images, stopped=True)

    def picture(self) -> Image.Image:
        """Return the grid of pictures as far as they are made, a row a seed, a column a prompt."""
        return grid_picture(dict(self._tiles), self.plan.seeds, len(self.plan.prompts))

    def _keep(self, made: GridBatch) -> None:
        from ..images import to_pil

        for row, image in zip(made.rows, made.images, strict=True):
            if bool(image.isfinite().all()):
                self._tiles[row, made.column] = tile_of(to_pil(image.float()))


def prompts_of(text: str, count: int = PROMPTS) -> tuple[str, ...]:
    """Return the first prompts of a form, one a line, or some usual ones where it is empty.

    Args:
        text: as it stands in the form.
        count: how many are taken.
    """
    lines = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    return (lines or USUAL_PROMPTS)[:count]
