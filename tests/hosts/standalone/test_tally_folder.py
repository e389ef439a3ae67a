from __future__ import annotations

from pathlib import Path

import pytest

from seedloupe.hosts.standalone.app_desk import open_desk
from seedloupe.hosts.standalone.tally_folder import tally_folder
from seedloupe.tables import user_folders

HOME = Path("/home/jo")


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_tallies_are_beside_the_users_own_tables(platform: str) -> None:
    folder = tally_folder({"SEEDLOUPE_TABLES": "/elsewhere"}, platform, HOME)
    assert folder.name == "text_tally"
    assert folder.with_name("seed_tables") == user_folders({}, platform, HOME)[-1]


def test_a_named_folder_is_taken() -> None:
    assert tally_folder({"SEEDLOUPE_TALLY": " /data/t "}, "linux", HOME) == Path("/data/t")


def test_the_page_counts_in_the_named_folder_and_makes_it_only_when_it_counts(
    tmp_path: Path, tallies_stay_in_tests: Path
) -> None:
    desk = open_desk(tmp_path / "cache", ())
    assert desk.book is not None
    assert desk.book.folder == tallies_stay_in_tests
    assert not tallies_stay_in_tests.exists()
