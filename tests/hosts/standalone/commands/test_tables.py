from __future__ import annotations

from pathlib import Path

import pytest

from seedloupe.tables import write_table

from ....seed_tables import full_table
from .conftest import Cli

SUFFIX = ".seedtable.safetensors"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sound table and a broken one under ``seed_tables``."""
    tables = tmp_path / "seed_tables" / "mine"
    tables.mkdir(parents=True)
    write_table(full_table(), tables / f"mine{SUFFIX}")
    (tables / f"torn{SUFFIX}").write_bytes(b"no table")
    monkeypatch.chdir(tmp_path)
    return tables


def test_the_list_has_sound_tables_and_the_trouble_with_others(cli: Cli, folder: Path) -> None:
    ended = cli("tables", "list", "--json")
    found = {Path(entry["path"]).name: entry for entry in ended.json["tables"]}
    assert ended.code == 0
    assert found[f"mine{SUFFIX}"]["seeds"] == 7
    assert found[f"mine{SUFFIX}"]["effect"] == "effect"
    assert "expected" in found[f"torn{SUFFIX}"]["error"]
    assert "stand-in" in cli("tables", "list").out


def test_a_table_shows_everything_it_says(cli: Cli, folder: Path) -> None:
    path = folder / f"mine{SUFFIX}"
    ended = cli("tables", "show", path, "--json")
    (shown,) = ended.json["tables"]
    assert shown["spec"] == full_table().spec.to_json()
    assert shown["tensors"]["score.alignment"] == {"dtype": "float32", "shape": [7]}
    lines = cli("tables", "show", "mine/mine").out
    assert "verdict    effect" in lines
    assert "from 5 to 23" in lines


def test_an_unsound_table_is_a_finding(cli: Cli, folder: Path) -> None:
    sound, torn = folder / f"mine{SUFFIX}", folder / f"torn{SUFFIX}"
    assert cli("tables", "validate", sound).code == 0
    ended = cli("tables", "validate", sound, torn, "--json")
    assert ended.code == 1
    assert [entry["sound"] for entry in ended.json["tables"]] == [True, False]


def test_the_noise_of_a_sound_table_is_drawn_again(cli: Cli, folder: Path) -> None:
    ended = cli("tables", "verify", folder / f"mine{SUFFIX}", "--json")
    assert ended.code == 0
    assert ended.json["tables"][0]["seed"] == "5"


def test_a_table_that_is_not_there_is_bad_input(cli: Cli, folder: Path) -> None:
    ended = cli("tables", "show", "nothing", "--json")
    assert ended.code == 2
    assert ended.json["error"]["field"] == "table"
    assert "mine/mine" in ended.err
