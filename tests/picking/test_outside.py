"""An outside picker's seeds are checked, and told of as the table knows them."""

from __future__ import annotations

import pytest

from seedloupe.errors import PickError
from seedloupe.picking import GoldenPicker, pick_golden
from seedloupe.picking.outside import pick_by_plugin
from seedloupe.tables import SeedTable

from ..seed_tables import full_table


class Answer:
    """Answers with the same, whatever is asked."""

    def __init__(self, seeds: object) -> None:
        self.seeds = seeds

    def pick(self, table: SeedTable, count: int) -> tuple[int, ...]:
        if isinstance(self.seeds, Exception):
            raise self.seeds
        return self.seeds  # type: ignore[return-value]


def test_its_seeds_come_in_its_order_with_what_the_table_knows() -> None:
    table = full_table()
    seeds = table.seeds[[4, 0, 2]]
    found = pick_by_plugin("mine", Answer(seeds), table, 3)

    assert found.seeds == tuple(seeds.tolist())
    assert all(type(seed) is int for seed in found.seeds)
    assert (found.rule, found.pool) == ("by mine, a plug-in", len(table))
    assert [pick.rank for pick in found.picks] == [0, 0, 0]
    assert found.picks[1].scores["loss"] == pytest.approx(float(table.score("loss")[0]))
    assert found.to_json()["rule"] == "by mine, a plug-in"


def test_fewer_seeds_than_asked_for_are_an_answer() -> None:
    assert pick_by_plugin("mine", Answer([]), full_table(), 3).picks == ()


def test_one_of_ours_chooses_alike() -> None:
    table = full_table()
    assert pick_by_plugin("golden", GoldenPicker(), table, 3).seeds == pick_golden(table, 3).seeds


FIRST = int(full_table().seeds[0])


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        (RuntimeError("no\nidea"), "RuntimeError: no idea"),
        (None, "TypeError"),
        ([1.5], "TypeError"),
        (["5"], "TypeError"),
        ([FIRST, FIRST], "one of them twice"),
        ([FIRST, FIRST + 2**32], "one of them twice"),
        ([10**6], "seed 1000000"),
        ([-1], "seed -1"),
        ([2**70], "seed 1180591620717411303424"),
        (full_table().seeds[:4], "up to 3 different seeds of the table, got 4"),
    ],
)
def test_what_is_no_answer_is_refused_by_the_pickers_name(answer: object, got: str) -> None:
    with pytest.raises(PickError, match=f"picker mine: expected .*{got}") as caught:
        pick_by_plugin("mine", Answer(answer), full_table(), 3)
    assert "\n" not in str(caught.value)


def test_a_failure_is_kept_as_the_cause() -> None:
    failure = LookupError("gone")
    with pytest.raises(PickError) as caught:
        pick_by_plugin("mine", Answer(failure), full_table(), 1)
    assert caught.value.__cause__ is failure
