"""Folders in the formats of data sets, written small and true to form."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from seedloupe.errors import InputError
from seedloupe.studies.labelled import (
    read_classes,
    read_folder,
    read_moving,
    read_point_pairs,
    world_classes,
    world_moving,
    world_pictures,
    world_point_pairs,
    world_segments,
)

WIDTH, HEIGHT = 40, 24


def picture(path: Path, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (90, 120, 200)).save(path)


def numbers(path: Path, values: NDArray[np.int64]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = Image.fromarray(values.astype(np.uint8), "P")
    drawn.putpalette([k // 3 for k in range(768)])
    drawn.save(path)


def two_objects() -> NDArray[np.int64]:
    values = np.zeros((HEIGHT, WIDTH), np.int64)
    values[4:12, 3:13] = 1
    values[8:20, 20:36] = 2
    values[7, 20:36] = 255
    return values


def voc(root: Path) -> None:
    picture(root / "JPEGImages" / "2007_000001.jpg")
    objects = two_objects()
    numbers(root / "SegmentationObject" / "2007_000001.png", objects)
    classes = np.where(objects == 1, 15, np.where(objects == 2, 8, objects))
    numbers(root / "SegmentationClass" / "2007_000001.png", classes)


def test_pascal_voc_gives_objects_their_class_and_leaves_void_out(tmp_path: Path) -> None:
    voc(tmp_path)
    (found,) = read_folder(tmp_path).items
    assert found.kinds == ("person", "cat")
    assert found.complex
    assert torch.equal(found.objects == 2, torch.from_numpy(two_objects() == 2))
    assert int((found.objects == -1).sum()) == 16
    assert torch.equal(found.largest, found.objects == 2)


def packed(mask: NDArray[np.bool_]) -> str:
    """Pack run lengths as COCO's own tools do, written from the format's description."""
    flat = mask.T.flatten()
    runs, last, length = [], False, 0
    for value in flat:
        if value == last:
            length += 1
        else:
            runs.append(length)
            last, length = value, 1
    runs.append(length)
    text = ""
    for place, run in enumerate(runs):
        value = run - runs[place - 2] if place > 2 else run
        more = True
        while more:
            five = value & 0x1F
            value >>= 5
            more = not ((value == 0 and not five & 0x10) or (value == -1 and five & 0x10))
            text += chr((five | 0x20 if more else five) + 48)
    return text


def coco(root: Path) -> None:
    picture(root / "val2017" / "000000000009.jpg")
    crowd = two_objects() == 2
    square = [3, 4, 12, 4, 12, 11, 3, 11]
    document = {
        "images": [{"id": 9, "file_name": "000000000009.jpg", "width": WIDTH, "height": HEIGHT}],
        "categories": [{"id": 17, "name": "cat"}],
        "annotations": [
            {"id": 1, "image_id": 9, "category_id": 17, "iscrowd": 0, "area": 80,
             "segmentation": [square]},
            {"id": 2, "image_id": 9, "category_id": 17, "iscrowd": 1, "area": 190,
             "segmentation": {"size": [HEIGHT, WIDTH], "counts": packed(crowd)}},
        ],
    }  # fmt: skip
    (root / "annotations").mkdir()
    (root / "annotations" / "instances_val2017.json").write_text(json.dumps(document))


def test_coco_reads_polygons_and_packed_crowds_to_the_pixel(tmp_path: Path) -> None:
    coco(tmp_path)
    (found,) = read_folder(tmp_path).items
    assert found.kinds == ("cat",)
    assert torch.equal(found.objects == -1, torch.from_numpy(two_objects() == 2))
    assert torch.equal(found.objects == 1, torch.from_numpy(two_objects() == 1))


def test_coco_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    coco(tmp_path)
    path = tmp_path / "annotations" / "instances_val2017.json"
    document = json.loads(path.read_text())
    del document["annotations"][0]["image_id"]
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match="annotations"):
        read_folder(tmp_path)


def test_davis_keeps_each_object_its_number_through_the_frames(tmp_path: Path) -> None:
    for number in range(3):
        picture(tmp_path / "JPEGImages" / "480p" / "bear" / f"{number:05d}.jpg")
        values = np.roll(np.where(two_objects() == 255, 0, two_objects()), number, axis=1)
        numbers(tmp_path / "Annotations" / "480p" / "bear" / f"{number:05d}.png", values)
    (scene,) = read_moving(tmp_path).items
    assert scene.name == "bear"
    assert len(scene.frames) == 3
    first, last = scene.frames[0].objects, scene.frames[2].objects
    assert torch.equal(last == 1, (first == 1).roll(2, 1))


def test_spair_gives_points_in_shares_of_each_picture(tmp_path: Path) -> None:
    picture(tmp_path / "JPEGImages" / "cat" / "a.jpg", (40, 24))
    picture(tmp_path / "JPEGImages" / "cat" / "b.jpg", (20, 60))
    (tmp_path / "PairAnnotation" / "test").mkdir(parents=True)
    pair = {
        "category": "cat", "src_imname": "a.jpg", "trg_imname": "b.jpg",
        "src_kps": [[10, 6]], "trg_kps": [[5, 30]], "trg_bndbox": [0, 0, 10, 30],
    }  # fmt: skip
    (tmp_path / "PairAnnotation" / "test" / "000000-a-b_cat.json").write_text(json.dumps(pair))
    (found,) = read_point_pairs(tmp_path).items
    assert found.points[0].tolist() == [
        pytest.approx([10.5 / 40, 6.5 / 24]),
        pytest.approx([5.5 / 20, 30.5 / 60]),
    ]
    assert found.target.shape[-2:] == (60, 20)


def test_a_folder_a_class_needs_two_classes(tmp_path: Path) -> None:
    picture(tmp_path / "cat" / "1.png")
    with pytest.raises(InputError, match="one a class"):
        read_classes(tmp_path)
    picture(tmp_path / "dog" / "1.png")
    assert [one.label for one in read_classes(tmp_path)] == ["cat", "dog"]
    assert [dict(one.attributes) for one in read_classes(tmp_path)] == [{}, {}]


def test_folders_within_a_class_are_an_attribute_that_classes_share(tmp_path: Path) -> None:
    for kind in ("cat", "dog"):
        for way in ("drawn", "photo"):
            picture(tmp_path / kind / way / "1.png")
    found = read_classes(tmp_path)
    assert [(one.label, one.attributes["folder"]) for one in found] == [
        ("cat", "drawn"),
        ("cat", "photo"),
        ("dog", "drawn"),
        ("dog", "photo"),
    ]


@pytest.mark.parametrize("read", [read_folder, read_moving, read_point_pairs])
def test_a_folder_in_no_known_format_is_refused_with_the_formats(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    (tmp_path / "holiday").mkdir()
    with pytest.raises(InputError, match=r"folder.*expected.*(COCO|DAVIS|SPair).*got.*holiday"):
        read(tmp_path)
    with pytest.raises(InputError, match="folder"):
        read(tmp_path / "missing")


def test_a_mask_of_another_size_is_refused(tmp_path: Path) -> None:
    voc(tmp_path)
    numbers(tmp_path / "SegmentationObject" / "2007_000001.png", np.zeros((8, 8), np.int64))
    with pytest.raises(InputError, match=f"{WIDTH}x{HEIGHT}"):
        read_folder(tmp_path)


def test_a_mask_in_colours_is_refused(tmp_path: Path) -> None:
    voc(tmp_path)
    picture(tmp_path / "SegmentationObject" / "2007_000001.png")
    with pytest.raises(InputError, match="mode RGB"):
        read_folder(tmp_path)


def test_the_world_knows_its_objects_points_and_classes() -> None:
    pictures = world_pictures(4)
    assert [one.complex for one in pictures] == [False, True, False, True]
    assert all(one.largest.any() for one in pictures)
    pairs = world_point_pairs(5)
    assert len({pair.name for pair in pairs}) == 5
    assert all(float(pair.points.min()) >= 0 and float(pair.points.max()) <= 1 for pair in pairs)
    assert len({one.label for one in world_classes(30)}) > 5
    (scene,) = world_moving(1, 3)
    assert scene.frames[0].kinds == scene.frames[2].kinds
    assert not torch.equal(scene.frames[0].objects, scene.frames[2].objects)


def test_pictures_to_be_segmented_show_six_kinds_alone_and_in_pairs() -> None:
    pictures = world_segments(24, first=620_000)
    assert len({one.name for one in pictures}) == 24
    assert [one.complex for one in pictures] == [False, True] * 12
    assert {len(one.kinds) for one in pictures} == {1, 2}
    assert len({kind for one in pictures for kind in one.kinds}) == 6
    assert len({one.prompt for one in pictures}) == 24
