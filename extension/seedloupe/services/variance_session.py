"""One question whether seeds matter at a time, in a thread of its own, for hosts with a page."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from PIL import Image

from ..errors import InputError, SeedloupeError
from ..mining.variance import VarianceReport
from .variance_run import VarianceRun

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class VarianceState:
    """How it stands.

    Attributes:
        running: whether it is at work.
        line: how far it is, or the answer; empty before the first.
        done: pictures measured.
        images: pictures in all.
        prompts: what they are of, in the order of the columns.
        report: what was found; None before.
        notes: what was said on the way, such as a scorer that was left out.
        problem: why it ended early; empty where it did not.
    """

    running: bool = False
    line: str = ""
    done: int = 0
    images: int = 0
    prompts: tuple[str, ...] = ()
    report: VarianceReport | None = None
    notes: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, eq=False)
class VarianceWork:
    """What a session does.

    Attributes:
        run: makes the run; is given what it may tell a line to.
        pause: called between batches, so that others get their turn.
    """

    run: Callable[[Callable[[str], object]], VarianceRun]
    pause: Callable[[], object] = field(default=lambda: None)


class VarianceSession:
    """The question of one host."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = VarianceState()
        self._run: VarianceRun | None = None
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> VarianceState:
        """How it stands now."""
        with self._lock:
            return self._state

    def start(self, work: VarianceWork) -> None:
        """Begin anew.

        Raises:
            InputError: one is running; or the run cannot be made.
        """
        with self._lock:
            if self._state.running:
                raise InputError("variance", expected="no other", got="one at work")
            self._state = VarianceState(running=True)
        try:
            self._run = work.run(self._note)
        except BaseException:
            self._say(running=False)
            raise
        self._say(prompts=self._run.plan.prompts, images=self._run.plan.images)
        self._thread = threading.Thread(target=self._work, args=(work, self._run), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the batch in flight."""
        if self._run is not None:
            self._run.stop()

    def join(self, seconds: float | None = None) -> None:
        """Wait for the end."""
        if self._thread is not None:
            self._thread.join(seconds)

    def picture(self) -> Image.Image | None:
        """Return the pictures made so far, a row a seed; None before the first."""
        return None if self._run is None or not self.state.done else self._run.picture()

    def _work(self, work: VarianceWork, run: VarianceRun) -> None:
        try:
            for one in run.rounds():
                self._say(line=one.line, done=one.done, report=one.report)
                if one.report is None:
                    work.pause()
        except SeedloupeError as error:
            self._say(problem=str(error))
        except Exception as error:
            _logger.exception("Seedloupe stopped asking whether seeds matter")
            self._say(problem=f"{type(error).__name__}: {error}")
        finally:
            self._say(running=False)

    def _note(self, line: str) -> None:
        with self._lock:
            self._state = replace(self._state, notes=(*self._state.notes, line))

    def _say(self, **changes: object) -> None:
        with self._lock:
            self._state = replace(self._state, **changes)  # type: ignore[arg-type]
