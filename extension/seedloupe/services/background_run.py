"""One piece of work at a time in a thread of its own: begun, watched and stopped from any other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from ..errors import InputError, SeedloupeError

_logger = logging.getLogger(__name__)


class Stoppable(Protocol):
    """Work that ends after the batch in flight when it is told to."""

    def stop(self) -> None:
        """End soon; may be called from any thread."""
        ...


@dataclass(frozen=True)
class BackgroundState:
    """How it stands.

    Attributes:
        running: whether it is at work.
        notes: what was said on the way, such as a scorer that was lost.
        problem: why it ended early; empty where it did not.
    """

    running: bool = False
    notes: tuple[str, ...] = ()
    problem: str = ""


State = TypeVar("State", bound=BackgroundState)
Run = TypeVar("Run", bound=Stoppable)


class BackgroundRun(Generic[State, Run]):
    """The one run of a host, and how it stands.

    Args:
        state: before the first.
        what: is done, in words for the log.
    """

    def __init__(self, state: State, what: str) -> None:
        self._lock = threading.Lock()
        self._state, self._what = state, what
        self._thread: threading.Thread | None = None
        self.run: Run | None = None

    @property
    def state(self) -> State:
        """How it stands now."""
        with self._lock:
            return self._state

    def begin(
        self,
        state: State,
        make: Callable[[Callable[[str], object]], Run],
        follow: Callable[[Run], object],
        *,
        busy: Callable[[State], InputError],
    ) -> None:
        """Make a run, and follow it in a thread.

        Args:
            state: to begin with, running.
            make: makes the run; is given what it may tell a line to.
            follow: works through it, in the thread.
            busy: what to raise where one is running, from how that stands.

        Raises:
            InputError: one is running; or the run cannot be made.
        """
        with self._lock:
            if self._state.running:
                raise busy(self._state)
            self._state = state
        try:
            self.run = make(self._note)
        except BaseException:
            self.say(running=False)
            raise
        self._thread = threading.Thread(target=self._work, args=(follow, self.run), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the batch in flight."""
        if self.run is not None:
            self.run.stop()

    def join(self, seconds: float | None = None) -> None:
        """Wait for the end."""
        if self._thread is not None:
            self._thread.join(seconds)

    def say(self, **changes: object) -> None:
        """Change how it stands."""
        with self._lock:
            self._state = replace(self._state, **changes)  # type: ignore[arg-type]

    def _work(self, follow: Callable[[Run], object], run: Run) -> None:
        try:
            follow(run)
        except SeedloupeError as error:
            self.say(problem=str(error))
        except Exception as error:
            _logger.exception("Seedloupe stopped %s", self._what)
            self.say(problem=f"{type(error).__name__}: {error}")
        finally:
            self.say(running=False)

    def _note(self, line: str) -> None:
        with self._lock:
            self._state = replace(self._state, notes=(*self._state.notes, line))
