"""Which figure each kind of thing is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import shapes_built as built
from . import shapes_grown as grown
from . import shapes_made as made
from .figures import Figure
from .scene import ObjectKind
from .shapes_made import Form

FIGURES: Mapping[ObjectKind, Callable[[Form], Figure]] = {
    ObjectKind.BALL: made.ball,
    ObjectKind.BOX: made.box,
    ObjectKind.TENT: built.tent,
    ObjectKind.STAR: made.star,
    ObjectKind.HOUSE: built.house,
    ObjectKind.TREE: grown.tree,
    ObjectKind.MUSHROOM: grown.mushroom,
    ObjectKind.BOAT: made.boat,
    ObjectKind.FISH: grown.fish,
    ObjectKind.FLOWER: grown.flower,
    ObjectKind.CAR: made.car,
    ObjectKind.CAT: grown.cat,
    ObjectKind.DUCK: grown.duck,
    ObjectKind.CUP: made.cup,
    ObjectKind.UMBRELLA: built.umbrella,
    ObjectKind.ROCKET: made.rocket,
    ObjectKind.CASTLE: built.castle,
    ObjectKind.APPLE: grown.apple,
}
