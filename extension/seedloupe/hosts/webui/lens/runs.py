"""Runs under the lens that can still be looked into."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ....lens.one_picture import record_of_picture

if TYPE_CHECKING:
    from PIL.Image import Image

    from ....lens.record import LensRecord

_SAMPLINGS_KEPT = 8
_PROMPT_SHOWN = 40
_LONGEST_SIDE = 512


def small_picture(picture: Image) -> Image:
    """Return a picture as the explorer shows it."""
    small = picture.convert("RGB")
    small.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return small


class SamplingRun:
    """One sampling, with all pictures of its batch.

    Args:
        record: how to get what was recorded: colours for a whole run take a second, and are not
            found before somebody looks.
        batch: which batch of its job, from 0.
        part: what it is called where a picture takes several samplings; empty for a single one.
    """

    def __init__(self, record: Callable[[], LensRecord], batch: int, part: str = "") -> None:
        self._record: LensRecord | Callable[[], LensRecord] = record
        self._lock = threading.Lock()
        self.batch, self.part = batch, part

    @property
    def record(self) -> LensRecord:
        """What was recorded of the whole batch."""
        with self._lock:
            if callable(self._record):
                self._record = self._record()
            return self._record


@dataclass(eq=False)
class PictureRun:
    """One picture under the lens.

    Attributes:
        sampling: the sampling it is of.
        image: which picture of its batch.
        seed: as text; empty where a file does not say.
        prompt: as it was written.
        number: counts runs since the web UI started.
        id: names the run to a page; nobody can guess it.
        picture: the finished picture, made small, in the form of what was sampled.
        parameters: what the web UI wrote into the picture.
        notes: what to beware of.
    """

    sampling: SamplingRun
    image: int
    seed: str
    prompt: str
    number: int = 0
    id: str = ""
    picture: Image | None = None
    parameters: str = ""
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What the run is called; no two are alike."""
        seed = f"seed {self.seed}" if self.seed else "a file"
        parts = [f"{self.number}. {seed}", self.sampling.part, self.prompt[:_PROMPT_SHOWN]]
        return " · ".join(filter(None, parts))

    def record(self) -> LensRecord:
        """Return what was recorded of this picture."""
        return record_of_picture(self.sampling.record, self.image, seed=self.seed)


class KeptRuns:
    """The newest samplings; older ones go."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[tuple[PictureRun, ...]] = deque(maxlen=_SAMPLINGS_KEPT)
        self._count = 0

    def add(self, *runs: PictureRun) -> None:
        """Keep the pictures of one sampling, each under a name of its own."""
        with self._lock:
            for run in runs:
                self._count += 1
                run.number, run.id = self._count, secrets.token_hex(12)
            self._kept.append(runs)

    def newest_first(self) -> tuple[PictureRun, ...]:
        """Return all runs."""
        with self._lock:
            return tuple(run for runs in reversed(self._kept) for run in runs)

    def by_id(self, name: str) -> PictureRun | None:
        """Return a run a page asks about; None where it is not kept any more."""
        return next((run for run in self.newest_first() if run.id == name), None)

    def by_parameters(self, parameters: str) -> PictureRun | None:
        """Return the last run of the picture that has these parameters."""
        wanted = parameters.strip()
        runs = self.newest_first()
        return next((run for run in runs if wanted and run.parameters.strip() == wanted), None)
