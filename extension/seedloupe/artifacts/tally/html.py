"""Counting which seeds write, and what the page says about what was counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import numpy as np

from ...chance import wilson_bounds
from ..levels import Level
from .advice import advise_level
from .counts import LEAST_TRIALS, SeedCount, Tally
from .result_log import ResultLog
from .subject import Purpose

_PURPOSES = {
    Purpose.REMOVAL: "to clear something away",
    Purpose.COMPLETION: "to put something there",
}
#: Most seeds named one by one.
_NAMED = 5


def tally_html(log: ResultLog, level: Level, keep: Callable[[bytes, str], str]) -> str:
    """Return what was counted so far: a few lines, a table folded away, and a file to save.

    Args:
        log: what to show.
        level: the level in use, which corrections may speak against.
        keep: stores the file's content under a name for the browser, and returns its address.
    """
    tally, problem = log.read()
    lines = (_usual_words(tally), _high_rate_words(tally), *_clean_words(tally), *_doubts(tally))
    advice = advise_level([tally], level).message
    said = "".join(f"<p>{escape(line)}</p>" for line in (*lines, *filter(None, (problem,))))
    return (
        f'<section class="sl-tally"><h3>Which seeds write</h3>{said}'
        f"{f'<p class=sl-advice>{escape(advice)}</p>' if advice else ''}"
        f"{_table_html(tally)}{_save_html(log, keep)}</section>"
    )


def _save_html(log: ResultLog, keep: Callable[[bytes, str], str]) -> str:
    path = log.store.path(log.subject)
    try:
        link = keep(path.read_bytes(), path.name)
    except OSError:  # nothing was counted yet; anything else was said above
        return ""
    return f'<a href="{escape(link)}" download="{escape(path.name)}">Save what was counted</a>'


def _usual_words(tally: Tally) -> str:
    flagged, looked = tally.usual()
    what = f"{tally.subject.name}, repainting {_PURPOSES[tally.subject.purpose]}"
    if not looked:
        return f"{what}: no picture looked at yet."
    pictures = "1 picture" if looked == 1 else f"{looked} pictures"
    low, high = _interval(flagged, looked)
    return (
        f"{what}: {pictures} looked at, {flagged} with text, that is {flagged / looked:.0%}, "
        f"as far as so many tell: it may be {low:.0%} to {high:.0%}."
    )


def _high_rate_words(tally: Tally) -> str:
    most = max((count.trials for count in tally.seeds()), default=0)
    if most < LEAST_TRIALS:
        begun = f"; the most any has is {most}" if most else ""
        return f"Whether a seed writes shows after {LEAST_TRIALS} pictures of it{begun}."
    high = tally.high_rate()
    if not high:
        return "No seed writes clearly more often than the others."
    return f"High text rate, and left out by retries: {_list(high)}."


def _clean_words(tally: Tally) -> tuple[str, ...]:
    clean = [count for count in tally.cleanest() if count.trials >= LEAST_TRIALS]
    if not clean:
        return ()
    return (
        f"Without text so far: {_list(clean)}. "
        f"That is no promise: {_of(clean[0])} may still mean up to {clean[0].high:.0%}.",
    )


def _doubts(tally: Tally) -> tuple[str, ...]:
    if not tally.damaged:
        return ()
    lines = "A damaged line" if tally.damaged == 1 else f"{tally.damaged} damaged lines"
    return (f"{lines} of the tally {'was' if tally.damaged == 1 else 'were'} left out.",)


def _table_html(tally: Tally) -> str:
    """The seeds of which enough was seen to say something, those with most first."""
    counts = [count for count in tally.seeds() if count.trials >= LEAST_TRIALS]
    if not counts:
        return ""
    counts.sort(key=lambda count: (-count.trials, -count.rate, count.seed))
    rows = "".join(_row_html(count) for count in counts[: 3 * _NAMED])
    more = len(tally.seeds()) - len(counts[: 3 * _NAMED])
    seeds = "1 more seed" if more == 1 else f"{more} more seeds"
    left = f"<p>and {seeds}, all in the saved tally</p>" if more else ""
    return (
        "<details><summary>Seed by seed</summary><table><thead><tr><th>Seed</th><th>Looked at</th>"
        f"<th>With text</th><th>95 % interval</th></tr></thead><tbody>{rows}</tbody></table>"
        f"{left}</details>"
    )


def _row_html(count: SeedCount) -> str:
    return (
        f"<tr><td>{count.seed}</td><td>{count.trials}</td><td>{count.flagged}</td>"
        f"<td>{count.low:.0%} to {count.high:.0%}</td></tr>"
    )


def _list(counts: Sequence[SeedCount]) -> str:
    named = ", ".join(f"{count.seed} ({_of(count)})" for count in counts[:_NAMED])
    more = len(counts) - _NAMED
    return f"{named} and {more} more" if more > 0 else named


def _of(count: SeedCount) -> str:
    return f"{count.flagged} of {count.trials}"


def _interval(hits: int, trials: int) -> tuple[float, float]:
    low, high = wilson_bounds(np.array([float(hits)]), np.array([float(trials)]))
    return float(low[0]), float(high[0])
