"""Choosing seeds from a table, with the statistics that say what a choice is worth."""

from __future__ import annotations

from ..chance import Chance, chance_overlap
from ..plugins import Registry
from .diverse import DiversePicker, pick_diverse
from .golden import GoldenPicker, pick_golden
from .lots import pick_random
from .picks import Pick, Picking, SeedPicker, Spread

__all__ = [
    "Chance",
    "DiversePicker",
    "GoldenPicker",
    "Pick",
    "Picking",
    "SeedPicker",
    "Spread",
    "builtin_pickers",
    "chance_overlap",
    "pick_diverse",
    "pick_golden",
    "pick_random",
]


def builtin_pickers() -> Registry[SeedPicker]:
    """Return the pickers that come with Seedloupe, each with its default settings."""
    return Registry[SeedPicker](
        "seed picker", {"golden": GoldenPicker(), "diverse": DiversePicker()}
    )
