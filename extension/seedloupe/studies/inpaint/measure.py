"""Repaint every pair with every seed once, look for text, and keep what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ...artifacts.repaints import InpaintTask, Looker, Painter, Pair, Seen, repaint_and_look
from ...errors import InputError
from ..journal import StudyJournal
from .plan import InpaintPlan

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class PictureKey:
    """Which picture: a task, a pair by its place among all, and a seed."""

    task: InpaintTask
    pair: int
    seed: int


@dataclass(frozen=True)
class StudyProgress:
    """How far a run is: pictures looked at so far (earlier runs included), of all."""

    done: int
    total: int
    fresh: int


@dataclass(frozen=True, eq=False)
class Measured:
    """What every looker saw in every picture of a plan.

    Attributes:
        plan: what was painted.
        lookers: who looked, the main one first.
        seen: for each picture what each looker saw, in the order of ``lookers``.
    """

    plan: InpaintPlan
    lookers: tuple[str, ...]
    seen: Mapping[PictureKey, tuple[Seen, ...]]

    def shares(self, task: InpaintTask, looker: str) -> Floats:
        """Share of the mask covered by text, ``(pairs, seeds)``."""
        return np.array([[s.share for s in row] for row in self._grid(task, looker)])

    def flagged(self, task: InpaintTask, looker: str) -> Flags:
        """Whether text was held against the picture, ``(pairs, seeds)``."""
        return np.array([[s.flagged for s in row] for row in self._grid(task, looker)])

    def texts(self, looker: str) -> Iterator[tuple[str, str]]:
        """Each flagged piece of text that could be read, with the prompt of its picture."""
        for picture, seen in self.seen.items():
            prompt = picture.task.prompt(self.plan.pairs[picture.pair])
            for text in seen[self.lookers.index(looker)].texts:
                if text.strip():
                    yield text, prompt

    def _grid(self, task: InpaintTask, looker: str) -> list[list[Seen]]:
        place = self.lookers.index(looker)
        return [
            [self.seen[PictureKey(task, pair, seed)][place] for seed in self.plan.seeds]
            for pair in range(len(self.plan.pairs))
        ]


def measure(
    plan: InpaintPlan,
    paint: Painter,
    lookers: Sequence[Looker],
    *,
    journal: StudyJournal,
    keep: Callable[[PictureKey, Tensor], None] = lambda picture, painted: None,
    on_progress: Callable[[StudyProgress], None] = lambda progress: None,
) -> Measured:
    """Paint and look at what the journal lacks.

    Args:
        plan: what to paint.
        paint: paints.
        lookers: look for text, the main one first.
        journal: of the same settings.
        keep: given each fresh picture before it is noted as done.
        on_progress: told after each picture; what it raises ends the run, with all that was seen
            kept.

    Raises:
        ReaderError: a looker could not look; what was seen before is kept.
        InputError: the journal speaks of pictures that are not in the plan.
    """
    names = tuple(looker.name for looker in lookers)
    places = {pair.name: place for place, pair in enumerate(plan.pairs)}
    seen = dict(_kept(finding, places, names) for finding in journal.findings)
    fresh, known = 0, len(seen)
    if known:
        on_progress(StudyProgress(known, plan.images, 0))
    for task in plan.tasks:
        for place, pair in enumerate(plan.pairs):
            missing = [s for s in plan.seeds if PictureKey(task, place, s) not in seen]
            if not missing:
                continue
            repaints = repaint_and_look(pair, task, missing, paint=paint, lookers=lookers)
            for repaint in repaints:
                picture = PictureKey(task, place, repaint.seed)
                seen[picture] = repaint.seen
                keep(picture, repaint.picture)
                journal.append(_finding(picture, pair, names, repaint.seen))
                fresh += 1
                on_progress(StudyProgress(known + fresh, plan.images, fresh))
    return Measured(plan, names, seen)


def _finding(
    picture: PictureKey, pair: Pair, names: Sequence[str], seen: Sequence[Seen]
) -> dict[str, object]:
    return {
        "task": picture.task.value,
        "pair": pair.name,
        "seed": str(picture.seed),
        "seen": {name: one.to_json() for name, one in zip(names, seen, strict=True)},
    }


def _kept(
    finding: Mapping[str, Any], places: Mapping[str, int], names: Sequence[str]
) -> tuple[PictureKey, tuple[Seen, ...]]:
    try:
        task, place = InpaintTask(finding["task"]), places[finding["pair"]]
        picture = PictureKey(task, place, int(finding["seed"]))
        seen = tuple(Seen.from_json(finding["seen"][name]) for name in names)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            "journal",
            expected="what was seen in a picture of this plan",
            got=f"{finding}",
            advice="Delete this line, and the picture is made anew.",
        ) from error
    return picture, seen
