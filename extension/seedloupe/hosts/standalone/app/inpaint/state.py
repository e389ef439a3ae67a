"""What has been repainted so far: the job, its results, and the page they are on."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .....artifacts import ArtifactReport, Correction, TextCheck, Verdict
from .....artifacts.tally.correction_words import CORRECTION_LABELS, correction_notes
from .....artifacts.tally.result_log import Counted, ResultLog
from .....artifacts.verdict_html import StampTone, stamp_of
from ..html import Preview
from ..layer_preview import LayerPainter

if TYPE_CHECKING:
    from PIL import Image

    from .....artifacts import Retry
    from .....generation.request import Request
    from ...engine.sampling import Generated, StepUpdate
    from .canvas import Canvas


@dataclass(frozen=True, eq=False)
class Job:
    """What stays the same however many seeds are tried.

    Attributes:
        request: what to draw; its seeds are those somebody asked for.
        model: name of the model.
        stream: starts the sampler on a request.
        check: checks results for text.
        keep: stores a finished picture and returns its address.
        keep_boxes: the same for what is only to be looked at, such as boxes around what was read.
        canvas: the picture, what is brushed on it, and what the model sees of both.
        before: address of the picture before it was repainted.
        log: counts what is found; None where nothing is counted.
        said: what users said to earlier checks, by their ids.
        painter: colours the layers, the same in all pictures.
    """

    request: Request
    model: str
    stream: Callable[[Request], Generator[StepUpdate | Generated, None, None]]
    check: TextCheck
    keep: Callable[[Generated], str]
    keep_boxes: Callable[[Image.Image, str], str]
    canvas: Canvas
    before: str = ""
    log: ResultLog | None = None
    said: Mapping[str, Correction] = field(default_factory=dict)
    painter: LayerPainter = field(default_factory=LayerPainter)


@dataclass(frozen=True, eq=False)
class Result:
    """One repainted picture, what a reader found in it, and what became of the finding.

    Attributes:
        seed: what it was drawn from.
        url: where it lies.
        overlay_url: where it lies with boxes around what was read.
        report: what was found.
        preview: how it looks in the preview.
        counted: whether it is in the tally.
        said: what its user says to the verdict.
    """

    seed: int
    url: str
    overlay_url: str
    report: ArtifactReport
    preview: Preview
    counted: Counted = field(default_factory=Counted)
    said: Correction | None = None

    @property
    def has_text(self) -> bool:
        """Whether there is text that should not be there: the user's word, else the check's."""
        if self.said is not None:
            return self.said is Correction.MISSED
        return self.report.verdict is Verdict.FLAGGED

    @property
    def missed(self) -> bool:
        """Whether its user sees text that the check did not find."""
        return self.said is Correction.MISSED

    @property
    def stamp(self) -> tuple[str, StampTone]:
        """The verdict in a few words and its tone, or those of the user who corrected it."""
        if self.said is None:
            return stamp_of(self.report)
        fine = self.said is Correction.FINE
        return CORRECTION_LABELS[self.said], StampTone.GOOD if fine else StampTone.BAD

    def corrected(self, said: Correction | None) -> Result:
        """Return the result with what its user says, also where it is looked at."""
        notes = correction_notes(self.report, self.counted, said)
        first = notes[0] if said is not None and notes else self.report.message
        lines = (first, *self.preview.lines[1:])
        return replace(self, said=said, preview=replace(self.preview, lines=lines))


@dataclass(frozen=True, eq=False)
class InpaintState:
    """The page at one moment.

    Attributes:
        seeds: those somebody asked for, in order.
        results: finished pictures by seed, those of retries included.
        preview: what is being looked at.
        drawing: the seed being drawn.
        looking: address of its picture while it is looked over; empty before.
        status: one line on what happens.
        job: what is repainted; None before the first time.
        retry: the latest retry, if any.
    """

    seeds: tuple[int, ...] = ()
    results: dict[int, Result] = field(default_factory=dict)
    preview: Preview | None = None
    drawing: int | None = None
    looking: str = ""
    status: str = ""
    job: Job | None = None
    retry: Retry[Result] | None = None

    @property
    def newest(self) -> int | None:
        """The seed of the picture finished last, if any."""
        return next(reversed(self.results), None)

    def settled(self) -> InpaintState:
        """Return the page with nothing being drawn."""
        return replace(self, drawing=None, looking="")

    def corrected(self, seed: int, said: Correction | None) -> InpaintState:
        """Return the page with what a user says to the verdict on a picture, counted anew."""
        results = {**self.results, seed: self.results[seed].corrected(said)}
        page = replace(self, results=results)
        return replace(page, status=page.summary)

    @property
    def summary(self) -> str:
        """How many pictures there are, and what was found in them."""
        done, wanted = len(self.results), len(self.seeds)
        counts = Counter(result.stamp[0] for result in self.results.values())
        found = ", ".join(f"{count} {word}" for word, count in counts.items())
        pictures = "1 picture" if done == 1 else f"{done} pictures"
        stopped = f"Stopped after {done} of {wanted} pictures" if done < wanted else pictures
        readers = {
            result.report.reader
            for result in self.results.values()
            if result.report.verdict is not Verdict.NOT_CHECKED
        }
        by = f" Read by {', '.join(sorted(readers))}." if readers else ""
        return f"{stopped}: {found}.{by}" if found else f"{stopped}."

    def kept(self) -> int | None:
        """Return the seed whose picture to show: of the latest retry, or else of all, the best.

        That is one without text, or with the least of it, the earliest.
        """
        if self.retry is not None:
            return self.retry.attempts[self.retry.best].seed
        return min(self.results, key=lambda seed: _badness(self.results[seed]), default=None)

    def flagged(self, chosen: int | None) -> Result | None:
        """Return the picture a retry would begin with, if any: the chosen one, or the worst."""
        wrong = [
            result
            for result in self.results.values()
            if result.report.verdict is not Verdict.NOT_CHECKED and result.has_text
        ]
        mine = (result for result in wrong if result.seed == chosen)
        worst = max(wrong, key=lambda result: result.report.new_text, default=None)
        return next(mine, worst)


def _badness(result: Result) -> tuple[int, float]:
    if result.report.verdict is Verdict.NOT_CHECKED:
        return 2, 0.0
    if not result.has_text:
        return 0, 0.0
    return 1, math.inf if result.missed else result.report.new_text
