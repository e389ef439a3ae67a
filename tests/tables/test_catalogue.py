"""The tables every host offers: in one order, by one name each."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedloupe.errors import TableError
from seedloupe.tables import (
    SUFFIX,
    Catalogue,
    bundled_folder,
    find_table,
    list_tables,
    named_tables,
    table_folders,
    write_table,
)

from ..seed_tables import make_table


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


def test_published_tables_come_last_of_all_folders(tmp_path: Path) -> None:
    for name in ("own/published/a", "own/z", "ours/b", "ours/published/c"):
        add(tmp_path, name, 2)
    folders = [tmp_path / "own", tmp_path / "ours"]
    expected = ("z", "b", "published/a", "published/c")
    assert Catalogue(folders).names() == expected
    assert tuple(name for name, _ in named_tables(folders)) == expected
    assert list_tables(folders) == tuple(path for _, path in named_tables(folders))


def test_every_name_on_offer_is_found_again_where_it_was_offered(tmp_path: Path) -> None:
    for name in ("own/a", "own/two/a", "ours/a", "ours/two/b", "ours/published/a"):
        add(tmp_path, name, 2)
    folders = [tmp_path / "own", tmp_path / "ours"]
    for name, path in Catalogue(folders).paths().items():
        assert find_table(name, folders) == path


def test_namesakes_are_listed_though_the_first_is_meant(tmp_path: Path) -> None:
    first, second = (add(tmp_path / folder, "a", 2) for folder in ("own", "ours"))
    assert named_tables([tmp_path / "own", tmp_path / "ours"]) == (("a", first), ("a", second))
    with pytest.raises(TableError, match="one of: a, got 'b'"):
        find_table("b", [tmp_path / "own", tmp_path / "ours"])


def test_a_host_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="Look elsewhere"):
        Catalogue([tmp_path], "Look elsewhere.").read("a")


def test_a_hosts_folders_come_first_the_users_next_and_those_that_came_along_last() -> None:
    own, users = (Path("host"), Path("shared")), (Path("mine"), Path("shared"))
    expected = (Path("host"), Path("shared"), Path("mine"), bundled_folder())
    assert table_folders(own, users) == expected
