"""Whether text in the pictures says what was asked for, more than it says anything else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ...artifacts.prompt import find_echo

_DRAWS = 2000


@dataclass(frozen=True)
class Echo:
    """How much of the text repeats its prompt.

    Attributes:
        texts: pieces of text that were flagged and read.
        echoes: how many repeat words of their own prompt.
        by_chance: how many would repeat another prompt of the study, drawn at random.
        p: how often prompts drawn at random are repeated as much.
        examples: some texts that do, with their prompt.
    """

    texts: int
    echoes: int
    by_chance: float
    p: float
    examples: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return JSON types."""
        return asdict(self)


def echo_of(
    texts: Iterable[tuple[str, str]], prompts: Sequence[str], rng: np.random.Generator
) -> Echo | None:
    """Compare texts with their own prompt and with the study's others.

    Args:
        texts: each piece of text with the prompt of its picture.
        prompts: all prompts of the study.
        rng: draws other prompts.

    Returns:
        None where nothing was read, or where there is no other prompt to compare with.
    """
    found, pool = list(texts), sorted(set(prompts))
    if not found or len(pool) < 2:
        return None
    repeats = np.array(
        [[find_echo(text, prompt) is not None for prompt in pool] for text, _ in found]
    )
    own = np.array([pool.index(prompt) for _, prompt in found])
    rows = np.arange(len(found))
    seen = repeats[rows, own]
    others = (repeats.sum(1) - seen) / (len(pool) - 1)
    drawn = (own + rng.integers(1, len(pool), size=(_DRAWS, len(found)))) % len(pool)
    by_lot = repeats[rows, drawn].sum(1)
    p = float((1 + (by_lot >= seen.sum()).sum()) / (1 + _DRAWS))
    examples = tuple(dict.fromkeys(pair for pair, hit in zip(found, seen, strict=True) if hit))[:5]
    return Echo(len(found), int(seen.sum()), float(others.sum()), p, examples)
