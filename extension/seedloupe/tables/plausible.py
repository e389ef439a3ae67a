"""Numbers a sound file may hold and no run ever gave: signs of damage nothing else shows."""

from __future__ import annotations

import numpy as np

from ..errors import TableError
from .columns import split_name
from .table import SeedTable

MOST_PICTURES_A_PROMPT = 1000
"""The miner makes one; who makes more, hardly makes so many."""


def require_plausible(table: SeedTable) -> None:
    """Refuse counts of far more pictures than the table's prompts can have given.

    A flipped bit makes 16 pictures 16,777,232, and every merge after believes it.

    Raises:
        TableError: there is such a count; the field names the tensor, the message the seed.
    """
    prompts = table.spec.prompts
    if prompts is None:
        return
    for name, counts in table.tensors.items():
        behind = {"n": prompts.mining, "confirm_n": prompts.held_out}.get(split_name(name)[2], 0)
        most = MOST_PICTURES_A_PROMPT * behind
        if behind and counts.max() > most:
            row = int(np.argmax(counts))
            raise TableError(
                name,
                expected=f"at most {most} pictures of {behind} prompts",
                got=f"{counts[row]} for seed {table.seeds[row]}",
                advice="The file is damaged, or does not count pictures here.",
            )
