"""Choosing seeds from a table, with the statistics that say what a choice is worth."""

from __future__ import annotations

from ..chance import Chance, chance_overlap
from ..geometry import Box
from ..registry import Registry
from .at_positions import RankRange, pick_at
from .choose import TABLE_RULES, Depth, PickRequest, PickRule, layouts_of, pick_seeds, rules_for
from .clean import CleanPicker, pick_clean
from .diverse import DiverseObjective, DiversePicker, pick_diverse
from .explicit_seeds import SelectedSeeds, pick_given
from .golden import GoldenPicker, pick_golden
from .layout import Layout, LayoutPicker, pick_by_layout
from .outside import PluginRequest
from .picks import Pick, Picking, PickSpread, SeedPicker
from .quality import golden_order, ranks_of
from .random import pick_random
from .rules import GoldenRule
from .spaces import usual_space
from .stretch import PickOrder
from .tags import TagFilter, rows_passing

__all__ = [
    "TABLE_RULES",
    "Box",
    "Chance",
    "CleanPicker",
    "Depth",
    "DiverseObjective",
    "DiversePicker",
    "GoldenPicker",
    "GoldenRule",
    "Layout",
    "LayoutPicker",
    "Pick",
    "PickOrder",
    "PickRequest",
    "PickRule",
    "PickSpread",
    "Picking",
    "PluginRequest",
    "RankRange",
    "SeedPicker",
    "SelectedSeeds",
    "TagFilter",
    "builtin_pickers",
    "chance_overlap",
    "golden_order",
    "layouts_of",
    "pick_at",
    "pick_by_layout",
    "pick_clean",
    "pick_diverse",
    "pick_given",
    "pick_golden",
    "pick_random",
    "pick_seeds",
    "ranks_of",
    "rows_passing",
    "rules_for",
    "usual_space",
]


def builtin_pickers() -> Registry[SeedPicker]:
    """Return the pickers that come with Seedloupe, each with its default settings.

    The one by layout asks for the middle of the picture, having to ask for something.
    """
    return Registry[SeedPicker](
        "seed picker",
        {
            "golden": GoldenPicker(),
            "diverse": DiversePicker(),
            "layout": LayoutPicker((Layout(x=0.5, y=0.5),)),
            "clean": CleanPicker(),
        },
    )
