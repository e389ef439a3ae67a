from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from seedloupe.tables import SeedTable, merge_tables, read_table, write_table

from .....seed_tables import full_table, make_table
from .conftest import Cli

SUFFIX = ".seedtable.safetensors"


def put(table: SeedTable, folder: Path, name: str) -> Path:
    path = folder / f"{name}{SUFFIX}"
    write_table(table, path)
    return path


@pytest.fixture
def halves(tmp_path: Path) -> tuple[Path, Path]:
    first = make_table({"a": [1.0, 2.0]}, seeds=[1, 2], rates={"gray": [0, 1]})
    return put(first, tmp_path, "one"), put(make_table({"a": [3.0]}, seeds=[3]), tmp_path, "two")


def test_the_same_table_has_no_difference(cli: Cli, tmp_path: Path) -> None:
    path = put(full_table(), tmp_path, "one")
    ended = cli("tables", "diff", path, path)
    assert (ended.code, ended.out) == (0, "no difference\n")
    assert cli("tables", "diff", path, path, "--json").json["same"] is True


def test_differences_are_findings(cli: Cli, halves: tuple[Path, Path]) -> None:
    ended = cli("tables", "diff", *halves)
    assert ended.code == 1
    assert "seeds only in the first: 2 (1, 2)" in ended.out
    assert "seeds only in the second: 1 (3)" in ended.out
    assert "tensors only in the first: rate.gray" in ended.out
    assert "spec.noise.fingerprint[0]: " in ended.out


def test_differences_as_json_have_both_values_and_texts_for_seeds(cli: Cli, tmp_path: Path) -> None:
    table = full_table()
    scores = table.score("loss").copy()
    scores[1] += 0.25
    other = SeedTable(table.seeds, {**table.tensors, "score.loss": scores}, table.spec, {"x": "y"})
    paths = put(table, tmp_path, "one"), put(other, tmp_path, "two")
    ended = cli("tables", "diff", *paths, "--json")
    assert ended.code == 1
    assert ended.json["entries"] == [{"path": "metadata.x", "second": "y"}]
    (column,) = ended.json["columns"]
    assert (column["name"], column["count"]) == ("score.loss", 1)
    assert column["largest"] == pytest.approx(0.25, abs=1e-6)
    assert "score.loss: 1 value differs, by 0.25" in cli("tables", "diff", *paths).out


def test_a_table_that_is_not_there_cannot_be_compared(cli: Cli, halves: tuple[Path, Path]) -> None:
    assert cli("tables", "diff", halves[0], "nowhere").code == 2


def test_tables_become_one_file(cli: Cli, halves: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / f"whole{SUFFIX}"
    ended = cli("tables", "merge", *halves, "--out", out, "--json")
    assert ended.code == 0
    assert ended.json["seeds"] == 3
    merged = read_table(out)
    np.testing.assert_array_equal(merged.score("a"), [1, 2, 3])
    assert any("evidence" in note for note in ended.json["notes"]) is False
    assert merged.seeds.tolist() == merge_tables([*map(read_table, halves)]).table.seeds.tolist()


def test_what_is_left_out_is_said(cli: Cli, halves: tuple[Path, Path], tmp_path: Path) -> None:
    other = put(make_table({"a": [4.0]}, seeds=[4], verdict=None), tmp_path, "three")
    ended = cli("tables", "merge", halves[0], other, "--out", tmp_path / f"whole{SUFFIX}")
    assert "note: evidence was left out" in ended.err
    assert "3 seeds of 2 tables" in ended.out


def test_tables_that_do_not_go_together_leave_no_file(
    cli: Cli, halves: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / f"whole{SUFFIX}"
    ended = cli("tables", "merge", halves[0], put(full_table(), tmp_path, "other"), "--out", out)
    assert ended.code == 2
    assert "sampling" in ended.err
    assert not out.exists()


@pytest.mark.parametrize("out", ["whole.safetensors", "nowhere/whole.seedtable.safetensors"])
def test_a_place_no_table_can_be_is_refused(
    out: str, cli: Cli, halves: tuple[Path, Path], tmp_path: Path
) -> None:
    assert cli("tables", "merge", *halves, "--out", tmp_path / out).code == 2


@pytest.mark.parametrize("name", ["one", "link"])
def test_the_whole_does_not_take_the_place_of_a_part(
    name: str, cli: Cli, halves: tuple[Path, Path], tmp_path: Path
) -> None:
    before = halves[0].read_bytes()
    out = tmp_path / f"{name}{SUFFIX}"
    if name == "link":
        out.symlink_to(halves[0])
    ended = cli("tables", "merge", *halves, "--out", out)
    assert ended.code == 2
    assert "out: expected another file than the tables to merge" in ended.err
    assert halves[0].read_bytes() == before


def test_one_table_is_nothing_to_merge(cli: Cli, halves: tuple[Path, Path], tmp_path: Path) -> None:
    ended = cli("tables", "merge", halves[0], "--out", tmp_path / f"whole{SUFFIX}")
    assert ended.code == 2
    assert "two or more" in ended.err
