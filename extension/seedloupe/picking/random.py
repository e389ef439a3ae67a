"""Random seeds: what every other choice is to be compared with."""

from __future__ import annotations

import random

from ..errors import PickError
from ..tables import SeedTable
from .picks import Pick, Picking, describe_pick
from .stretch import require_count
from .words import shortage_notes

_SEEDS = 2**32


def pick_random(table: SeedTable | None, count: int, *, source_seed: int) -> Picking:
    """Return different seeds drawn at random; the same ``source_seed`` draws the same ones.

    Args:
        table: what to draw from; without one, all 32-bit seeds.
        count: how many seeds.
        source_seed: starts the generator, which is a generator of this call's own.

    Raises:
        PickError: ``count`` is below one, or beyond the 32-bit seeds; or ``source_seed`` is no
            whole number.
    """
    require_count(count)
    if type(source_seed) is not int:
        raise PickError("source_seed", expected="a whole number", got=f"{source_seed!r}")
    generator = random.Random(source_seed)
    rule = f"random draw, started with {source_seed}"
    if table is None:
        if count > _SEEDS:
            raise PickError("count", expected=f"at most {_SEEDS}", got=f"{count}")
        picks = tuple(Pick(seed) for seed in generator.sample(range(_SEEDS), count))
        return Picking(picks, rule, _SEEDS)
    rows = generator.sample(range(len(table)), min(count, len(table)))
    chosen = tuple(describe_pick(table, row, table.metrics()) for row in rows)
    return Picking(chosen, rule, len(table), notes=shortage_notes(len(chosen), count))
