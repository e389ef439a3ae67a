"""What the lens keeps of one job of the web UI: its samplings, their pictures, their files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....errors import SeedloupeError
from ....lens.file import SUFFIX, write_lens
from ....lens.hooks import reason_of
from .runs import KeptRuns, PictureRun, SamplingRun, small_picture
from .settings import LensSettings
from .watched_sampling import WatchedSampling

if TYPE_CHECKING:
    from PIL.Image import Image


class LensJob:
    """One job under the lens.

    Args:
        settings: of the panel.
        kept: where its runs are kept to be looked into.
    """

    def __init__(self, settings: LensSettings, kept: KeptRuns) -> None:
        self.settings, self._kept = settings, kept
        self._runs: list[PictureRun] = []
        self._pending: list[PictureRun] = []

    def add(self, tap: WatchedSampling, *, batch: int, part: str) -> None:
        """Keep a sampling that is over."""
        if not tap.recorded:
            return
        sampling = SamplingRun(tap.record, batch, part)
        prompts = tap.plan.prompts.prompts
        runs = [
            PictureRun(sampling, image, str(seed), prompts[min(image, len(prompts) - 1)])
            for image, seed in enumerate(tap.plan.seeds)
        ]
        for run in runs:
            run.notes = tap.notes
        self._runs += runs
        self._kept.add(*runs)

    def finished(self, picture: Image, *, batch: int, image: int) -> None:
        """Put a finished picture beside its runs; the next picture that is saved is this one."""
        self._pending = [r for r in self._runs if (r.sampling.batch, r.image) == (batch, image)]
        small = small_picture(picture)
        for run in self._pending:
            run.picture = small

    def described(self, parameters: str, *, batch: int, image: int) -> None:
        """Note what the web UI wrote into a picture."""
        for run in self._runs:
            if (run.sampling.batch, run.image) == (batch, image):
                run.parameters = parameters

    def saved(self, path: Path, parameters: str) -> tuple[str, ...]:
        """Write lens files beside a picture, if it is the one that was finished last.

        Returns:
            what went wrong.
        """
        runs, self._pending = self._pending, []
        problems = []
        for place, run in enumerate(runs):
            run.parameters = parameters
            if self.settings.keep:
                last = place == len(runs) - 1
                problems += _written(run, _beside(path, "" if last else run.sampling.part))
        return tuple(problems)


def lens_job_of(p: Any) -> LensJob | None:
    """Return the lens's part of a job, if it has any."""
    job = getattr(p, _MARK, None)
    return job if isinstance(job, LensJob) else None


def attach(p: Any, job: LensJob | None) -> None:
    """Begin a job; what X/Y/Z copied along from another goes."""
    setattr(p, _MARK, job)


#: The web UI's processing object is one for each job, and goes with it.
_MARK = "seedloupe_lens_job"


def _beside(path: Path, part: str) -> Path:
    middle = f".{part.replace(' ', '-')}" if part else ""
    return path.with_name(f"{path.stem}{middle}{SUFFIX}")


def _written(run: PictureRun, path: Path) -> list[str]:
    try:
        record = run.record()
        extra = {**record.spec.extra, "parameters": run.parameters}
        write_lens(path, replace(record, spec=replace(record.spec, extra=extra)))
    except (SeedloupeError, OSError) as error:
        return [f"no lens file was saved: {reason_of(error)}"]
    return []
