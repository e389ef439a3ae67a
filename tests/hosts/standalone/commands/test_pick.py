from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from seedloupe.picking import TagFilter, pick_diverse, pick_golden
from seedloupe.tables import read_table, write_table

from ....seed_tables import make_table
from .conftest import Cli


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    numbers = np.random.default_rng(3)
    made = make_table(
        {"alignment": numbers.random(40), "sharpness": numbers.random(40)},
        features={"style": numbers.random((40, 3))},
        rates={"gray": (np.arange(40) % 4 == 0).astype(float)},
    )
    path = tmp_path_factory.mktemp("table") / "t.seedtable.safetensors"
    write_table(made, path)
    return path


@pytest.mark.parametrize("rule", ["golden", "diverse"])
def test_seeds_come_with_rank_scores_and_the_rule(cli: Cli, table: Path, rule: str) -> None:
    ended = cli("pick", rule, "--table", table, "--count", 3, "--json")
    picker = {"golden": pick_golden, "diverse": pick_diverse}[rule]
    expected = picker(read_table(table), 3)
    assert ended.code == 0
    assert ended.json["picks"] == expected.to_json()["picks"]
    assert ended.json["rule"] == expected.rule
    assert ended.json["match"] is None
    for seed in expected.seeds:
        assert str(seed) in cli("pick", rule, "--table", table, "--count", 3).out


def test_settings_reach_the_rule(cli: Cli, table: Path) -> None:
    words = ("--metrics", "sharpness", "--pool", 5, "--no-tag", "gray")
    ended = cli("pick", "golden", "--table", table, "--count", 4, "--json", *words)
    expected = pick_golden(
        read_table(table), 4, metrics=("sharpness",), pool=5, tags=TagFilter(avoid=("gray",))
    )
    assert ended.json["picks"] == expected.to_json()["picks"]
    assert "gray" in ended.err


def test_the_match_is_told_and_other_noise_refused(cli: Cli, table: Path) -> None:
    common = ("pick", "golden", "--table", table, "--count", 2)
    ended = cli(*common, "--size", "64x48", "--json")
    assert ended.json["match"]["level"] == "noise_only"
    refused = cli(*common, "--size", "128x128")
    assert (refused.code, refused.out) == (2, "")
    assert "noise.shape: expected (4, 6, 8)" in refused.err
    assert cli(*common, "--noise", "nv").code == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("golden", "--count", 1), "--table"),
        (("golden", "--table", "T"), "--count"),
        (("golden", "--table", "no-such-table", "--count", 1), "no-such-table"),
        (("golden", "--table", "T", "--count", 0), "from 1 up"),
        (("golden", "--table", "T", "--count", 1, "--metrics", "beauty"), "beauty"),
        (("diverse", "--table", "T", "--count", 1, "--space", "smell"), "smell"),
        (("diverse", "--table", "T", "--count", 1, "--start", 999), "999"),
        (("diverse", "--table", "T", "--count", 1, "--floor", 3), "floor"),
        (("golden", "--table", "T", "--count", 1, "--no-tag", "loud"), "loud"),
        (("golden", "--table", "T", "--count", 1, "--size", "9x9"), "multiples of 8"),
        (("golden", "--table", "T", "--count", 1, "--model", "gone.safetensors"), "no file"),
        (("layout", "--table", "T", "--count", 1), "layout: expected --box"),
        (("layout", "--table", "T", "--count", 1, "--at", "0.5"), "0.25,0.5"),
        (("clean", "--table", "T", "--count", 1, "--flaw", "smell"), "smell"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    cli: Cli, table: Path, words: tuple[object, ...], message: str
) -> None:
    ended = cli("pick", *(table if word == "T" else word for word in words))
    assert ended.code == 2
    assert ended.out == ""
    assert message in ended.err
    assert ended.err.count("\n") == 1
