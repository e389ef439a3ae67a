"""A seed table on a card: what it is worth, what it was made with, and the seeds that come next."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import SeedloupeError
from ..picking import Picking, PickRequest, RankRange, pick_at
from ..tables import NEAR_IDENTICAL, SeedEffect, SeedTable, Status
from .choice_summary import pick_thumbnail
from .plain_fit import sampler_label, schedule_label

__all__ = ["SeedTile", "TableFacts", "next_tiles", "table_facts"]

_VERDICTS = {
    SeedEffect.EFFECT: ("good", "The choice of seed matters with this table's model."),
    SeedEffect.NO_EFFECT: (
        "bad",
        "No effect: by the table's own test its good seeds are not expected to look better than "
        "random ones. For choosing good seeds the table is void.",
    ),
    SeedEffect.UNDECIDED: (
        "plain",
        "Undecided: the table's own test could not tell whether the choice of seed matters.",
    ),
}
_NO_EVIDENCE = ("plain", "The table holds no evidence on whether the choice of seed matters.")


@dataclass(frozen=True)
class TableFacts:
    """What a table says of itself.

    Attributes:
        verdict: whether the choice of seed was shown to matter, one sentence.
        tone: of the verdict: ``good``, ``plain`` or ``bad``.
        made_with: how many seeds, of which model, at which size, how sampled; in a few words.
    """

    verdict: str
    tone: str
    made_with: str


@dataclass(frozen=True)
class SeedTile:
    """One seed that comes next.

    Attributes:
        seed: the seed.
        rank: by the rule; 0 where nothing was ranked.
        picture: its small picture as a WebP file, or None.
    """

    seed: int
    rank: int
    picture: bytes | None


def table_facts(table: SeedTable) -> TableFacts:
    """Return what a table says of itself."""
    evidence = table.spec.evidence
    tone, verdict = _NO_EVIDENCE if evidence is None else _VERDICTS[evidence.verdict]
    if evidence is not None and evidence.near_identical:
        tone, verdict = "bad", f"{NEAR_IDENTICAL[:1].upper()}{NEAR_IDENTICAL[1:]}. {verdict}"
    return TableFacts(verdict, tone, ", ".join(filter(None, _facts(table))))


def _facts(table: SeedTable) -> tuple[str, ...]:
    spec, sampling = table.spec, table.spec.sampling
    noise = "" if "rng" in spec.noise.unstated else f"{spec.noise.source.label} noise"
    published = "published" if spec.provenance.status is Status.PUBLISHED else ""
    counted = (published, f"{len(table):,} seeds of {spec.model.name}")
    if sampling is None:
        return (*counted, noise)
    size = "x".join(map(str, sampling.size or ()))
    task = "" if sampling.task.value == "txt2img" else sampling.task.value
    how = " ".join(filter(None, (sampler_label(sampling), schedule_label(sampling))))
    steps = f"{sampling.steps} steps" if sampling.steps else ""
    guidance = "" if sampling.guidance is None else f"guidance {sampling.guidance:g}"
    return (*counted, task, size, how, steps, guidance, noise)


def next_tiles(
    table: SeedTable,
    request: PickRequest,
    position: int,
    count: int,
    *,
    ranks: RankRange | None = None,
) -> tuple[Picking, tuple[SeedTile, ...]]:
    """Return the seeds that come at the next positions, with their small pictures.

    Raises:
        PickError: the table cannot answer.
    """
    picking = pick_at(table, request, range(position, position + count), ranks=ranks)
    tiles = (SeedTile(pick.seed, pick.rank, _picture(table, pick.seed)) for pick in picking.picks)
    return picking, tuple(tiles)


def _picture(table: SeedTable, seed: int) -> bytes | None:
    try:
        return pick_thumbnail(table, seed)
    except SeedloupeError:
        return None  # a damaged sheet must not cost the seeds
