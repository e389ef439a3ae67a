"""What Seedloupe writes into a picture's parameters, and how pasting reads it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from ....picking import Picking
from .controls import ANYTHING, CHOSEN, GO_ON, USUAL, PanelSettings

TABLE = "Seedloupe table"
RANK = "Seedloupe rank"
MATCH = "Seedloupe match"
NOTE = "Seedloupe note"
RULE = "Seedloupe pick"
POSITION = "Seedloupe position"
RANKS = "Seedloupe ranks"
CARRY = "Seedloupe carry"
BOX = "Seedloupe box"
DEPTH = "Seedloupe depth"
OBJECT = "Seedloupe object"
SPACE = "Seedloupe space"
KEEP = "Seedloupe keep"
FLAW = "Seedloupe flaw"
SEEDS = "Seedloupe seeds"
KEYS = (
    TABLE,
    RANK,
    MATCH,
    NOTE,
    RULE,
    POSITION,
    RANKS,
    CARRY,
    BOX,
    DEPTH,
    OBJECT,
    SPACE,
    KEEP,
    FLAW,
    SEEDS,
)

Parameters = Mapping[str, object]
_LONGEST_SEEDS = 500
"""A longer list of seeds would bury the rest of a picture's parameters."""


@dataclass(frozen=True)
class SeedText:
    """Words for each picture by its seed.

    The web UI calls it once a picture. It counts ``index`` inside the batch, not inside the job,
    so the seed is looked up in the seeds it hands over and never by position.
    """

    words: Mapping[int, str]

    @classmethod
    def of_ranks(cls, picking: Picking) -> SeedText:
        """Keep the ranks of a choice, as ``"3 of 1024"``."""
        ranked = (pick for pick in picking.picks if 0 < pick.rank <= picking.pool)
        return cls({int(pick.seed): f"{pick.rank} of {picking.pool}" for pick in ranked})

    @classmethod
    def of_positions(cls, seeds: Sequence[int], positions: Sequence[int]) -> SeedText:
        """Keep the positions of some seeds; of a seed that comes twice, the first."""
        words: dict[int, str] = {}
        for seed, position in zip(seeds, positions, strict=True):
            words.setdefault(int(seed), str(position))
        return cls(words)

    def __call__(
        self,
        *,
        all_seeds: Sequence[int] = (),
        index: int = 0,
        use_main_prompt: bool = False,
        p: Any = None,
        **_: object,
    ) -> str | None:
        """Return the picture's words, or nothing for a seed that was not picked."""
        return self.words.get(_seed_of(all_seeds, index, p, is_grid=use_main_prompt))


class JobText(str):
    """Words for the pictures whose seeds were picked; another's, drawn again later, has none.

    The web UI calls it once a picture, as it does :class:`SeedText`. As text, which the answer of
    the API has, it stands for the job.
    """

    __slots__ = ("_seeds",)
    _seeds: frozenset[int]

    @classmethod
    def of(cls, words: object, seeds: Sequence[int]) -> JobText:
        """Say ``words`` of pictures with these seeds."""
        text = cls(words)
        text._seeds = frozenset(int(seed) for seed in seeds)
        return text

    def __call__(
        self,
        *,
        all_seeds: Sequence[int] = (),
        index: int = 0,
        use_main_prompt: bool = False,
        p: Any = None,
        **_: object,
    ) -> str | None:
        """Return the words, or nothing for a seed that was not picked."""
        seed = _seed_of(all_seeds, index, p, is_grid=use_main_prompt)
        return str(self) if seed in self._seeds else None


def _seed_of(all_seeds: Sequence[int], index: int, p: Any, *, is_grid: bool) -> int:
    """Return a picture's seed; a grid is described by the job's first, as the host does."""
    return int(p.all_seeds[0] if is_grid and p is not None else all_seeds[index])


def forget(p: Any) -> None:
    """Remove what an earlier run left on a processing object that is used again."""
    for key in KEYS:
        p.extra_generation_params.pop(key, None)


def settings_written(settings: PanelSettings) -> dict[str, str]:
    """Return the settings that a choice heeded, so that pasting sets them again."""
    written = {RULE: settings.rule}
    if settings.ranks.strip() and settings.rule != CHOSEN:
        written[RANKS] = settings.ranks.strip()
    if settings.rule == "layout":
        box = (settings.left, settings.top, settings.width, settings.height)
        written[BOX] = " ".join(map(str, box))
        if settings.depth != ANYTHING:
            written[DEPTH] = settings.depth
        if settings.object.strip():
            written[OBJECT] = settings.object.strip()
    if settings.rule == "diverse":
        written[KEEP] = f"{settings.keep:g}"
        if settings.space not in ("", USUAL):
            written[SPACE] = settings.space
    if settings.rule == "clean":
        written[FLAW] = settings.flaw
    if settings.rule == CHOSEN and len(settings.seeds) <= _LONGEST_SEEDS:
        written[SEEDS] = settings.seeds
    return written


def was_used(parameters: Parameters) -> bool:
    """Tell whether a picture was made with one of our tables."""
    return TABLE in parameters


def only_random_again(parameters: Parameters) -> bool | None:
    """Protect the pasted seed: it is the picture's own, and must not be replaced again."""
    return True if was_used(parameters) else None


def paste_targets() -> Mapping[str, str | Callable[[Parameters], object]]:
    """Return how each control is set from a picture's parameters, by the settings' names.

    Only pictures made with a table set anything: whoever pastes another keeps the panel as it is,
    but for its switch.
    """
    return {
        "enabled": was_used,
        "table": TABLE,
        "only_random": only_random_again,
        "rule": _of(RULE, "golden"),
        "position": lambda found: _number(found.get(POSITION), GO_ON) if was_used(found) else None,
        "carry": lambda found: found.get(CARRY) == "True" if was_used(found) else None,
        "ranks": _of(RANKS, ""),
        **{name: _boxed(place, default) for place, (name, default) in enumerate(_BOX)},
        "depth": _of(DEPTH, ANYTHING),
        "object": _of(OBJECT, ""),
        "space": _of(SPACE, USUAL),
        "keep": lambda found: _number(found.get(KEEP), 0.5) if was_used(found) else None,
        "flaw": _of(FLAW, "text"),
        "seeds": _of(SEEDS, ""),
    }


_BOX = (("left", 10), ("top", 10), ("width", 40), ("height", 50))


def _of(key: str, default: str) -> Callable[[Parameters], object]:
    return lambda found: found.get(key, default) if was_used(found) else None


def _boxed(place: int, default: int) -> Callable[[Parameters], object]:
    def value(found: Parameters) -> object:
        parts = str(found.get(BOX, "")).split()
        if not was_used(found) or len(parts) != len(_BOX):
            return None
        return _number(parts[place], default)

    return value


def _number(text: object, default: float) -> float:
    """Read a number that somebody may have changed by hand."""
    try:
        value = float(str(text))
    except ValueError:
        return default
    if not isfinite(value):
        return default
    return int(value) if value.is_integer() else value
