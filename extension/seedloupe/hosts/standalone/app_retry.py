"""Trying a repaint with text in it again, with seeds that write less, one attempt after another."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...artifacts import Attempt, Candidate, Purpose, Retry, candidates, purpose_of
from ...errors import SeedloupeError
from ...noise import canonical_seed
from ...picking import pick_clean
from ...tables import MatchLevel, SeedTable, Task, read_table, tables_for
from .app_repaint import draw
from .app_sheet import Job, Result, Sheet
from .app_stream import follow
from .use import table_use

if TYPE_CHECKING:
    from ...tables import Found
    from .app_desk import Desk
    from .models import Model
    from .request import Request
    from .sampling import StepUpdate

#: Most seeds taken from a table's ranking.
_RANKED = 64
#: Most seeds looked at in search of one nobody drew yet.
_LOOKED_AT = 100_000
_TAG = "text"


def ranked_clean(model: Model, request: Request, folders: Sequence[Path]) -> tuple[int, ...]:
    """Return the seeds that write least, by a table of repaints of this model and purpose.

    None where no such table is in ``folders``, or where it does not rank seeds by text.
    """
    purpose = purpose_of(request.prompt)
    for found in tables_for(table_use(request, model), folders):
        if not _serves(found, purpose):
            continue
        try:
            table: SeedTable = read_table(found.path)
            return pick_clean(table, min(_RANKED, len(table)), tag=_TAG).seeds
        except SeedloupeError:
            continue  # the next best; without any the tally and dice are left
    return ()


def seeds_to_try(desk: Desk, sheet: Sheet, job: Job) -> Iterator[Candidate]:
    """Return seeds for a retry: the cleanest of a table, clean ones of the tally, then dice.

    Seeds the page has drawn already are left out: they would draw the same pictures.

    Raises:
        ModelError: the model cannot be opened any more.
    """
    request = job.request
    ranked = ranked_clean(desk.shelf.get(job.model), request, desk.tables)
    tally = job.ledger.read()[0] if job.ledger else None
    drawn = {canonical_seed(seed, request.noise) for seed in (*sheet.seeds, *sheet.results)}
    found = itertools.islice(candidates(ranked, tally, desk.dice), _LOOKED_AT)
    return (one for one in found if canonical_seed(one.seed, request.noise) not in drawn)


def try_again(
    sheet: Sheet,
    first: Result,
    seeds: Iterator[Candidate],
    stop: threading.Event,
    *,
    limit: int,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Sheet]:
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
        for page in draw(sheet, job, events, partial(_said, words)):
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


def _serves(found: Found, purpose: Purpose) -> bool:
    """Tell whether a table counted text in repaints of this model for this purpose."""
    if found.outline is None or found.match is None or found.match.level is MatchLevel.INVALID:
        return False
    sampling = found.outline.spec.sampling
    if sampling is None or sampling.task is not Task.INPAINT:
        return False
    if any(difference.field == "model.sha256" for difference in found.match.differences):
        return False  # the noise is the same, but which of it writes is the model's doing
    return sampling.extra.get("purpose", purpose.value) == purpose.value
