"""Tables are found by path or by name, never outside their folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedloupe.errors import TableError
from seedloupe.tables import SUFFIX, bundled_folder, find_table, list_tables


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("mine/toy/only", "mine/loose", "theirs/toy/other", "theirs/two/a", "theirs/two/b"):
        path = tmp_path / (name + SUFFIX)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / f"secret{SUFFIX}").touch()
    (tmp_path / "mine" / "toy" / f".only{SUFFIX}.0123.tmp").touch()
    return tmp_path / "mine", tmp_path / "theirs"


def test_a_path_is_taken_as_it_is(folders: tuple[Path, Path]) -> None:
    path = folders[1] / "two" / f"a{SUFFIX}"
    assert find_table(str(path), folders) == path


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("toy", "mine/toy/only"),
        ("loose", "mine/loose"),
        ("two/b", "theirs/two/b"),
        ("toy/other", "theirs/toy/other"),
    ],
)
def test_a_name_is_looked_up_folder_by_folder(
    name: str, path: str, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    assert find_table(name, folders) == tmp_path / (path + SUFFIX)


def test_a_name_of_several_tables_is_refused_with_their_names(folders: tuple[Path, Path]) -> None:
    with pytest.raises(TableError, match="table: expected one of two/a, two/b, got 'two'"):
        find_table("two", folders)


def test_an_unknown_name_is_refused_with_the_known_ones(folders: tuple[Path, Path]) -> None:
    with pytest.raises(TableError, match="loose, toy/only, toy/other, two/a, two/b, got 'sdxl'"):
        find_table("sdxl", folders)


def test_without_any_table_the_message_says_so(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="none found, got 'toy'"):
        find_table("toy", [tmp_path / "nowhere"])


@pytest.mark.parametrize("name", ["../secret", "two/../../secret", "", ".", "..", "/", "two/*"])
def test_no_name_leads_out_of_the_folders(name: str, folders: tuple[Path, Path]) -> None:
    with pytest.raises(TableError):
        find_table(name, folders)


def test_all_tables_are_listed_and_no_drafts(folders: tuple[Path, Path]) -> None:
    names = [path.name.removesuffix(SUFFIX) for path in list_tables(folders)]
    assert names == ["loose", "only", "other", "a", "b"]


def test_a_folder_that_is_not_there_has_no_tables(tmp_path: Path) -> None:
    assert list_tables([tmp_path / "nowhere"]) == ()


def test_the_bundled_tables_lie_beside_the_extension() -> None:
    assert bundled_folder() == Path(__file__).parents[2] / "seed_tables"
