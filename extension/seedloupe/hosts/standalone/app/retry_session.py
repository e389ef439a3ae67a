"""Trying a repaint with text in it again, with seeds that write less, one attempt after another."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ....artifacts import Attempt, Candidate, Retry, candidates
from ....noise import canonical_seed
from ....services.clean_seeds import ranked_clean
from .inpaint_session import draw_repaint
from .inpaint_state import InpaintState, Job, Result
from .stop_and_throttle import follow

if TYPE_CHECKING:
    from ..engine.sampling import StepUpdate
    from .state import AppState

#: Most seeds taken from a table's ranking.
_RANKED = 64
#: Most seeds looked at in search of one nobody drew yet.
_LOOKED_AT = 100_000
_TAG = "text"


def seeds_to_try(desk: AppState, sheet: InpaintState, job: Job) -> Iterator[Candidate]:
    """Return seeds for a retry: the cleanest of a table, clean ones of the tally, then dice.

    Seeds the page has drawn already are left out: they would draw the same pictures.

    Raises:
        ModelError: the model cannot be opened any more.
    """
    request = job.request
    ranked = ranked_clean(request, desk.tables)
    tally = job.ledger.read()[0] if job.ledger else None
    drawn = {canonical_seed(seed, request.noise) for seed in (*sheet.seeds, *sheet.results)}
    found = itertools.islice(candidates(ranked, tally, desk.dice), _LOOKED_AT)
    return (one for one in found if canonical_seed(one.seed, request.noise) not in drawn)


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
    retry: Retry[Result] = Retry.begin(
        Attempt(first.seed, "the one you had", first, first.report),
        seeds,
        limit=limit,
        canonical=lambda seed: canonical_seed(seed, job.request.noise),
    )
    sheet = replace(sheet, retry=retry)
    while (upcoming := retry.upcoming) is not None and not stop.is_set():
        words = f"Retry {len(retry.attempts)} of at most {limit}: {upcoming.seed}, {upcoming.why}"
        sheet = replace(sheet, drawing=upcoming.seed, status=words)
        yield sheet
        once = replace(job.request, seeds=(upcoming.seed,))
        events = follow(job.stream(once), stop, clock=clock)
        for page in draw_repaint(sheet, job, events, partial(_said, words)):
            sheet = page
            yield sheet
        made = sheet.results.get(upcoming.seed)
        if made is None:  # stopped while it was drawn
            break
        retry = retry.add(made, made.report)
        sheet = replace(sheet, retry=retry)
    yield replace(sheet.settled(), status=ending_words(retry))


def ending_words(retry: Retry[Result]) -> str:
    """Say which attempt was kept and why, and whether somebody stopped the retry."""
    stopped = "Stopped. " if retry.ending is None else ""
    return stopped + retry.explanation


def _said(words: str, step: StepUpdate) -> str:
    return words
