"""Which figure each kind of thing is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import shapes_built as built
from . import shapes_grown as grown
from . import shapes_made as made
from .figures import Figure
from .scene import Kind
from .shapes_made import Form

FIGURES: Mapping[Kind, Callable[[Form], Figure]] = {
    Kind.BALL: made.ball,
    Kind.BOX: made.box,
    Kind.TENT: built.tent,
    Kind.STAR: made.star,
    Kind.HOUSE: built.house,
    Kind.TREE: grown.tree,
    Kind.MUSHROOM: grown.mushroom,
    Kind.BOAT: made.boat,
    Kind.FISH: grown.fish,
    Kind.FLOWER: grown.flower,
    Kind.CAR: made.car,
    Kind.CAT: grown.cat,
    Kind.DUCK: grown.duck,
    Kind.CUP: made.cup,
    Kind.UMBRELLA: built.umbrella,
    Kind.ROCKET: made.rocket,
    Kind.CASTLE: built.castle,
    Kind.APPLE: grown.apple,
}
