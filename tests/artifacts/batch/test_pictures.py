from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from seedloupe.artifacts.batch import find_pictures
from seedloupe.errors import InputError

from .made import save, save_mask

BOX = (0, 0, 50, 30)


def names(root: Path, *paths: str, **settings: object) -> list[str]:
    found = find_pictures([root / path for path in paths or (".",)], **settings)  # type: ignore[arg-type]
    return [os.path.relpath(picture.path, root) for picture in found]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for name in ("b.png", "a.PNG", "c.notes.png", "below/d.png", ".hidden.png", ".cache/e.png"):
        save(tmp_path / name)
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "folder.png").mkdir()
    return tmp_path


def test_a_folder_gives_its_pictures_by_name_and_nothing_else(out: Path) -> None:
    assert names(out) == ["a.PNG", "b.png", "c.notes.png"]


def test_recursive_goes_below_but_not_into_hidden_folders(out: Path) -> None:
    assert names(out, recursive=True)[3:] == [os.path.join("below", "d.png")]  # noqa: PTH118


def test_a_file_given_twice_is_checked_once(out: Path) -> None:
    assert names(out, "b.png", ".", "./b.png") == ["b.png", "a.PNG", "c.notes.png"]


def test_a_named_file_is_taken_whatever_it_is_called(out: Path) -> None:
    assert names(out, "run.json", ".hidden.png") == ["run.json", ".hidden.png"]


def test_masks_and_sources_beside_a_picture_are_its_own_and_no_pictures(tmp_path: Path) -> None:
    for name in ("a.png", "b.jpg.png", "my-mask.png"):
        save(tmp_path / name)
    for name in ("a-mask.png", "a_before.png", "b.jpg_mask.png"):
        save_mask(tmp_path / name, BOX)
    first, second, third = find_pictures([tmp_path])

    assert (first.mask, first.before) == (tmp_path / "a-mask.png", tmp_path / "a_before.png")
    assert (second.mask, second.before) == (tmp_path / "b.jpg_mask.png", None)
    assert (third.path.name, third.mask) == ("my-mask.png", None)


def test_a_folder_of_masks_is_matched_by_name_with_or_without_the_ending(tmp_path: Path) -> None:
    for name in ("a.jpg.png", "b.png", "c.png"):
        save(tmp_path / "out" / name)
    save_mask(tmp_path / "masks/a.jpg.webp", BOX)
    save_mask(tmp_path / "masks/b_mask.png", BOX)
    found = find_pictures([tmp_path / "out"], mask=tmp_path / "masks")

    assert [picture.mask and picture.mask.name for picture in found] == [
        "a.jpg.webp", "b_mask.png", None,
    ]  # fmt: skip
    assert [picture.problem for picture in found[:2]] == ["", ""]
    assert "holds no mask named like it" in found[2].problem


def test_one_mask_serves_all_and_is_no_picture(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        save(tmp_path / name)
    mask = save_mask(tmp_path / "shape.png", BOX)
    found = find_pictures([tmp_path], mask=mask)

    assert [(picture.path.name, picture.mask) for picture in found] == [
        ("a.png", mask), ("b.png", mask),
    ]  # fmt: skip


def test_no_picture_is_its_own_mask(tmp_path: Path) -> None:
    save(tmp_path / "a.png")
    mask = save_mask(tmp_path / "a_mask.png", BOX)
    (found,) = find_pictures([tmp_path], mask=tmp_path)

    assert found.mask == mask


def test_masks_and_results_below_are_not_pictures_of_the_tree(tmp_path: Path) -> None:
    for name in ("a.png", "masks/a.png", "seen/a-check.png"):
        save(tmp_path / name)
    found = find_pictures(
        [tmp_path], recursive=True, mask=tmp_path / "masks", apart=[tmp_path / "seen"]
    )

    assert [picture.path for picture in found] == [tmp_path / "a.png"]


def test_what_is_not_there_and_an_empty_folder_are_told(tmp_path: Path) -> None:
    gone, empty = find_pictures([tmp_path / "gone.png", tmp_path])

    assert gone.problem == "there is no such file"
    assert empty.problem.startswith("there are no pictures in this folder")


def test_masks_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="mask: expected a picture or a folder, got no such file"):
        find_pictures([tmp_path], mask=tmp_path / "gone")


def test_a_fingerprint_changes_with_each_of_the_files(tmp_path: Path) -> None:
    save(tmp_path / "a.png")
    prints = {find_pictures([tmp_path])[0].fingerprint}
    mask = save_mask(tmp_path / "a-mask.png", BOX)
    prints.add(find_pictures([tmp_path])[0].fingerprint)
    os.utime(mask, ns=(1, 1))
    prints.add(find_pictures([tmp_path])[0].fingerprint)
    mask.rename(tmp_path / "a-before.png")
    prints.add(find_pictures([tmp_path])[0].fingerprint)

    assert len(prints) == 4
    assert find_pictures([tmp_path / "gone.png"])[0].fingerprint == ""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are always text")
def test_a_name_that_is_no_text_can_still_be_written_down(tmp_path: Path) -> None:
    save(tmp_path / "a.png").rename(tmp_path / os.fsdecode(b"\xff.png"))
    (picture,) = find_pictures([tmp_path])

    assert picture.label.encode("utf-8").endswith("\N{REPLACEMENT CHARACTER}.png".encode())
