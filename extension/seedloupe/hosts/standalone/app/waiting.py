"""The line before the model: one draws, the others see how many are before them, and can leave."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

#: Seconds between two looks whether somebody who waits has pressed Stop.
_LOOK_EVERY = 0.2


class Line:
    """People who want the model, in the order they came; the first has it."""

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._moved = threading.Condition()
        self._places: list[object] = []
        self._names: list[str] = []

    @contextmanager
    def only(self, name: str) -> Iterator[bool]:
        """Claim a name as long as the block is open; False where somebody has it already."""
        with self._moved:
            free = name not in self._names
            if free:
                self._names.append(name)
        try:
            yield free
        finally:
            if free:
                with self._moved:
                    self._names.remove(name)

    @contextmanager
    def place(self) -> Iterator[Callable[[], int]]:
        """Stand in the line as long as the block is open; what is handed in counts those before."""
        me = object()
        with self._moved:
            self._places.append(me)
        try:
            yield lambda: self._places.index(me)
        finally:
            with self._moved:
                self._places.remove(me)
                self._moved.notify_all()

    def wait(self, ahead: Callable[[], int], seen: int, stop: threading.Event) -> None:
        """Wait until fewer than ``seen`` are before, or ``stop`` is set."""
        with self._moved:
            while ahead() >= seen and not stop.is_set():
                self._moved.wait(_LOOK_EVERY)


@dataclass(frozen=True, eq=False)
class Turn:
    """How an event waits for the model.

    Attributes:
        line: where it waits.
        fresh: gives the switch of whoever asks, from what the event was handed; None where nobody
            can stop the event.
        waits: what the page shows of somebody with so many before them; None shows nothing.
        leaves: what the page shows of somebody who left.
        who: names the tab that asks, from what the event was handed: a tab that is already in the
            line gets no second place, however often somebody clicks; None lets everybody in.
        begins: what the page shows of somebody who waited and whose turn has come; None shows
            nothing.
    """

    line: Line = field(default_factory=Line)
    fresh: Callable[[tuple[Any, ...]], threading.Event] | None = None
    waits: Callable[[int], dict[Any, Any]] | None = None
    leaves: Callable[[], dict[Any, Any]] | None = None
    who: Callable[[tuple[Any, ...]], str] | None = None
    begins: Callable[[], dict[Any, Any]] | None = None

    def take(self, run: Callable[[], Iterator[Any]], given: tuple[Any, ...]) -> Iterator[Any]:
        """Wait, then pass on what ``run`` yields; the model is free again on every path.

        Args:
            run: begins the event.
            given: what the event was handed.
        """
        if self.who is None:
            yield from self._in_line(run, given)
            return
        with self.line.only(self.who(given)) as alone:
            if alone:
                yield from self._in_line(run, given)

    def _in_line(self, run: Callable[[], Iterator[Any]], given: tuple[Any, ...]) -> Iterator[Any]:
        stop = threading.Event() if self.fresh is None else self.fresh(given)
        waited = False
        with self.line.place() as ahead:
            while (before := ahead()) and not stop.is_set():
                waited = True
                if self.waits is not None:
                    yield self.waits(before)
                self.line.wait(ahead, before, stop)
            if not stop.is_set():
                if waited and self.begins is not None:
                    yield self.begins()
                yield from run()
            elif self.leaves is not None:
                yield self.leaves()


def place_words(before: int) -> str:
    """Say how many are before somebody."""
    who = "1 run is" if before == 1 else f"{before} runs are"
    return f"{who} before yours."


def waiting_words(before: int) -> str:
    """Say how many are before somebody, and how to leave."""
    return f"{place_words(before)} Stop leaves the line."
