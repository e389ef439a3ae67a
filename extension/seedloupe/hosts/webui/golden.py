"""Golden seeds for one job of the web UI."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...errors import SeedloupeError
from ...picking import Picking, PickRequest, PickRule, pick_seeds
from ...picking.words import evidence_notes
from ...tables import Difference, Match, MatchLevel, SeedTable, TableUse, match_table
from . import infotext
from .controls import PanelSettings
from .noise_in_use import how_to_draw
from .obstacles import obstacles

_LEFT_TO_CHANCE = (-1, None, "")
"""What the web UI draws a seed for; what it drew is not written back."""
_HASH_DIGITS = 10
"""As many as the web UI shows of a checkpoint's hash."""


class SeedsKeptError(SeedloupeError):
    """The job goes on with its own seeds; the message says why."""


class SeedGivenError(SeedsKeptError):
    """The user chose the seed, which is no trouble at all."""


def require_free_seeds(p: Any, settings: PanelSettings, opts: Any) -> None:
    """Check that this job's seeds may be replaced, and would then mean what a table says.

    Args:
        p: the web UI's processing object, in its ``process`` stage.
        settings: the panel's values.
        opts: the web UI's ``shared.opts``.

    Raises:
        SeedGivenError: they may not.
        SeedsKeptError: they would not.
    """
    if settings.only_random and p.seed not in _LEFT_TO_CHANCE:
        raise SeedGivenError('A seed was given, and "Only when the seed is -1" is on.')
    found = obstacles(p, opts)
    if found:
        raise SeedsKeptError(" ".join(found))


def use_golden_seeds(p: Any, name: str, table: SeedTable, use: TableUse) -> tuple[str, ...]:
    """Replace the job's seeds by the golden seeds of a table, or change nothing at all.

    Args:
        p: the web UI's processing object, in its ``process`` stage.
        name: what the table is called here.
        table: where the seeds are picked.
        use: what the job uses the table with.

    Returns:
        Sentences the user should read, none when all is as the table has it.

    Raises:
        SeedsKeptError: the table's seeds stand for other noise than this job draws, or there are
            fewer of them than pictures.
        PickError: the table has no scores.
    """
    match = match_table(table, use)
    if match.level is MatchLevel.INVALID:
        raise SeedsKeptError(" ".join(_in_our_words(match, table)))
    picking = _pick(table, len(p.all_prompts))
    notes = tuple(_notes(p, table, match, picking))
    # From here on nothing may fail. Plain ints: NumPy's would become null in the API's answer.
    p.all_seeds = [int(seed) for seed in picking.seeds]
    p.extra_generation_params[infotext.TABLE] = name
    p.extra_generation_params[infotext.MATCH] = match.level.value
    p.extra_generation_params[infotext.RANK] = infotext.RankText.of(picking)
    return notes


def _pick(table: SeedTable, pictures: int) -> Picking:
    picking = pick_seeds(table, PickRequest(PickRule.GOLDEN, pictures))
    if len(picking.seeds) < pictures:
        raise SeedsKeptError(
            f"The table compares {picking.pool} seeds, too few for {pictures} pictures."
        )
    return picking


def _in_our_words(match: Match, table: SeedTable) -> Iterator[str]:
    for difference in match.differences:
        if difference.level is MatchLevel.INVALID:
            yield f"{_values(difference)}. {_advice(difference, table)}".strip()


def _values(difference: Difference) -> str:
    here, there = difference.use, difference.table
    if difference.field == "model.sha256":
        here, there = here[:_HASH_DIGITS], there[:_HASH_DIGITS]
    return f"{difference.field} is {here} here and {there} in the table"


def _advice(difference: Difference, table: SeedTable) -> str:
    if difference.field in ("noise.rng", "noise.grid_threads"):
        return how_to_draw(table.spec.noise.source)
    return difference.advice


def _notes(p: Any, table: SeedTable, match: Match, picking: Picking) -> Iterator[str]:
    if match.level is not MatchLevel.EXACT:
        others = "; ".join(_values(difference) for difference in match.differences)
        yield f"The noise is the table's, but the pictures behind it were made otherwise: {others}."
    yield from (f"{doubt[:1].upper()}{doubt[1:]}." for doubt in _doubts(table, picking))
    if getattr(p, "enable_hr", False):
        yield "Hires. fix draws new noise for its second pass; the table speaks of the first."


def _doubts(table: SeedTable, picking: Picking) -> Iterator[str]:
    """What speaks against these seeds; not all there is to know of a table, at every job."""
    yield from evidence_notes(table)
    if picking.chance is not None and not picking.chance.agreement:
        yield str(picking.chance)
    beyond = sum(bool(pick.note) for pick in picking.picks)
    if beyond:
        yield (
            f"of {beyond} of these {len(picking.picks)} seeds the table expects no better than of "
            "the average seed"
        )
