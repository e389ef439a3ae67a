from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from seedloupe.errors import TableError
from seedloupe.hosts.webui.catalogue import webui_catalogue, webui_table_folders
from seedloupe.tables import SUFFIX, bundled_folder, user_folders, write_table

from ...seed_tables import make_table


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
    assert "mine" in webui_catalogue(str(tmp_path), "").names()


def test_a_table_that_is_not_there_is_answered_with_where_to_put_it(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="looked for in models/seed_tables"):
        webui_catalogue(str(tmp_path), "").read("nope")
