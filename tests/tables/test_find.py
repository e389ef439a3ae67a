"""Tables are found by path, by name or by what they are for, never outside their folders."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seedloupe.errors import TableError
from seedloupe.noise import NV_NOISE, NoiseSource
from seedloupe.tables import (
    SUFFIX,
    MatchLevel,
    SeedTable,
    TableUse,
    bundled_folder,
    find_table,
    list_tables,
    read_outline,
    read_spec,
    tables_for,
    user_folders,
    write_table,
)

from ..seed_tables import SAMPLING, SHA256, SHAPE, full_table
from .files import join, save, split


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


def test_a_file_name_alone_is_found_after_every_folder_had_its_say(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    for name in ("mine/else/two", "mine/else/two-more"):
        path = tmp_path / (name + SUFFIX)
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert find_table("two-more", folders) == tmp_path / f"mine/else/two-more{SUFFIX}"
    assert find_table(f"two-more{SUFFIX}", folders) == tmp_path / f"mine/else/two-more{SUFFIX}"
    with pytest.raises(TableError, match="one of two/a, two/b"):
        find_table("two", folders)
    (tmp_path / "mine" / "toy" / f"two-more{SUFFIX}").touch()
    with pytest.raises(TableError, match="one of else/two-more, toy/two-more"):
        find_table("two-more", folders)


def test_the_published_table_is_found_by_its_file_name() -> None:
    assert find_table("sd2-good-seed", [bundled_folder()]).parent.name == "published"


@pytest.mark.parametrize(
    ("name", "got"),
    [
        (f"nope{SUFFIX}", "no such file"),
        (f"folder{SUFFIX}", "a folder"),
        (f"link{SUFFIX}", "a broken link, to gone"),
        ("n" * 300 + SUFFIX, "a path that cannot be looked up: "),
    ],
)
def test_a_path_without_a_table_is_refused_for_what_is_there(
    name: str, got: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(f"folder{SUFFIX}").mkdir()
    Path(f"link{SUFFIX}").symlink_to("gone")
    for given in (f"./{name}", str(tmp_path / name), name):
        with pytest.raises(TableError, match=f"table: expected a seed table, got {got}"):
            find_table(given, [tmp_path / "tables"])
    with pytest.raises(TableError, match="file: expected"):
        read_outline(tmp_path / name)


@pytest.mark.parametrize("name", ["n" * 300, "n/" * 3000, "nul\0"])
def test_a_name_no_system_can_have_is_no_table(name: str, folders: tuple[Path, Path]) -> None:
    with pytest.raises(TableError, match="table: expected a path ending in"):
        find_table(name, folders)


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


def test_published_numbers_are_never_the_first_table_on_offer(tmp_path: Path) -> None:
    for name in ("published/a", "z/b", "c"):
        path = tmp_path / (name + SUFFIX)
        path.parent.mkdir(exist_ok=True)
        path.touch()
    names = [path.name.removesuffix(SUFFIX) for path in list_tables([tmp_path])]
    assert names == ["c", "b", "a"]
    assert list_tables([bundled_folder()])[0].parent.name == "seedling"


def test_a_folder_that_is_not_there_has_no_tables(tmp_path: Path) -> None:
    assert list_tables([tmp_path / "nowhere"]) == ()


def test_the_bundled_tables_lie_beside_the_extension() -> None:
    assert bundled_folder() == Path(__file__).parents[2] / "seed_tables"


USE = TableUse(NoiseSource(), SHAPE, SHA256, SAMPLING)


def put(table: SeedTable, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(table, path)
    return path


def with_model(table: SeedTable, **changes: object) -> SeedTable:
    model = replace(table.spec.model, **changes)  # type: ignore[arg-type]
    return SeedTable(table.seeds, table.tensors, replace(table.spec, model=model))


def test_tables_for_a_use_come_best_first_and_broken_ones_last(tmp_path: Path) -> None:
    table, last = full_table(), tmp_path / "b"
    noise = replace(table.spec.noise, rng=NV_NOISE.rng, fingerprint=())
    other_noise = SeedTable(table.seeds, table.tensors, replace(table.spec, noise=noise))
    both = replace(with_model(table, sha256=None).spec, sampling=None)
    torn = tmp_path / "a" / f"torn{SUFFIX}"
    paths = [
        put(table, last / f"exact{SUFFIX}"),
        put(with_model(table, sha256="cd" * 32), last / f"one-difference{SUFFIX}"),
        put(SeedTable(table.seeds, table.tensors, both), tmp_path / "a" / f"two{SUFFIX}"),
        put(other_noise, tmp_path / "a" / f"invalid{SUFFIX}"),
        torn,
    ]
    torn.write_bytes(b"no table")
    found = tables_for(USE, [tmp_path / "a", last])
    assert [one.path for one in found] == paths
    levels = [one.match.level if one.match else None for one in found]
    only, invalid = MatchLevel.NOISE_ONLY, MatchLevel.INVALID
    assert levels == [MatchLevel.EXACT, only, only, invalid, None]
    assert "noise.rng: the table has nv, in use is cpu" in found[3].match.reasons[0]  # type: ignore[union-attr]
    assert "torn" in found[4].problem
    assert found[4].outline is None


def test_of_equal_tables_the_folder_named_first_has_the_first_word(tmp_path: Path) -> None:
    for folder in ("z", "a"):
        put(full_table(), tmp_path / folder / f"same{SUFFIX}")
    found = tables_for(USE, [tmp_path / "z", tmp_path / "a"])
    assert [one.path.parent.name for one in found] == ["z", "a"]


def test_an_outline_is_what_the_header_says(table: SeedTable, coded: bytes, tmp_path: Path) -> None:
    outline = read_outline(save(tmp_path, coded))
    assert outline.spec == table.spec == read_spec(save(tmp_path, coded))
    assert len(outline) == len(table)
    assert outline.names_of("score") == ("alignment", "loss")
    assert outline.names_of("feature") == table.spaces()
    assert {entry.name for entry in outline.entries} == {"seeds", *table.tensors}


def test_an_outline_reads_no_tensor(table: SeedTable, tmp_path: Path) -> None:
    tensors = {**table.tensors, "later.large": np.zeros(10**7, np.uint8)}
    path = put(SeedTable(table.seeds, tensors, table.spec), tmp_path / f"large{SUFFIX}")
    tracemalloc.start()
    try:
        read_outline(path)
        assert tracemalloc.get_traced_memory()[1] < 10**6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("change", "message"),
    [({"dtype": "F64"}, "seeds: expected uint64"), ({"shape": [7, 1]}, "seeds: expected uint64")],
)
def test_an_outline_has_seeds_to_count(
    change: dict[str, object], message: str, coded: bytes, tmp_path: Path
) -> None:
    header, tensors = split(coded)
    header["seeds"].update(change)
    with pytest.raises(TableError, match=message):
        read_outline(save(tmp_path, join(header, tensors)))


HOME = Path("/home/somebody").absolute()


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, HOME / ".local" / "share"),
        ("linux", {"XDG_DATA_HOME": str(HOME / "own")}, HOME / "own"),
        ("linux", {"XDG_DATA_HOME": "relative"}, HOME / ".local" / "share"),
        ("linux", {"XDG_DATA_HOME": ""}, HOME / ".local" / "share"),
        ("darwin", {"XDG_DATA_HOME": str(HOME)}, HOME / "Library" / "Application Support"),
        ("win32", {}, HOME / "AppData" / "Roaming"),
        ("win32", {"APPDATA": str(HOME / "app")}, HOME / "app"),
    ],
)
def test_every_system_has_its_place_for_a_users_tables(
    platform: str, environment: dict[str, str], expected: Path
) -> None:
    folders = user_folders(environment, platform, HOME)
    assert folders == (expected / "seedloupe" / "seed_tables",)


def test_folders_a_user_names_come_first() -> None:
    named = {"SEEDLOUPE_TABLES": "/one: :/two"}
    assert user_folders(named, "linux", HOME)[:2] == (Path("/one"), Path("/two"))
    assert len(user_folders(named, "linux", HOME)) == 3
    windows = user_folders({"SEEDLOUPE_TABLES": r"C:\one;D:\two"}, "win32", HOME)
    assert [str(path) for path in windows[:2]] == [r"C:\one", r"D:\two"]
