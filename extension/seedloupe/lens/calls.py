"""Which call of the U-Net is which: its pass, step and noise level, and what its rows are."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from torch import Tensor

from ..errors import ShapeError
from .levels import NoiseLevels
from .rows import CallRows, RowCursor, RowPlan


@dataclass(frozen=True)
class FeaturePlace:
    """Where features are filed.

    Args:
        track: which pass of sampling.
        step: which step of it.
        sigma: noise level, if known.
        timestep: training time of that level, if known.
    """

    track: int = 0
    step: int = 0
    sigma: float | None = None
    timestep: float | None = None


class Grid(NamedTuple):
    """What went into a module: rows of the batch, rows and columns of cells or tokens."""

    rows: int
    height: int
    width: int
    words: int = 0
    """Text tokens beside the picture's, in a transformer."""

    @classmethod
    def of_call(cls, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Grid | None:
        """Read it off the first tensor ``(B, C, H, W)`` among a call's arguments, if any."""
        for value in (*args, *kwargs.values()):
            if isinstance(value, Tensor) and value.ndim == 4:
                return cls(value.shape[0], value.shape[2], value.shape[3])
        return None


@dataclass
class Call:
    """One call of the U-Net.

    Args:
        place: the step it belongs to.
        number: which call within the step.
        rows: what its rows are; None if it is not known, an error if what was said cannot be so.
        grids: of what modules were given, by their paths.
        parts: projections ``q``, ``k`` and ``v`` by path of an attention, until it is through.
    """

    place: FeaturePlace = FeaturePlace()
    number: int = 0
    rows: CallRows | ShapeError | None = None
    grids: dict[str, Grid] = field(default_factory=dict)
    parts: dict[str, dict[str, Tensor]] = field(default_factory=dict)


class _Now(threading.local):
    """What a thread is at: some hosts run calls in several at once."""

    def __init__(self) -> None:
        self.call = Call()
        self.named: RowCursor | None = None


class CallLog:
    """Counts the calls of a U-Net and files them.

    Args:
        plan: what the rows of every evaluation are, if that is always the same.
        levels: the noise levels the model was trained at.
    """

    def __init__(self, plan: RowPlan | None, levels: NoiseLevels | None) -> None:
        self._plan = RowCursor(plan) if plan is not None else None
        self._levels = levels
        self._lock = threading.Lock()
        self._now = _Now()
        self._pinned = False
        self._number = 0
        self.place = FeaturePlace()
        self.total = 0

    @property
    def current(self) -> Call:
        """The call this thread is in, or was in last."""
        return self._now.call

    def at(self, place: FeaturePlace, rows: RowPlan | None) -> None:
        """File the following calls under ``place``, numbered from 0."""
        with self._lock:
            self._pinned, self._number = True, 0
            self._move(place, rows)

    def again(self, sigma: float | None, rows: RowPlan | None) -> None:
        """Go on with the step and its numbers at another level."""
        with self._lock:
            self._move(replace(self.place, sigma=sigma), rows)

    def label(self, rows: RowPlan) -> None:
        """Say what the rows of this thread's next call are."""
        self._now.named = RowCursor(rows)

    def begin(self, rows: int) -> None:
        """Note that this thread calls the U-Net with so many rows; never raises."""
        with self._lock:
            if not self._pinned:
                self.place = replace(self.place, step=self.total)
            cursor, self._now.named = self._now.named or self._plan, None
            self._now.call = Call(self.place, self._number, _counted(cursor, rows))
            self.total += 1
            self._number += self._pinned

    def _move(self, place: FeaturePlace, rows: RowPlan | None) -> None:
        time = None
        if self._levels is not None and place.sigma is not None:
            time = self._levels.timestep(place.sigma)
        self.place = replace(place, timestep=time)
        self._plan = RowCursor(rows) if rows is not None else self._plan


def _counted(cursor: RowCursor | None, rows: int) -> CallRows | ShapeError | None:
    try:
        return cursor.take(rows) if cursor is not None else None
    except ShapeError as error:
        return error.with_traceback(None)
