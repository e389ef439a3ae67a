"""The artifact check of a run's repaints, and their retries as files beside them."""

from __future__ import annotations

import glob
import itertools
import os
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ....artifacts import (
    ArtifactReport,
    Attempt,
    Candidate,
    Level,
    OcrReader,
    ResultStore,
    Retry,
    TextCheck,
    candidates,
    tally_folder,
)
from ....artifacts.retry import retry_until_clean
from ....artifacts.tally.result_log import ResultLog, check_and_count, subject_of
from ....errors import InputError
from ....generation.describe import picture_texts, record_of
from ....images import read_image
from ....metadata.write_png import read_png_metadata, save_png
from ....services.clean_seeds import ranked_clean
from ..engine.sampling import generate
from .arguments import cli_table_folders

if TYPE_CHECKING:
    from .console import Console
    from .run_folder import RunFolder

_SEEDS = 2**32


@dataclass(frozen=True, eq=False)
class CheckSettings:
    """Who reads repaints, how suspicious the check is, and how often to try again."""

    reader: OcrReader | None
    level: Level
    retries: int


@dataclass(eq=False)
class ArtifactCheck:
    """Checks every finished picture of a run for text; further attempts go beside it.

    Attempts of an earlier run with the same settings come first, and are not drawn again.

    Attributes:
        run: a run of repaints that has been made.
        check: checks a picture.
        log: counts what is found.
        limit: most retries a picture; 0 only checks.
        ranked: seeds to try first, the cleanest of a table.
        retries: what became of each picture checked, by its index in the run.
        notes: what to tell besides, each once.
    """

    run: RunFolder
    check: TextCheck
    log: ResultLog
    limit: int = 0
    ranked: tuple[int, ...] = ()
    retries: dict[int, Retry[Path]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def execute(self, console: Console) -> list[dict[str, object]]:
        """Check and retry; Ctrl-C ends it with everything finished so far in place.

        Returns:
            what to keep in ``run.json``, a picture each.

        Raises:
            InputError: a file of other settings is where an attempt would go.
        """
        made = [index for index, _ in enumerate(self.run.request.seeds) if self._made(index)]
        try:
            with console.progress("looking for text", len(made), "pictures") as progress:
                for done, index in enumerate(made, 1):
                    self._check_picture(index)
                    progress.at(done)
        except KeyboardInterrupt:
            self.run.stopped = True
        return [self._entry(index, retry) for index, retry in self.retries.items()]

    def lines(self) -> list[str]:
        """Say what became of each picture, a line each."""
        return [
            f"{self.run.picture(index).name}: {retry.attempts[0].report.message}"
            + (f" {retry.explanation}" if len(retry.attempts) > 1 else "")
            for index, retry in self.retries.items()
        ]

    def _check_picture(self, index: int) -> None:
        seed, path = self.run.request.seeds[index], self.run.picture(index)
        tally, problem = self.log.read()
        self._tell(problem)
        same, drawn = self.log.subject.canonical, self._drawn()
        fresh = candidates(self.ranked, tally, lambda: secrets.randbelow(_SEEDS), drawn=drawn)
        seeds = itertools.chain(self._earlier(path), fresh)
        asked = Candidate(seed, "asked for")
        first = Attempt(seed, asked.why, path, self._report(asked, path))
        begun = Retry.begin(first, seeds, limit=self.limit, canonical=same)
        for retry in retry_until_clean(begun, partial(self._attempt, index), self._report):
            self.retries[index] = retry

    def _drawn(self) -> set[int]:
        """Return the seeds this run has pictures of: to draw them again would show the same."""
        tried = (a.seed for retry in self.retries.values() for a in retry.attempts)
        every = itertools.chain(self.run.request.seeds, tried)
        return {self.log.subject.canonical(seed) for seed in every}

    def _earlier(self, picture: Path) -> Iterator[Candidate]:
        """Return the seeds an earlier run tried for a picture, as far as their files are there."""
        for number in itertools.count(1):
            found = sorted(picture.parent.glob(f"{glob.escape(picture.stem)}.retry{number}-*.png"))
            seeds = [path.stem.rpartition("-")[2] for path in found]
            if len(seeds) != 1 or not seeds[0].isdecimal():
                return
            yield Candidate(int(seeds[0]), "tried by an earlier run")

    def _report(self, candidate: Candidate, path: Path) -> ArtifactReport:
        report, counted = check_and_count(self.check, candidate.seed, read_image(path), self.log)
        self._tell(counted.problem)
        return report

    def _attempt(self, index: int, candidate: Candidate) -> Path:
        """Draw an attempt beside the picture it is for, unless it is there."""
        number = len(self.retries[index].attempts)
        picture, seed = self.run.picture(index), candidate.seed
        path = picture.with_suffix(f".retry{number}-{seed}.png")
        request = replace(self.run.request, seeds=(seed,))
        extras = {"pick": "retry", "retry_of": str(self.run.request.seeds[index])}
        if path.exists():
            if read_png_metadata(path).record == record_of(request, seed, extras):
                return path
            raise InputError(
                "out",
                expected="a folder without pictures of other settings",
                got=f"{path}, which is one",
                advice="Name another folder.",
            )
        (made,) = generate(self.run.model, request)
        save_png(made.image, path, picture_texts(request, seed, extras))
        return path

    def _made(self, index: int) -> bool:
        return any(entry["index"] == index for entry in self.run.images)

    def _tell(self, note: str) -> None:
        if note and note not in self.notes:
            self.notes.append(note)

    def _entry(self, index: int, retry: Retry[Path]) -> dict[str, object]:
        return {
            "index": index,
            "kept": retry.attempts[retry.best].picture.name,
            "why": retry.explanation,
            "ended": None if retry.ending is None else retry.ending.value,
            "attempts": [
                {
                    "seed": str(attempt.seed),
                    "why": attempt.why,
                    "file": attempt.picture.name,
                    "report": attempt.report.to_json(),
                }
                for attempt in retry.attempts
            ],
        }


def artifact_check_of(run: RunFolder, settings: CheckSettings) -> ArtifactCheck:
    """Return the check of a run of repaints, counted where this user's tallies are."""
    request = run.request
    assert request.mask is not None  # a repaint has one
    check = TextCheck(
        request.mask,
        settings.reader,
        before=request.image,
        prompt=request.prompt,
        level=settings.level,
        negative=request.negative,
    )
    store = ResultStore(tally_folder(os.environ, sys.platform, Path.home()))
    subject = subject_of(request.model, request.prompt, request.size, request.noise)
    ranked = ranked_clean(request, cli_table_folders()) if settings.retries else ()
    return ArtifactCheck(run, check, ResultLog(store, subject), settings.retries, ranked)
