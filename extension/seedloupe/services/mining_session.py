"""One mining run at a time in a thread of its own: begun, watched and stopped from any other."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import InputError, SeedloupeError
from ..mining import MiningReport, MiningRun, MiningStage
from ..tables import write_table

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SessionState:
    """How it stands.

    Attributes:
        name: of the run, or of the last one; empty before the first.
        running: whether it is at work.
        report: the newest; None before the first batch.
        notes: what was said on the way, such as a scorer that was lost.
        problem: why it ended early; empty where it did not.
        table: the finished table's path; None before.
    """

    name: str = ""
    running: bool = False
    report: MiningReport | None = None
    notes: tuple[str, ...] = ()
    problem: str = ""
    table: Path | None = None


@dataclass(frozen=True, eq=False)
class SessionWork:
    """What a session does.

    Attributes:
        name: of the run.
        run: makes the run; is given what it may tell a line to.
        table: where the finished table goes.
        seconds: how long it may work; None until it is done.
        pause: called between batches, so that others get their turn.
    """

    name: str
    run: Callable[[Callable[[str], object]], MiningRun]
    table: Path
    seconds: float | None = None
    pause: Callable[[], object] = field(default=lambda: None)


class MiningSession:
    """The run of one host."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = SessionState()
        self._run: MiningRun | None = None
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> SessionState:
        """How it stands now."""
        with self._lock:
            return self._state

    def start(self, work: SessionWork) -> None:
        """Begin, or go on with a run that was stopped.

        Raises:
            InputError: one is running; or the run cannot be made.
        """
        with self._lock:
            if self._state.running:
                raise InputError(
                    "mine",
                    expected="no other run",
                    got=self._state.name,
                    advice="Stop it first; it can go on later.",
                )
            self._state = SessionState(work.name, running=True)
        try:
            self._run = work.run(self._note)
        except BaseException:
            self._say(running=False)
            raise
        self._thread = threading.Thread(target=self._work, args=(work, self._run), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the batch in flight; everything measured is kept."""
        if self._run is not None:
            self._run.stop()

    def join(self, seconds: float | None = None) -> None:
        """Wait for the end."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _work(self, work: SessionWork, run: MiningRun) -> None:
        try:
            self._follow(work, run)
        except SeedloupeError as error:
            self._say(problem=str(error))
        except Exception as error:
            _logger.exception("Seedloupe stopped mining")
            self._say(problem=f"{type(error).__name__}: {error}")
        finally:
            self._say(running=False)

    def _follow(self, work: SessionWork, run: MiningRun) -> None:
        begun = time.monotonic()
        for report in run.rounds():
            self._say(report=report)
            if work.seconds is not None and time.monotonic() - begun > work.seconds:
                run.stop()
            if report.stage in (MiningStage.MINE, MiningStage.CONFIRM):
                work.pause()
        if run.table is not None:
            work.table.parent.mkdir(parents=True, exist_ok=True)
            write_table(run.table, work.table)
            self._say(table=work.table)

    def _note(self, line: str) -> None:
        with self._lock:
            self._state = replace(self._state, notes=(*self._state.notes, line))

    def _say(self, **changes: object) -> None:
        with self._lock:
            self._state = replace(self._state, **changes)  # type: ignore[arg-type]
