"""What travels along a LENS wire: the runs a tap saw, or one that was read from a file."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from comfy_api.latest import io

from ....errors import InputError

if TYPE_CHECKING:
    from ....lens.record import LensRecord

__all__ = ["LENS", "Lens", "LensRun", "run_by_id"]

LENS: Any = io.Custom("SEEDLOUPE_LENS")
"""The type of the wire."""

_RUNS_KEPT = 8


class LensRun:
    """One sampling as it was recorded.

    Args:
        record: what was recorded, or how to get it: colours for a whole run take a second, and
            are not found before somebody looks.
        prompt: the id the host gave the queued workflow; empty for a file.
    """

    def __init__(self, record: LensRecord | Callable[[], LensRecord], prompt: str = "") -> None:
        """Let the page ask about it for as long as anything holds it."""
        self._record, self.prompt = record, prompt
        self._lock = threading.Lock()
        self.id = secrets.token_hex(12)
        """Names the run to a page that asks about it."""
        _RUNS[self.id] = self

    @property
    def record(self) -> LensRecord:
        """What was recorded."""
        with self._lock:
            if callable(self._record):
                self._record = self._record()
            return self._record


#: Runs that still exist; a run goes when no lens holds it any more.
_RUNS: WeakValueDictionary[str, LensRun] = WeakValueDictionary()


class Lens:
    """The newest runs of one tap, or a single one.

    Node results are kept between workflows, so a LENS wire is made before anything was sampled; the
    runs of a workflow take the place of those of the one before.

    Args:
        run: of a file; None for a tap, whose runs are still to come.
    """

    def __init__(self, run: LensRun | None = None) -> None:
        self.live = run is None
        self.problem = ""
        """Why the last sampling was not recorded; empty if it was, or none came."""
        self._runs: deque[LensRun] = deque([run] if run else [], maxlen=_RUNS_KEPT)
        self._lock = threading.Lock()

    def add(self, run: LensRun) -> None:
        """Take in what was just sampled."""
        with self._lock:
            if self._runs and self._runs[-1].prompt != run.prompt:
                self._runs.clear()
            self._runs.append(run)
            self.problem = ""

    def fail(self, why: str) -> None:
        """Note that a sampling left nothing, so that an older run is not taken for it."""
        with self._lock:
            self._runs.clear()
            self.problem = why

    def run(self, back: int = 0, *, after: object = None) -> LensRun:
        """Return a run.

        Args:
            back: 0 is the newest, 1 the one before.
            after: what was made by that sampling; without it, nothing makes the host wait.

        Raises:
            InputError: there is no such run, or nobody knows whether it is over.
        """
        if self.live and after is None:
            raise InputError(
                "picture",
                expected="the picture that was sampled with the tapped model",
                got="nothing wired",
                advice="Wire it in: it makes ComfyUI run this node after the sampler.",
            )
        with self._lock:
            runs = list(self._runs)
        if not runs:
            wire = "Wire the tap's MODEL to the sampler whose picture this is, and run again."
            got = self.problem or "a tap whose model nothing has sampled with"
            advice = "" if self.problem else wire  # a problem says itself what to do
            raise InputError("lens", expected="a sampled run", got=got, advice=advice)
        if back >= len(runs):
            raise InputError(
                "run",
                expected=f"0 to {len(runs) - 1}, the runs this lens holds",
                got=str(back),
                advice="0 is the newest.",
            )
        return runs[-1 - back]


def run_by_id(name: str) -> LensRun | None:
    """Return a run a page asks about; None where nothing holds it any more."""
    return _RUNS.get(name)
