"""Seeds ranked by their drafts: what was drafted, what it came to, and what pictures say of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

EARLY = "early"
"""The rule's name, on the command line and in pictures."""


@dataclass(frozen=True)
class DraftedSeed:
    """One seed by its draft.

    Attributes:
        seed: its number.
        rank: from 1, the best.
        score: of the draft; NaN where it was not judged.
    """

    seed: int
    rank: int
    score: float


@dataclass(frozen=True)
class DraftRanking:
    """All seeds that were drafted, the best first.

    Attributes:
        order: every seed.
        keep: how many are finished.
        steps: of a draft.
        whole: of a finished picture.
        score: what drafts were judged by.
        words: what that measures.
        problem: why the order is that of the seeds as they came; empty where they were judged.
        unjudged: why some, which come last, were not judged; empty where all were.
    """

    order: tuple[DraftedSeed, ...]
    keep: int
    steps: int
    whole: int
    score: str
    words: str
    problem: str = ""
    unjudged: str = ""

    @property
    def kept(self) -> tuple[DraftedSeed, ...]:
        """The seeds to finish, the best first."""
        return self.order[: self.keep]

    @property
    def seeds(self) -> tuple[int, ...]:
        """Their numbers."""
        return tuple(one.seed for one in self.kept)

    @property
    def rule(self) -> str:
        """How they were chosen, in a line."""
        if self.problem:
            return f"the first {len(self.kept)} of {len(self.order)} seeds, none of them judged"
        best = "best" if self.keep == 1 else f"{self.keep} best"
        often = "1 step" if self.steps == 1 else f"{self.steps} steps"
        return f"the {best} of {len(self.order)} drafts of {often} by {self.score} ({self.words})"

    @property
    def notes(self) -> tuple[str, ...]:
        """What went wrong; nothing where nothing did."""
        return tuple(line for line in (self.problem, self.unjudged) if line)

    def extras(self, index: int) -> dict[str, object]:
        """Return what a finished picture says of its draft."""
        one = self.kept[index]
        return {
            "rank": one.rank,
            "drafts": len(self.order),
            "draft_steps": self.steps,
            "draft_score": f"{self.score} {one.score:.4g}",
        }

    def to_json(self) -> dict[str, object]:
        """Return all of it as plain JSON values; seeds are decimal text, unjudged scores null."""
        return {
            "rule": self.rule,
            "draft_steps": self.steps,
            "steps": self.whole,
            "score": self.score,
            "words": self.words,
            "notes": list(self.notes),
            "drafts": [
                {
                    "seed": str(one.seed),
                    "rank": one.rank,
                    "score": one.score if math.isfinite(one.score) else None,
                }
                for one in self.order
            ],
        }
