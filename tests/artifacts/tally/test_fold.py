from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seedloupe.artifacts import Check, Correction, Level, Purpose, Subject, fold_into_table
from seedloupe.artifacts.tally.counts import tally_of
from seedloupe.errors import TableMatchError
from seedloupe.noise import NoiseSource
from seedloupe.tables import SamplingSpec, SeedTable, Task, read_table, write_table

from ...seed_tables import SHA256, SHAPE, full_table

Make = Callable[..., Check]
SUBJECT = Subject(SHA256, "stand-in", Purpose.REMOVAL, NoiseSource(), SHAPE)
INPAINT = SamplingSpec(Task.INPAINT, "euler", size=(64, 48))


@pytest.fixture
def table() -> SeedTable:
    """Seeds 5, 8, 11, ... of inpainted pictures, four looked at for each."""
    full = full_table()
    return replace(full, spec=replace(full.spec, sampling=INPAINT))


def test_rates_are_those_of_all_pictures_together(table: SeedTable, check: Make) -> None:
    checks = [check(8, flagged=True), check(8, flagged=True), check(8)]
    folded = fold_into_table(table, tally_of(SUBJECT, checks))
    hits = round(4 * float(table.rate("text")[1]))
    assert folded.table.rate("text")[1] == pytest.approx((hits + 2) / 7)
    assert folded.table.counts("rate", "text")[1] == 7
    others = np.arange(len(table)) != 1
    assert (folded.table.rate("text")[others] == table.rate("text")[others]).all()
    assert (folded.counted, folded.left_out, folded.before) == (3, 0, 0)


def test_everything_else_stays_as_it_was(table: SeedTable, check: Make) -> None:
    folded = fold_into_table(table, tally_of(SUBJECT, [check(8)])).table
    assert set(folded.tensors) == set(table.tensors)
    for name in set(table.tensors) - {"rate.text", "rate.text.n"}:
        assert np.array_equal(folded.tensors[name], table.tensors[name], equal_nan=True), name
    assert replace(folded.spec, provenance=table.spec.provenance) == table.spec


def test_a_second_time_adds_only_what_is_new(table: SeedTable, check: Make, tmp_path: Path) -> None:
    checks = [check(8, flagged=True), check(11)]
    path = tmp_path / "t.seedtable.safetensors"
    write_table(fold_into_table(table, tally_of(SUBJECT, checks)).table, path)
    once = read_table(path)
    again = fold_into_table(once, tally_of(SUBJECT, checks))
    assert (again.counted, again.before) == (0, 2)
    assert np.array_equal(again.table.rate("text"), once.rate("text"))
    grown = tally_of(SUBJECT, [*checks, check(8)])
    more = fold_into_table(once, grown)
    assert (more.counted, more.before) == (1, 2)
    at_once = fold_into_table(table, grown).table
    for name in ("rate.text", "rate.text.n"):
        assert np.allclose(more.table.tensors[name], at_once.tensors[name], equal_nan=True)


def test_seeds_the_table_does_not_have_are_left_out_and_counted(
    table: SeedTable, check: Make
) -> None:
    folded = fold_into_table(table, tally_of(SUBJECT, [check(8), check(6), check(6)]))
    assert (folded.counted, folded.left_out) == (1, 2)
    assert np.array_equal(folded.table.seeds, table.seeds)


def test_every_check_is_judged_by_the_level_asked_for_and_the_user(
    table: SeedTable, check: Make
) -> None:
    checks = [check(8, at=(Level.HIGH,)), check(8, flagged=True)]
    said = {checks[1].id: Correction.FINE}
    hits = round(4 * float(table.rate("text")[1]))
    for level, found in ((Level.NORMAL, 0), (Level.HIGH, 1)):
        folded = fold_into_table(table, tally_of(SUBJECT, checks, said), level)
        assert folded.table.rate("text")[1] == pytest.approx((hits + found) / 6)


def test_a_table_without_rates_gets_them(table: SeedTable, check: Make) -> None:
    bare = {k: v for k, v in table.tensors.items() if not k.startswith("rate.text")}
    folded = fold_into_table(replace(table, tensors=bare), tally_of(SUBJECT, [check(8)]))
    assert folded.table.rate("text")[1] == 0
    assert np.isnan(folded.table.rate("text")[0])
    assert folded.table.counts("rate", "text").tolist() == [0, 1, 0, 0, 0, 0, 0]


def test_rates_nobody_counted_cannot_be_added_to(table: SeedTable, check: Make) -> None:
    bare = {k: v for k, v in table.tensors.items() if k != "rate.text.n"}
    with pytest.raises(TableMatchError, match=r"rate\.text\.n"):
        fold_into_table(replace(table, tensors=bare), tally_of(SUBJECT, [check(8)]))


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("model", replace(SUBJECT, model="cd" * 32)),
        ("noise", replace(SUBJECT, noise=NoiseSource.parse("nv"))),
        ("shape", replace(SUBJECT, shape=(4, 8, 6))),
        ("draws_before", replace(SUBJECT, draws_before=1)),
    ],
)
def test_a_tally_of_something_else_is_refused(
    field: str, other: Subject, table: SeedTable, check: Make
) -> None:
    with pytest.raises(TableMatchError, match=field):
        fold_into_table(table, tally_of(other, [check(8)]))


@pytest.mark.parametrize("sampling", [None, SamplingSpec(Task.TXT2IMG)])
def test_a_table_of_whole_pictures_is_refused(
    sampling: SamplingSpec | None, table: SeedTable, check: Make
) -> None:
    other = replace(table, spec=replace(table.spec, sampling=sampling))
    with pytest.raises(TableMatchError, match="task"):
        fold_into_table(other, tally_of(SUBJECT, [check(8)]))


def test_a_table_of_the_other_purpose_is_refused(table: SeedTable, check: Make) -> None:
    for task, fits in (("removal", True), ("completion", False), ("other", True)):
        extra = {"study": {"name": "inpaint", "task": task}}
        told = replace(table, spec=replace(table.spec, extra=extra))
        if fits:
            assert fold_into_table(told, tally_of(SUBJECT, [check(8)])).counted == 1
        else:
            with pytest.raises(TableMatchError, match="purpose"):
                fold_into_table(told, tally_of(SUBJECT, [check(8)]))


def test_another_machines_tally_of_the_same_subject_is_added_whole(
    table: SeedTable, check: Make
) -> None:
    mine = tally_of(SUBJECT, [check(8), check(8), check(11)])
    theirs = tally_of(SUBJECT, [check(8), check(14)])
    both = fold_into_table(fold_into_table(table, mine).table, theirs)
    assert (both.counted, both.before) == (2, 0)
    assert both.table.counts("rate", "text")[:4].tolist() == [4, 7, 5, 5]
    for known in (mine, theirs):
        assert fold_into_table(both.table, known).counted == 0


def test_what_another_reader_saw_is_not_mixed_unless_asked(table: SeedTable, check: Make) -> None:
    assert table.spec.evidence is not None
    evidence = replace(table.spec.evidence, extra={"looker": "critic"})
    looked = replace(table, spec=replace(table.spec, evidence=evidence))
    tally = tally_of(SUBJECT, [check(8)])
    with pytest.raises(TableMatchError, match=r"reader.*critic.*stub"):
        fold_into_table(looked, tally)
    assert fold_into_table(looked, tally, mixed=True).counted == 1
    same = replace(table.spec.evidence, extra={"looker": "stub"})
    looked = replace(table, spec=replace(table.spec, evidence=same))
    assert fold_into_table(looked, tally).counted == 1
