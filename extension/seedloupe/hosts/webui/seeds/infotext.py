"""What Seedloupe writes into a picture's parameters, and how pasting reads it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ....picking import Picking

TABLE = "Seedloupe table"
RANK = "Seedloupe rank"
MATCH = "Seedloupe match"
NOTE = "Seedloupe note"
KEYS = (TABLE, RANK, MATCH, NOTE)


@dataclass(frozen=True)
class RankText:
    """Words for the rank of each picture's seed.

    The web UI calls it once a picture. It counts ``index`` inside the batch, not inside the job,
    so the seed is looked up in the seeds it hands over and never by position.
    """

    ranks: Mapping[int, int]
    pool: int

    @classmethod
    def of(cls, picking: Picking) -> RankText:
        """Keep the ranks of a choice."""
        return cls({int(pick.seed): pick.rank for pick in picking.picks}, picking.pool)

    def __call__(
        self,
        *,
        all_seeds: Sequence[int] = (),
        index: int = 0,
        use_main_prompt: bool = False,
        p: Any = None,
        **_: object,
    ) -> str | None:
        """Return ``"3 of 1024"``, or nothing for a seed that was not picked."""
        # A grid is described by the first picture of the job, as the host does with its seed.
        seed = p.all_seeds[0] if use_main_prompt and p is not None else all_seeds[index]
        rank = self.ranks.get(seed)
        return None if rank is None else f"{rank} of {self.pool}"


def forget(p: Any) -> None:
    """Remove what an earlier run left on a processing object that is used again."""
    for key in KEYS:
        p.extra_generation_params.pop(key, None)


def was_used(parameters: Mapping[str, object]) -> bool:
    """Tell whether a picture was made with one of our tables."""
    return TABLE in parameters


def only_random_again(parameters: Mapping[str, object]) -> bool | None:
    """Protect the pasted seed: it is the picture's own, and must not be replaced again."""
    return True if was_used(parameters) else None
