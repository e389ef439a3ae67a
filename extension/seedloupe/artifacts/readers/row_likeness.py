"""How much a box looks like a row of letters: a few shallow trees over its traits.

Gradient boosting (Friedman, 2001), fitted by ``benchmarks/pseudo_fit.py`` to pictures of tuning
splits alone; the numbers are in ``row_trees.json``.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import TypeAlias

from .row_traits import Traits

#: A leaf adds its number; a fork is a trait's index, a bound, and what follows up to it and above.
Tree: TypeAlias = "float | list[int | float | Tree]"


def likeness(traits: Traits) -> float:
    """Return how much a box with these traits looks like a row of letters, in ``[0, 1]``."""
    base, trees = _model()
    values = traits.values()
    total = base + sum(_grown(tree, values) for tree in trees)
    return 1 / (1 + math.exp(-total))


def _grown(tree: Tree, values: tuple[float, ...]) -> float:
    while isinstance(tree, list):
        trait, bound, below, above = tree
        assert isinstance(trait, int)
        assert isinstance(bound, int | float)
        tree = below if values[trait] <= bound else above
    return float(tree)


@cache
def _model() -> tuple[float, tuple[Tree, ...]]:
    content = json.loads(Path(__file__).with_name("row_trees.json").read_text("utf-8"))
    return float(content["base"]), tuple(content["trees"])
