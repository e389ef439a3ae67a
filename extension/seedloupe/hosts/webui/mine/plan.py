"""From what somebody ordered to a mining run on the loaded checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....errors import InputError
from ....generation.table_use import model_spec
from ....mining import (
    FEWEST_CONFIRMED,
    Journal,
    MiningPlan,
    MiningRun,
    RaceDesign,
    smallest_pool_gain,
    smallest_seen,
)
from ....mining.racing import FEWEST_PROMPTS, FEWEST_SEEDS
from ....services.mining import race_for
from ....services.mining_runs import MiningOrder
from ....services.scorer_form import raced_on
from ....tables import TableUse
from .measuring import model_info_of, scorers_for

if TYPE_CHECKING:
    from .pictures import WebuiPictures

_HELD_OUT_SHARE, _CONFIRM_SHARE = 3, 10


def host_run(
    order: MiningOrder, pictures: WebuiPictures, journal: Path, tell: Callable[[str], object]
) -> MiningRun:
    """Return the run of an order; the model is loaded for it.

    Raises:
        InputError: the web UI cannot draw it, a scorer is not there, or the journal is of another
            model or other settings.
    """
    use = pictures.settle()
    plan = plan_of(order, use)
    model = model_info_of(use)
    scorers = scorers_for(order, model, prompts=len(plan.prompts), tell=tell)
    race = raced_on(race_of(order, plan), order.objective, scorers)
    return MiningRun(
        plan,
        pictures,
        scorers,
        journal=Journal(journal, plan, race=race),
        race=race,
        tell=tell,
    )


def plan_of(order: MiningOrder, use: TableUse) -> MiningPlan:
    """Return the plan of an order for what the web UI draws now.

    Raises:
        InputError: nobody knows which model it is.
    """
    if use.sampling is None or use.model_sha256 is None:
        raise InputError(
            "model",
            expected="a checkpoint whose hash the web UI knows",
            got=use.model_name or "none",
            advice="Start the web UI without --no-hashing.",
        )
    kept = max(1, len(order.prompts) // _HELD_OUT_SHARE)
    channels, height, width = use.shape
    return MiningPlan(
        seeds=tuple(range(order.seeds)),
        prompts=order.prompts[:-kept],
        confirm_prompts=order.prompts[-kept:],
        confirm=max(FEWEST_CONFIRMED, order.seeds // _CONFIRM_SHARE),
        shape=(channels, height, width),
        noise=use.noise,
        model=replace(model_spec(model_info_of(use)), loras=use.loras),
        sampling=use.sampling,
        batch=order.batch,
    )


def race_of(order: MiningOrder, plan: MiningPlan) -> RaceDesign | None:
    """Return how to race; None where all pictures are wanted, or there is too little to save.

    Raises:
        InputError: a gain was named, and there is too little to race over.
    """
    return race_for(plan, False if order.exhaustive else None, detect=order.detect or None)


def outlook(order: MiningOrder) -> dict[str, Any]:
    """Return what an order would take and could see, without drawing anything."""
    kept = max(1, len(order.prompts) // _HELD_OUT_SHARE)
    mined = len(order.prompts) - kept
    side = min(max(FEWEST_CONFIRMED, order.seeds // _CONFIRM_SHARE), max(1, order.seeds // 2))
    most = order.seeds * mined + 2 * side * kept
    enough = order.seeds >= FEWEST_SEEDS and mined >= FEWEST_PROMPTS
    races = enough and not order.exhaustive
    race = RaceDesign.reaching(mined, detect=order.detect or None)
    raced = race.pictures(order.seeds, mined) + 2 * side * kept
    return {
        "pictures": raced if races else most,
        "races": races,
        "mined": mined,
        "held_out": kept,
        "smallest_seed": smallest_seen(mined),
        "smallest_pool": smallest_pool_gain(side, side, kept),
    }
