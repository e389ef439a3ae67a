"""Trying a repaint with text in it again, with seeds that write less, one attempt after another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from .....artifacts import ArtifactReport, Attempt, Candidate, Retry, candidates
from .....artifacts.retry import retry_steps
from .....noise import canonical_seed
from .....services.clean_seeds import ranked_clean
from ..stop_and_throttle import follow
from .session import draw_repaint
from .state import InpaintState, Job, Result

if TYPE_CHECKING:
    from ...engine.sampling import StepUpdate
    from ..state import AppState


def seeds_to_try(state: AppState, sheet: InpaintState, job: Job) -> Iterator[Candidate]:
    """Return seeds for a retry: the cleanest of a table, clean ones of the tally, then dice.

    Seeds the page has drawn already are left out: they would draw the same pictures.

    Raises:
        ModelError: the model cannot be opened any more.
    """
    request = job.request
    ranked = ranked_clean(request, state.tables)
    tally = job.log.read()[0] if job.log else None
    canonical = _canonical_of(job)
    drawn = {canonical(seed) for seed in (*sheet.seeds, *sheet.results)}
    return candidates(ranked, tally, state.dice, drawn=drawn, canonical=canonical)


def try_again(
    sheet: InpaintState,
    first: Result,
    seeds: Iterator[Candidate],
    stop: threading.Event,
    *,
    limit: int,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[InpaintState]:
    """Repaint with further seeds until one is free of text; yield the page as attempts form.

    Args:
        sheet: the page so far; it has been repainted.
        first: the picture with text in it.
        seeds: see :func:`seeds_to_try`.
        stop: ends the retry between two steps; the attempts made so far stay.
        limit: most retries.
        clock: tells seconds.

    Raises:
        InputError: ``limit`` is none.
    """
    job = sheet.job
    assert job is not None  # a result was drawn by some job
    given = Attempt(first.seed, "the one you had", first, first.report, first.missed)
    begun = Retry.begin(given, seeds, limit=limit, canonical=_canonical_of(job))
    page = replace(sheet, retry=begun)

    def drawn(candidate: Candidate) -> Generator[InpaintState, None, Result | None]:
        nonlocal page
        assert page.retry is not None
        words = page.retry.progress
        page = replace(page, drawing=candidate.seed, status=words)
        yield page
        once = replace(job.request, seeds=(candidate.seed,))
        events = follow(job.stream(once), stop, clock=clock)
        for shown in draw_repaint(page, job, events, partial(_said, words)):
            page = shown
            yield page
        return page.results.get(candidate.seed)

    for now in retry_steps(begun, drawn, _report_of, stopped=stop.is_set):
        if isinstance(now, Retry):
            page = replace(page, retry=now)
        else:
            yield now
    assert page.retry is not None
    yield replace(page.settled(), status=page.retry.outcome)


def _canonical_of(job: Job) -> Callable[[int], int]:
    """Return what tells seeds of a job with the same noise apart from others."""
    return lambda seed: canonical_seed(seed, job.request.noise)


def _report_of(candidate: Candidate, made: Result) -> ArtifactReport:
    return made.report


def _said(words: str, step: StepUpdate) -> str:
    return words
