"""Notes in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seedloupe.picking.words import (
    evidence_notes,
    seeds_in_words,
    shortage_notes,
    unmeasured_notes,
)
from seedloupe.tables import SeedEffect, SeedTable, Status

from ..seed_tables import make_table


def test_one_seed_is_one_seed() -> None:
    assert [seeds_in_words(number) for number in (0, 1, 2)] == ["0 seeds", "1 seed", "2 seeds"]


def test_a_shortage_is_told_and_plenty_is_not() -> None:
    assert shortage_notes(3, 3) == shortage_notes(4, 3) == ()
    assert shortage_notes(1, 3) == ("asked for 3 seeds, found 1",)
    assert shortage_notes(0, 1) == ("asked for 1 seed, found none",)


def test_the_unmeasured_are_counted() -> None:
    assert unmeasured_notes(0) == ()
    assert unmeasured_notes(2) == ("left out, not measured by every metric: 2 seeds",)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (None, "holds no evidence"),
        (SeedEffect.NO_EFFECT, "void for choosing good seeds: its own test found no effect"),
        (SeedEffect.UNDECIDED, "leaves open"),
        (SeedEffect.EFFECT, None),
    ],
)
def test_evidence_against_choosing_is_passed_on(
    verdict: SeedEffect | None, words: str | None
) -> None:
    notes = evidence_notes(make_table({"a": [1]}, verdict=verdict))
    assert len(notes) == (0 if words is None else 1)
    assert words is None or words in notes[0]


def test_published_numbers_and_noise_nobody_stated_are_named() -> None:
    table = make_table({"a": [1]})
    noise = replace(table.spec.noise, extra={"unstated": ["rng", "shape"]})
    provenance = replace(table.spec.provenance, status=Status.PUBLISHED)
    spec = replace(table.spec, noise=noise, provenance=provenance)
    notes = evidence_notes(SeedTable(table.seeds, table.tensors, spec))
    assert notes[0] == "published numbers: nobody measured these seeds here"
    assert "does not state the noise its seeds stand for: nobody knows rng, shape, so" in notes[1]
    assert len(notes) == 2
