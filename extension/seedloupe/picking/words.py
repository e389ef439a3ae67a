"""What pickers have to say, in words."""

from __future__ import annotations

from collections.abc import Iterable

from ..tables import NEAR_IDENTICAL, SeedEffect, SeedTable, Status


def seeds_in_words(number: int) -> str:
    """Return ``1 seed``, ``2 seeds``."""
    return f"{number} seed" if number == 1 else f"{number} seeds"


def evidence_notes(table: SeedTable) -> tuple[str, ...]:
    """Return what the table itself says against choosing seeds by it."""
    return (*_origin_notes(table), *verdict_notes(table))


def _origin_notes(table: SeedTable) -> tuple[str, ...]:
    """Say so where numbers were only published, and where nobody wrote down whose noise it was."""
    notes = []
    if table.spec.provenance.status is Status.PUBLISHED:
        notes.append("published numbers: nobody measured these seeds here")
    if table.spec.noise.unstated:
        open_to = ", ".join(table.spec.noise.unstated)
        notes.append(
            "the table's source does not state the noise its seeds stand for: nobody knows "
            f"{open_to}, so with other noise they are any seeds"
        )
    return tuple(notes)


def verdict_notes(table: SeedTable) -> tuple[str, ...]:
    """Return what the table's own evidence says against choosing seeds at all."""
    evidence = table.spec.evidence
    if evidence is None:
        return ("the table holds no evidence on whether the choice of seed matters",)
    if evidence.verdict is SeedEffect.UNDECIDED:
        undecided = "the table's own evidence leaves open whether the choice of seed matters"
        return (*evidence.warnings, undecided)
    return evidence.warnings


def alike_notes(table: SeedTable) -> tuple[str, ...]:
    """Say so where seeds hardly change pictures, whatever they are chosen for."""
    evidence = table.spec.evidence
    return (NEAR_IDENTICAL,) if evidence is not None and evidence.near_identical else ()


def unmeasured_notes(missing: int) -> tuple[str, ...]:
    """Return a word about seeds that could not be compared."""
    return (
        (f"left out, not measured by every metric: {seeds_in_words(missing)}",) if missing else ()
    )


def shortage_notes(found: int, count: int) -> tuple[str, ...]:
    """Return a word about having fewer seeds than asked for."""
    if found >= count:
        return ()
    return (f"asked for {seeds_in_words(count)}, found {found or 'none'}",)


def repeat_notes(places: Iterable[int], period: int) -> tuple[str, ...]:
    """Return a word about seeds that come more than once, given their places or rows."""
    found = [int(place) for place in places]
    if len(set(found)) == len(found):
        return ()
    return (f"only {seeds_in_words(period)} take turns: after as many pictures they come again",)
