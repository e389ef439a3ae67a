"""One run of mining for whoever looks at the page; others may draw between two batches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from .....generation.request import Request
from .....mining import MiningRun
from .....services.estimate import MiningEstimate
from .....services.mining import estimate_mining
from .....services.mining_wish import TablePlace
from .....services.scorer_form import ScorerOffer, raced_on
from .....services.variance import variance_prompts
from .....services.variance_run import VariancePlan, VarianceRun
from ...engine.model_pictures import generator_for
from ...engine.models import Model
from ...engine.text import pooled_caption
from ..waiting import Line
from .form import MineWish

Said = TypeVar("Said", covariant=True)


class Rounds(Protocol[Said]):
    """Work in batches that says how it stands after each, and can be ended."""

    def rounds(self) -> Iterator[Said]:
        """Work, and say how it stands after each batch."""

    def stop(self) -> None:
        """End after the batch in flight."""


def estimated(model: Model, asked: MineWish) -> MiningEstimate:
    """Time a few pictures and say what a run would take and could see.

    Raises:
        InputError: what was asked for allows no run.
    """
    plan, race = asked.wish.settled(_request(model, asked), model.dtype_name)
    return estimate_mining(plan, generator_for(model, plan.sampling, plan.noise), race=race)


def run_of(
    model: Model,
    asked: MineWish,
    place: TablePlace,
    offer: ScorerOffer,
    tell: Callable[[str], object],
) -> MiningRun:
    """Set up a run; one begun before under this name with the same settings is gone on with.

    Args:
        model: what makes the pictures.
        asked: what somebody asks for.
        place: where the table goes.
        offer: the scorers there are.
        tell: is told a line for each scorer that is left out, or lost on the way.

    Raises:
        InputError: what was asked for allows no run, or the name is of other settings.
    """
    plan, race = asked.wish.settled(_request(model, asked), model.dtype_name)
    scorers = offer.opened(
        asked.scorers,
        model.info,
        prompts=len(plan.prompts),
        pooled=pooled_caption(model),
        tell=tell,
    )
    race = raced_on(race, asked.scorers.objective, scorers)
    generator = generator_for(model, plan.sampling, plan.noise)
    journal = place.journal(plan, race)
    return MiningRun(plan, generator, scorers, journal=journal, race=race, tell=tell)


def place_for(folder: Path, model: Model, asked: MineWish) -> TablePlace:
    """Return where the table goes: a folder a model, as the catalogue looks for them.

    Raises:
        InputError: the name could lead out of it.
    """
    kept = "".join(c if c.isalnum() or c in "-_" else "-" for c in model.name).strip("-")
    return TablePlace(folder / (kept or "model"), asked.name)


def variance_of(
    model: Model, asked: MineWish, offer: ScorerOffer, tell: Callable[[str], object]
) -> VarianceRun:
    """Set up the question whether seeds matter, with the form's prompts, scorers and sampling.

    Args:
        model: what makes the pictures.
        asked: what stands in the form.
        offer: the scorers there are.
        tell: is told a line for each scorer that is left out, or lost on the way.

    Raises:
        InputError: what was asked for tells nothing.
    """
    from .....generation.table_use import sampling_spec

    given = tuple(line.strip() for line in asked.wish.prompts.splitlines() if line.strip())
    request = _request(model, asked)
    plan = VariancePlan(variance_prompts(model.info, given or None), request.shape, request.noise)
    scorers = offer.opened(
        asked.scorers,
        model.info,
        prompts=len(plan.prompts),
        pooled=pooled_caption(model),
        tell=tell,
    )
    generator = generator_for(model, sampling_spec(request), request.noise)
    return VarianceRun(plan, generator, scorers, tell)


def reports(
    run: Rounds[Said], line: Line, stop: threading.Event, minutes: float | None = None
) -> Iterator[Said]:
    """Pass on how work stands after each batch; the model is free for others in between.

    Args:
        run: what is worked on.
        line: who wants the model.
        stop: ends the run after the batch in flight.
        minutes: after which it ends; None for when it is done.
    """
    begun, rounds = time.monotonic(), run.rounds()
    while True:
        if stop.is_set() or (minutes and time.monotonic() - begun > 60 * minutes):
            run.stop()
        with line.place() as ahead:
            while (before := ahead()) and not stop.is_set():
                line.wait(ahead, before, stop)
            report = next(rounds, None)
        if report is None:
            return
        yield report


def _request(model: Model, asked: MineWish) -> Request:
    return Request.of(model.info, "", asked.seeds, plan=asked.sampling)
