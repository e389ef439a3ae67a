"""Which level would have agreed best with what a user said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from ..levels import Level
from .counts import Tally

#: How seldom a level that is no better may look better by luck, before it is advised.
_ODDS = 0.05


@dataclass(frozen=True)
class LevelAdvice:
    """What a user's corrections say about the levels.

    Attributes:
        level: the level most pictures were checked at.
        mistakes: for every level, how many pictures it judges otherwise than the user, who agrees
            with every verdict left uncorrected.
        better: a level that does better beyond chance, or ``None``.
        message: the same in one line; empty where nobody corrected anything.
    """

    level: Level
    mistakes: tuple[tuple[Level, int], ...]
    better: Level | None
    message: str


def advise_level(tallies: Sequence[Tally], level: Level = Level.NORMAL) -> LevelAdvice:
    """Return whether another level would have served a user better.

    Whether a level is better is decided on the pictures two levels judge differently: of ``n`` of
    them a level no better gets each right in one of two cases (sign test).

    Args:
        tallies: what was checked and corrected, of one or more subjects.
        level: the level in use.
    """
    judged = [
        (check.flagged_at, tally.flagged(check))
        for tally in tallies
        for check in tally.checks.values()
    ]
    wrong = {each: sum((each in levels) != truth for levels, truth in judged) for each in Level}
    corrected = sum(len(tally.corrections) for tally in tallies)
    better = min(
        (each for each in Level if _beats(each, level, judged)),
        key=lambda each: wrong[each],
        default=None,
    )
    message = _message(level, better, wrong, corrected, len(judged)) if corrected else ""
    return LevelAdvice(level, tuple(wrong.items()), better, message)


def _beats(other: Level, level: Level, judged: Sequence[tuple[tuple[Level, ...], bool]]) -> bool:
    differ = [(other in at, truth) for at, truth in judged if (other in at) != (level in at)]
    right = sum(said == truth for said, truth in differ)
    n = len(differ)
    return n > 0 and sum(comb(n, k) for k in range(right, n + 1)) / 2**n < _ODDS


def _message(
    level: Level, better: Level | None, wrong: dict[Level, int], corrected: int, checked: int
) -> str:
    times = "once" if corrected == 1 else f"{corrected} times"
    said = f"You corrected the check {times} in {checked} pictures"
    if better is None:
        return f"{said}; no other level would do clearly better than {level.value}."
    return (
        f"{said}. Level {better.value} agrees with you in all but {wrong[better]} of them, "
        f"{level.value} in all but {wrong[level]}: try {better.value}."
    )
