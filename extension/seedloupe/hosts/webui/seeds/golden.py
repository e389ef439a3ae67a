"""Golden seeds for one job of the web UI."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....errors import SeedloupeError
from ....picking import Picking, PickRequest, PickRule, pick_seeds
from ....services.choice_report import doubts
from ....tables import Match, MatchLevel, SeedTable, TableUse, match_table
from ..noise_in_use import how_to_draw
from . import infotext
from .controls import PanelSettings
from .obstacles import obstacles

_LEFT_TO_CHANCE = (-1, None, "")
"""What the web UI draws a seed for; what it drew is not written back."""


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
    match = match_table(table, use).advised(_advice(table))
    if match.level is MatchLevel.INVALID:
        raise SeedsKeptError(" ".join(map(str, match.obstacles)))
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


def _advice(table: SeedTable) -> dict[str, str]:
    """Say what to set here, where the noise differs."""
    draw = how_to_draw(table.spec.noise.source)
    return {"noise.rng": draw, "noise.grid_threads": draw}


def _notes(p: Any, table: SeedTable, match: Match, picking: Picking) -> Iterator[str]:
    if match.level is not MatchLevel.EXACT:
        yield " ".join((f"{match.summary}.", *match.reasons))
    yield from (f"{doubt[:1].upper()}{doubt[1:]}." for doubt in doubts(table, picking))
    if getattr(p, "enable_hr", False):
        yield "Hires. fix draws new noise for its second pass; the table speaks of the first."
