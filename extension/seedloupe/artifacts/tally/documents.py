"""A tally as plain JSON values, for command lines and addresses alike."""

from __future__ import annotations

from typing import Any

from ..levels import Level
from .advice import LevelAdvice, advise_level
from .counts import Tally


def tally_outline(tally: Tally, name: str) -> dict[str, Any]:
    """Return what a list says of one tally.

    Args:
        tally: what was counted.
        name: what it is called in the list.
    """
    flagged, trials = tally.usual()
    counts = {"looked_at": trials, "flagged": flagged, "seeds": len(tally.seeds())}
    prone = len(tally.high_rate())
    return {"tally": name, **tally.subject.to_json(), **counts, "prone": prone}


def tally_document(tally: Tally, level: Level | None = None) -> dict[str, Any]:
    """Return everything about one tally, the seeds that write most often first.

    Args:
        tally: what was counted.
        level: judge every check by this level; by the level its user had chosen if not given.
    """
    counts = sorted(tally.seeds(level), key=lambda count: (-count.low, -count.rate, count.seed))
    advice = advise_level([tally], level or usual_level(tally))
    return {
        "subject": tally.subject.to_json(),
        "seeds": [count.to_json() for count in counts],
        "prone": [str(count.seed) for count in tally.high_rate(level)],
        "cleanest": [str(count.seed) for count in tally.cleanest(level)],
        "corrections": len(tally.corrections),
        "damaged_lines": tally.damaged,
        "advice": _advice(advice),
    }


def usual_level(tally: Tally) -> Level:
    """Return the level most pictures were checked at."""
    levels = [check.level for check in tally.checks.values()]
    return max(Level, key=levels.count) if levels else Level.NORMAL


def _advice(advice: LevelAdvice) -> dict[str, Any]:
    return {
        "better": None if advice.better is None else advice.better.value,
        "mistakes": {known.value: count for known, count in advice.mistakes},
        "message": advice.message,
    }
