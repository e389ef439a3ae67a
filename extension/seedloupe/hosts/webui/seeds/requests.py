"""From the panel's values to what the core's pickers are asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....geometry import Box
from ....picking import Depth, PickOrder, PickRequest, PickRule, RankRange, layouts_of
from .controls import ANYTHING, USUAL, PanelSettings


def request_of(settings: PanelSettings) -> PickRequest:
    """Return what is asked of a table; its count and position are left open.

    Raises:
        PickError: nobody could answer it.
    """
    rule = PickRule(settings.rule)
    more = _MORE.get(rule, lambda _: {})(settings)
    return PickRequest(rule, 1, order=PickOrder.TURNING, **more)


def ranks_of_settings(settings: PanelSettings) -> RankRange | None:
    """Return which ranks take turns; None leaves that to the rule.

    Raises:
        PickError: what was written is no range of ranks.
    """
    return RankRange.parse(settings.ranks) if settings.ranks.strip() else None


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
