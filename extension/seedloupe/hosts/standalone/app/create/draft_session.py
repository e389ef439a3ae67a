"""The drafts of a column: drawn, judged as they come, and watched like any picture."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .....errors import SeedloupeError
from .....services.draft_ranking import DraftRanking
from .....services.early_seeds import DraftJudge, draft_request
from ...engine.sampling import StepUpdate
from ..html import Preview
from ..layer_preview import LayerPainter
from ..stop_and_throttle import follow

if TYPE_CHECKING:
    from .....generation.request import Request
    from ...engine.models import Model
    from ..state import AppState


@dataclass(frozen=True)
class DraftMoment:
    """The drafts at one moment.

    Attributes:
        status: one line on how far they are.
        preview: the draft being drawn.
    """

    status: str
    preview: Preview | None = None


def draft_seeds(
    state: AppState,
    model: Model,
    request: Request,
    keep: int,
    stop: threading.Event,
) -> Generator[DraftMoment, None, DraftRanking | None]:
    """Draft the seeds of ``request`` and rank them; trouble costs the order, not the pictures.

    Args:
        state: what the page works with.
        model: draws.
        request: of the finished pictures, with all seeds that are drafted.
        keep: how many are to be finished.
        stop: ends the drafts between two steps.

    Returns:
        all seeds, the best first; None where somebody stopped.

    Raises:
        InputError: a draft would take as many steps as the picture.
    """
    drafts = draft_request(request, request.seeds)
    yield DraftMoment(f"Getting ready to draft {len(drafts.seeds)} seeds")
    judge = DraftJudge(drafts, request, keep=keep)
    try:
        judge.judge_by(state.draft_scores.get(model))
        yield from _drawn(state, model, drafts, judge, stop)
    except (SeedloupeError, MemoryError, RuntimeError) as error:
        judge.fail(error)
    return None if stop.is_set() else judge.ranking()


def _drawn(
    state: AppState, model: Model, drafts: Request, judge: DraftJudge, stop: threading.Event
) -> Iterator[DraftMoment]:
    painter, number = LayerPainter(), len(drafts.seeds)
    for event in follow(state.stream(model, drafts, preview=True), stop):
        if isinstance(event, StepUpdate):
            best = judge.best
            said = "" if best is None else f"; best so far: seed {best.seed} ({best.score:.3g})"
            preview = painter.preview(event, f"Seed {event.seed}, a draft")
            yield DraftMoment(f"Draft {event.image + 1} of {number}{said}", preview)
        else:
            judge.take(event.seed, event.image)
