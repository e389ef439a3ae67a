from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from PIL import Image

from seedloupe.artifacts.batch import find_pictures
from seedloupe.errors import InputError
from seedloupe.images import drawing_mark

from .made import save, save_mask

BOX = (0, 0, 50, 30)


def names(root: Path, *paths: str, **settings: object) -> list[str]:
    found = find_pictures([root / path for path in paths or (".",)], **settings)  # type: ignore[arg-type]
    return [os.path.relpath(picture.path, root) for picture in found.pictures]


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
    first, second, third = find_pictures([tmp_path]).pictures

    assert (first.mask, first.before) == (tmp_path / "a-mask.png", tmp_path / "a_before.png")
    assert (second.mask, second.before) == (tmp_path / "b.jpg_mask.png", None)
    assert (third.path.name, third.mask) == ("my-mask.png", None)


def test_a_folder_of_masks_is_matched_by_name_with_or_without_the_ending(tmp_path: Path) -> None:
    for name in ("a.jpg.png", "b.png", "c.png"):
        save(tmp_path / "out" / name)
    save_mask(tmp_path / "masks/a.jpg.webp", BOX)
    save_mask(tmp_path / "masks/b_mask.png", BOX)
    found = find_pictures([tmp_path / "out"], mask=tmp_path / "masks").pictures

    assert [picture.mask and picture.mask.name for picture in found] == [
        "a.jpg.webp", "b_mask.png", None,
    ]  # fmt: skip
    assert [picture.problem for picture in found[:2]] == ["", ""]
    assert "holds no mask named like it" in found[2].problem


def test_one_mask_serves_all_and_is_no_picture(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        save(tmp_path / name)
    mask = save_mask(tmp_path / "shape.png", BOX)
    found = find_pictures([tmp_path], mask=mask).pictures

    assert [(picture.path.name, picture.mask) for picture in found] == [
        ("a.png", mask), ("b.png", mask),
    ]  # fmt: skip


def test_no_picture_is_its_own_mask(tmp_path: Path) -> None:
    save(tmp_path / "a.png")
    mask = save_mask(tmp_path / "a_mask.png", BOX)
    (found,) = find_pictures([tmp_path], mask=tmp_path).pictures

    assert found.mask == mask


def test_masks_and_results_below_are_not_pictures_of_the_tree(tmp_path: Path) -> None:
    for name in ("a.png", "masks/a.png", "seen/a-check.png"):
        save(tmp_path / name)
    found = find_pictures(
        [tmp_path], recursive=True, mask=tmp_path / "masks", apart=[tmp_path / "seen"]
    ).pictures

    assert [picture.path for picture in found] == [tmp_path / "a.png"]


def test_what_is_not_there_and_an_empty_folder_are_told(tmp_path: Path) -> None:
    gone, empty = find_pictures([tmp_path / "gone.png", tmp_path]).pictures

    assert gone.problem == "there is no such file"
    assert empty.problem.startswith("there are no pictures in this folder")


def test_masks_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="mask: expected a picture or a folder, got no such file"):
        find_pictures([tmp_path], mask=tmp_path / "gone")


def test_a_fingerprint_changes_with_each_of_the_files(tmp_path: Path) -> None:
    save(tmp_path / "a.png")
    prints = {find_pictures([tmp_path]).pictures[0].fingerprint}
    mask = save_mask(tmp_path / "a-mask.png", BOX)
    prints.add(find_pictures([tmp_path]).pictures[0].fingerprint)
    os.utime(mask, ns=(1, 1))
    prints.add(find_pictures([tmp_path]).pictures[0].fingerprint)
    mask.rename(tmp_path / "a-before.png")
    prints.add(find_pictures([tmp_path]).pictures[0].fingerprint)

    assert len(prints) == 4
    assert find_pictures([tmp_path / "gone.png"]).pictures[0].fingerprint == ""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are always text")
def test_a_name_that_is_no_text_can_still_be_written_down(tmp_path: Path) -> None:
    save(tmp_path / "a.png").rename(tmp_path / os.fsdecode(b"\xff.png"))
    (picture,) = find_pictures([tmp_path]).pictures

    assert picture.label.encode("utf-8").endswith("\N{REPLACEMENT CHARACTER}.png".encode())


def test_every_kind_of_picture_is_read_or_listed_with_the_reason(tmp_path: Path) -> None:
    for name in ("a.avif", "b.JFIF", "c.jxl", "d.heic", "e.txt"):
        (tmp_path / name).write_bytes(b"")
    found = find_pictures([tmp_path]).pictures
    assert [(picture.path.name, picture.problem) for picture in found] == [
        ("a.avif", ""),
        ("b.JFIF", ""),
        ("c.jxl", "JPEG XL pictures are not read; save it as PNG"),
        ("d.heic", "HEIC pictures are not read; save it as PNG"),
    ]


def test_drawings_of_ours_are_left_out_by_their_mark_whatever_they_are_called(
    tmp_path: Path,
) -> None:
    for name in ("a.png", "b.gif", "c.webp", "d.png"):
        kind = name[2:].upper()
        mark = {} if name == "d.png" else drawing_mark(kind)
        Image.new("RGB", (7, 5)).save(tmp_path / name, kind, **mark)
    found = find_pictures([tmp_path])
    assert [picture.path.name for picture in found.pictures] == ["d.png"]
    assert [path.name for path in found.drawings] == ["a.png", "b.gif", "c.webp"]


def test_unmarked_drawings_are_known_by_name_beside_the_picture_they_are_of(
    tmp_path: Path,
) -> None:
    ours = {
        "000-7-check.png",
        "000-7-2-check.png",
        "000-7.lens.png",
        "000-7.words.png",
        "000-7.word1-a-hill.png",
    }
    others = ("spell-check.png", "other.lens.png", "a.word1.png", "000-7.retry1-9.png")
    for name in ("000-7.png", "a.png", *ours, *others):
        save(tmp_path / name)
    found = find_pictures([tmp_path])
    assert {path.name for path in found.drawings} == ours
    assert {picture.path.name for picture in found.pictures} == {"000-7.png", "a.png", *others}


def test_a_drawing_somebody_names_is_checked(tmp_path: Path) -> None:
    Image.new("RGB", (7, 5)).save(tmp_path / "a.png", **drawing_mark("PNG"))
    found = find_pictures([tmp_path / "a.png"])
    assert (len(found.pictures), found.drawings) == (1, ())


def test_a_folder_of_nothing_but_drawings_says_so(tmp_path: Path) -> None:
    Image.new("RGB", (7, 5)).save(tmp_path / "a.png", **drawing_mark("PNG"))
    (empty,) = find_pictures([tmp_path]).pictures
    assert empty.problem.startswith("there are no pictures in this folder but drawings of Seed")
