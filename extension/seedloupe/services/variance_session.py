"""One question whether seeds matter at a time, in a thread of its own, for hosts with a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from ..errors import InputError
from ..mining.variance import VarianceReport
from .background_run import BackgroundRun, BackgroundState
from .variance_run import VarianceRun


@dataclass(frozen=True)
class VarianceState(BackgroundState):
    """How it stands.

    Attributes:
        line: how far it is, or the answer; empty before the first.
        done: pictures measured.
        images: pictures in all.
        prompts: what they are of, in the order of the columns.
        report: what was found; None before.
    """

    line: str = ""
    done: int = 0
    images: int = 0
    prompts: tuple[str, ...] = ()
    report: VarianceReport | None = None


@dataclass(frozen=True, eq=False)
class VarianceWork:
    """What a session does.

    Attributes:
        run: makes the run; is given what it may tell a line to.
        pause: called between batches, so that others get their turn.
    """

    run: Callable[[Callable[[str], object]], VarianceRun]
    pause: Callable[[], object] = field(default=lambda: None)


class VarianceSession(BackgroundRun[VarianceState, VarianceRun]):
    """The question of one host."""

    def __init__(self) -> None:
        super().__init__(VarianceState(), "asking whether seeds matter")

    def start(self, work: VarianceWork) -> None:
        """Begin anew.

        Raises:
            InputError: one is running; or the run cannot be made.
        """
        begun = VarianceState(running=True)
        self.begin(begun, work.run, lambda run: self._follow(work, run), busy=_busy)

    def picture(self) -> Image.Image | None:
        """Return the pictures made so far, a row a seed; None before the first."""
        return None if self.run is None or not self.state.done else self.run.picture()

    def _follow(self, work: VarianceWork, run: VarianceRun) -> None:
        self.say(prompts=run.plan.prompts, images=run.plan.images)
        for one in run.rounds():
            self.say(line=one.line, done=one.done, report=one.report)
            if one.report is None:
                work.pause()


def _busy(_: VarianceState) -> InputError:
    return InputError("variance", expected="no other", got="one at work")
