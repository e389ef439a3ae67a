from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from seedloupe.errors import TableError
from seedloupe.hosts.webui.catalogue import Catalogue, webui_table_folders
from seedloupe.tables import SUFFIX, bundled_folder, user_folders, write_table

from ...seed_tables import make_table


def add(folder: Path, name: str, seeds: int) -> Path:
    path = folder / f"{name}{SUFFIX}"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(make_table({"alignment": range(seeds)}), path)
    return path


def test_a_table_is_called_by_its_place_in_its_folder(tmp_path: Path) -> None:
    add(tmp_path, "sd15/golden", 2)
    add(tmp_path, "mine", 2)
    assert Catalogue([tmp_path]).names() == ("mine", "sd15/golden")


def test_an_earlier_folder_hides_namesakes(tmp_path: Path) -> None:
    add(tmp_path / "own", "a", 2)
    add(tmp_path / "ours", "a", 3)
    catalogue = Catalogue([tmp_path / "own", tmp_path / "ours"])
    assert catalogue.names() == ("a",)
    assert len(catalogue.read("a")) == 2


def test_missing_folders_are_empty_ones(tmp_path: Path) -> None:
    assert Catalogue([tmp_path / "nowhere"]).names() == ()


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    add(tmp_path, "sd15/golden", 2)
    with pytest.raises(TableError, match="one of sd15/golden, got 'sd21'"):
        Catalogue([tmp_path]).read("sd21")


def test_without_any_table_that_is_what_it_says(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="none was found"):
        Catalogue([tmp_path]).read("")


def test_no_path_is_a_name(tmp_path: Path) -> None:
    outside = add(tmp_path / "outside", "a", 2)
    catalogue = Catalogue([tmp_path / "inside"])
    for name in (str(outside), f"../outside/a{SUFFIX}", "../outside/a"):
        with pytest.raises(TableError, match="none was found"):
            catalogue.read(name)


def test_a_broken_table_is_named_without_the_servers_folders(tmp_path: Path) -> None:
    (tmp_path / f"broken{SUFFIX}").write_bytes(b"no table")
    with pytest.raises(TableError) as refused:
        Catalogue([tmp_path]).read("broken")
    assert str(tmp_path) not in str(refused.value)
    assert "broken" in str(refused.value)


def test_the_users_folder_comes_first_and_the_bundled_last(tmp_path: Path) -> None:
    folders = webui_table_folders(str(tmp_path), "~/tables")
    (users,) = user_folders(os.environ, sys.platform, Path.home())
    assert folders == (Path.home() / "tables", tmp_path / "seed_tables", users, bundled_folder())
    assert webui_table_folders(str(tmp_path), " ") == folders[1:]


def test_tables_in_the_users_own_folder_are_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDLOUPE_TABLES", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    write_table(make_table({"a": [1.0]}), tmp_path / "own" / f"mine{SUFFIX}")
    assert "mine" in Catalogue(webui_table_folders(str(tmp_path), "")).names()
