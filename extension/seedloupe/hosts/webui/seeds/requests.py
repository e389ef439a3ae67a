"""From the panel's values to what the core's pickers are asked."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ....geometry import Box
from ....noise import parse_seeds
from ....picking import Depth, PickOrder, PickRequest, PickRule, RankRange, layouts_of
from ....services.rated_pictures import LIKED, liked_pick
from ....services.ratings import RatingBook, rating_book
from ....tables import SeedTable, TableUse
from .controls import ANYTHING, CHOSEN, USUAL, PanelSettings


def asked_of(
    settings: PanelSettings, table: SeedTable, use: TableUse
) -> tuple[SeedTable, PickRequest]:
    """Return what a table is asked; by thumbs, the table has those on the loaded checkpoint's.

    Raises:
        PickError: nobody could answer it, or no picture of the table was liked.
        SeedError: what was written is no list of seeds.
    """
    if settings.rule != LIKED:
        return table, request_of(settings)
    asked = PickRequest(PickRule.GOLDEN, 1, order=PickOrder.TURNING)
    models = tuple(filter(None, (use.model_sha256, use.model_name)))
    return liked_pick(table, user_thumbs().read(), asked, models=models or None)


def user_thumbs() -> RatingBook:
    """Return the user's thumbs, those of all hosts."""
    return rating_book(os.environ, sys.platform, Path.home())


def request_of(settings: PanelSettings) -> PickRequest:
    """Return what is asked of a table; its count and position are left open.

    Raises:
        PickError: nobody could answer it.
        SeedError: what was written is no list of seeds.
    """
    if settings.rule == CHOSEN:
        seeds = tuple(dict.fromkeys(parse_seeds(settings.seeds)))
        return PickRequest(PickRule.GIVEN, 1, order=PickOrder.TURNING, seeds=seeds)
    rule = PickRule(settings.rule)
    more = _MORE.get(rule, lambda _: {})(settings)
    return PickRequest(rule, 1, order=PickOrder.TURNING, **more)


def ranks_of_settings(settings: PanelSettings) -> RankRange | None:
    """Return which ranks take turns; None leaves that to the rule.

    Raises:
        PickError: what was written is no range of ranks.
    """
    if settings.rule == CHOSEN or not settings.ranks.strip():
        return None
    return RankRange.parse(settings.ranks)


def _diverse(settings: PanelSettings) -> dict[str, Any]:
    space = settings.space.strip()
    return {"spaces": () if space in ("", USUAL) else (space,), "floor": settings.keep}


def _layout(settings: PanelSettings) -> dict[str, Any]:
    left, top = settings.left / 100, settings.top / 100
    right, bottom = left + settings.width / 100, top + settings.height / 100
    return {
        "layouts": layouts_of(
            boxes=(Box(left, top, min(right, 1), min(bottom, 1)),),
            depth=None if settings.depth == ANYTHING else Depth[settings.depth.upper()],
            kind=settings.object.strip() or None,
        )
    }


_MORE: Mapping[PickRule, Any] = {
    PickRule.DIVERSE: _diverse,
    PickRule.LAYOUT: _layout,
    PickRule.CLEAN: lambda settings: {"flaw": settings.flaw.strip()},
}
