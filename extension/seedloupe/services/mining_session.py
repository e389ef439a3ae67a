"""One mining run at a time in a thread of its own: begun, watched and stopped from any other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError
from ..mining import MiningReport, MiningRun, MiningStage
from ..tables import write_table
from .background_run import BackgroundRun, BackgroundState


@dataclass(frozen=True)
class SessionState(BackgroundState):
    """How it stands.

    Attributes:
        name: of the run, or of the last one; empty before the first.
        report: the newest; None before the first batch.
        table: the finished table's path; None before.
    """

    name: str = ""
    report: MiningReport | None = None
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


class MiningSession(BackgroundRun[SessionState, MiningRun]):
    """The run of one host."""

    def __init__(self) -> None:
        super().__init__(SessionState(), "mining")

    def start(self, work: SessionWork) -> None:
        """Begin, or go on with a run that was stopped.

        Raises:
            InputError: one is running; or the run cannot be made.
        """
        begun = SessionState(running=True, name=work.name)
        self.begin(begun, work.run, lambda run: self._follow(work, run), busy=_busy)

    def _follow(self, work: SessionWork, run: MiningRun) -> None:
        begun = time.monotonic()
        for report in run.rounds():
            self.say(report=report)
            if work.seconds is not None and time.monotonic() - begun > work.seconds:
                run.stop()
            if report.stage in (MiningStage.MINE, MiningStage.CONFIRM):
                work.pause()
        if run.table is not None:
            work.table.parent.mkdir(parents=True, exist_ok=True)
            write_table(run.table, work.table)
            self.say(table=work.table)


def _busy(state: SessionState) -> InputError:
    return InputError(
        "mine",
        expected="no other run",
        got=state.name,
        advice="Stop it first; it can go on later.",
    )
