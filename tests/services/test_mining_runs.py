"""Mining runs by name: kept, gone on with, and never outside their folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from seedloupe.errors import InputError
from seedloupe.services.mining_runs import MiningOrder, MiningRuns

ORDER = MiningOrder(("a ball", "a tent", "a cat"), seeds=40, width=96, height=64, scorers=("look",))


@pytest.fixture
def runs(tmp_path: Path) -> MiningRuns:
    return MiningRuns(tmp_path / "mining", tmp_path / "seed_tables")


def test_an_order_comes_back_as_it_was_given(runs: MiningRuns) -> None:
    assert runs.names() == ()
    runs.begin("my-model_2", ORDER)
    assert runs.names() == ("my-model_2",)
    assert runs.order("my-model_2") == ORDER


def test_a_name_is_taken_once(runs: MiningRuns) -> None:
    runs.begin("one", ORDER)
    runs.tables.mkdir()
    runs.table("two").write_bytes(b"")
    for name in ("one", "two"):
        with pytest.raises(InputError, match="new name"):
            runs.begin(name, ORDER)


BAD_NAMES = ["", ".", "..", "../x", "a/b", "A", "a b", "-a", "x" * 61, "a\0", "a\n", "ä", "c:\\x"]


@pytest.mark.parametrize("name", BAD_NAMES, ids=repr)
def test_no_name_leads_out_of_the_folder(runs: MiningRuns, name: str, tmp_path: Path) -> None:
    for ask in (runs.order, runs.journal, runs.table, lambda name: runs.begin(name, ORDER)):
        with pytest.raises(InputError, match=r"^name"):
            ask(name)
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_no_run(runs: MiningRuns, tmp_path: Path) -> None:
    runs.begin("one", ORDER)
    (runs.folder / "one").rename(tmp_path / "outside")
    (runs.folder / "one").symlink_to(tmp_path / "outside")
    with pytest.raises(InputError, match="not a link"):
        runs.order("one")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"prompts": 5}', "\0"])
def test_a_damaged_order_is_told(runs: MiningRuns, text: str) -> None:
    runs.begin("one", ORDER)
    (runs.folder / "one" / "order.json").write_text(text)
    with pytest.raises(InputError, match="order"):
        runs.order("one")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seeds", 0),
        ("width", 100),
        ("height", 5000),
        ("steps", 0),
        ("batch", 0),
        ("prompts", ("a",)),
        ("prompts", ("a", "a")),
    ],
)
def test_what_no_run_can_be_made_of_is_refused(field: str, value: object) -> None:
    with pytest.raises(InputError, match=f"^{field}"):
        replace(ORDER, **{field: value})  # type: ignore[arg-type]


def test_a_run_that_measured_nothing_can_be_forgotten_and_no_other(runs: MiningRuns) -> None:
    for name in ("one", "two"):
        runs.begin(name, ORDER)
        runs.journal(name).mkdir()
    (runs.journal("two") / "mine-0.npz").write_bytes(b"measured")
    runs.forget("one")
    runs.forget("two")
    assert runs.names() == ("two",)
    runs.begin("one", ORDER)
