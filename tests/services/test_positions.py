from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from seedloupe.picking import PickRequest, PickRule, RankRange
from seedloupe.services.positions import PositionStore, choice_key

from ..seed_tables import make_table


def test_a_choice_nobody_made_begins_at_the_beginning(tmp_path: Path) -> None:
    assert PositionStore(tmp_path / "positions.json").next("a") == 0


def test_positions_outlive_the_one_who_kept_them(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "positions.json"
    PositionStore(path).set("a", 12)
    assert PositionStore(path).next("a") == 12


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"positions": 5}', '{"positions": {"a": "x", "b": -1, "c": 1.5, "d": true}}'],
)
def test_a_file_that_says_nothing_counts_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "positions.json"
    path.write_text(text, "utf-8")
    store = PositionStore(path)
    assert [store.next(key) for key in "abcd"] == [0, 0, 0, 0]
    store.set("a", 3)
    assert PositionStore(path).next("a") == 3


def test_positions_are_kept_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = PositionStore(tmp_path / "file" / "positions.json")
    store.set("a", 4)
    assert store.next("a") == 4


def test_the_longest_unused_choice_is_forgotten_first(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "positions.json")
    store._write = lambda known: None  # type: ignore[method-assign]
    for number in range(1001):
        store.set(f"{number}", 1)
    assert (store.next("0"), store.next("1"), store.next("1000")) == (0, 1, 1)


def test_many_may_ask_at_once(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "positions.json")
    threads = [Thread(target=store.set, args=(f"{number}", number)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = PositionStore(tmp_path / "positions.json")
    assert [again.next(f"{number}") for number in range(1, 9)] == list(range(1, 9))


def test_a_choice_is_known_by_table_rule_and_ranks() -> None:
    table, other = make_table({"a": [1, 2, 3]}), make_table({"a": [1, 2, 4]})
    golden = PickRequest(PickRule.GOLDEN, 1)
    keys = {
        choice_key(table, golden),
        choice_key(other, golden),
        choice_key(table, PickRequest(PickRule.CLEAN, 1)),
        choice_key(table, golden, RankRange(1, 4)),
    }
    assert len(keys) == 4
    assert choice_key(table, PickRequest(PickRule.GOLDEN, 7, position=3)) in keys
