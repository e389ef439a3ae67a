from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from seedloupe.artifacts.repaints import REMOVAL_PROMPT, InpaintTask, Pair, read_pairs
from seedloupe.errors import ImageError, InputError, MaskError, ShapeError

BOTH = tuple(InpaintTask)
REMOVAL = (InpaintTask.REMOVAL,)


def put(folder: Path, name: str, size: tuple[int, int] = (24, 16), *, mask: str = "beside") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (40, 80, 120)).save(folder / f"{name}.png")
    white = np.zeros(size[::-1], np.uint8)
    white[4:12, 6:18] = 255
    if mask == "beside":
        Image.fromarray(white).save(folder / f"{name}.mask.png")
    elif mask == "below":
        (folder / "masks").mkdir(exist_ok=True)
        Image.fromarray(white).save(folder / "masks" / f"{name}.png")
    (folder / f"{name}.txt").write_text(" red\n ball ", "utf-8")


def test_pairs_are_read_in_order_with_masks_beside_or_below_and_their_class(tmp_path: Path) -> None:
    put(tmp_path, "b", mask="below")
    put(tmp_path, "a")
    first, second = read_pairs(tmp_path, BOTH)
    assert (first.name, second.name) == ("a", "b")
    assert first.size == (24, 16)
    assert first.picture.shape == (3, 16, 24)
    assert float(first.mask.sum()) == 8 * 12
    assert torch.equal(first.mask, second.mask)
    assert InpaintTask.COMPLETION.prompt(first) == "red ball"
    assert InpaintTask.REMOVAL.prompt(first) == REMOVAL_PROMPT == "clear background"


def test_a_missing_mask_names_the_picture_and_both_places(tmp_path: Path) -> None:
    put(tmp_path, "a", mask="")
    with pytest.raises(MaskError, match=r"a\.png: expected its mask, a\.mask\.png or masks/a\.png"):
        read_pairs(tmp_path, BOTH)


def test_only_completion_needs_a_class_name(tmp_path: Path) -> None:
    put(tmp_path, "a")
    (tmp_path / "a.txt").unlink()
    with pytest.raises(InputError, match=r"class name of what is masked, in a\.txt"):
        read_pairs(tmp_path, BOTH)
    assert read_pairs(tmp_path, REMOVAL)[0].subject == ""


def test_pictures_of_several_sizes_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "a")
    put(tmp_path, "b", (32, 16))
    with pytest.raises(
        ImageError, match=r"b\.png: expected 24x16 pixels, as a\.png has, got 32x16"
    ):
        read_pairs(tmp_path, BOTH)


def test_what_holds_no_pairs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none in"):
        read_pairs(tmp_path, BOTH)
    with pytest.raises(InputError, match="a folder of pictures"):
        read_pairs(tmp_path / "nowhere", BOTH)


def test_two_pictures_of_one_name_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "a")
    Image.new("RGB", (24, 16)).save(tmp_path / "a.webp")
    with pytest.raises(InputError, match="several 'a'"):
        read_pairs(tmp_path, BOTH)


def test_class_names_that_are_no_names_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "a")
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputError, match="UTF-8"):
        read_pairs(tmp_path, BOTH)
    (tmp_path / "a.txt").write_text("x" * 300, "utf-8")
    with pytest.raises(InputError, match="at most 200 characters"):
        read_pairs(tmp_path, BOTH)


def test_a_mask_of_another_size_or_without_white_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "a")
    Image.new("L", (24, 16)).save(tmp_path / "a.mask.png")
    with pytest.raises(MaskError, match="some white to repaint"):
        read_pairs(tmp_path, BOTH)
    Image.new("L", (16, 24), 255).save(tmp_path / "a.mask.png")
    with pytest.raises(MaskError, match="24 x 16 pixels"):
        read_pairs(tmp_path, BOTH)


def test_soft_masks_are_cut_as_the_repaint_cuts_them() -> None:
    mask = torch.tensor([[0.2, 0.5, 0.9]])
    assert Pair("p", torch.zeros(3, 1, 3), mask).mask.tolist() == [[0, 1, 1]]


def test_layouts_are_checked() -> None:
    with pytest.raises(ShapeError, match="picture"):
        Pair("p", torch.zeros(4, 2, 3), torch.ones(2, 3))
    with pytest.raises(ShapeError, match="mask"):
        Pair("p", torch.zeros(3, 2, 3), torch.ones(3, 2))


def test_a_digest_tells_pictures_masks_and_classes_apart() -> None:
    picture, mask = torch.zeros(3, 4, 6), torch.ones(4, 6)
    other = picture.clone()
    other[0, 0, 0] = 1
    hole = mask.clone()
    hole[0, 0] = 0
    pairs = [
        Pair("p", picture, mask, "a"),
        Pair("p", other, mask, "a"),
        Pair("p", picture, hole, "a"),
        Pair("p", picture, mask, "b"),
    ]
    assert len({pair.digest for pair in pairs}) == 4
    assert pairs[0].digest == Pair("q", picture, mask, "a").digest
