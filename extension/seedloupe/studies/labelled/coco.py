"""COCO: ``annotations/instances_*.json`` and a folder of pictures."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ...errors import InputError
from ...images import read_image
from .pictures import IGNORED, LabelledPicture


def read_coco(folder: Path, count: int | None = None) -> tuple[LabelledPicture, ...]:
    """Read pictures with the outlines of their objects; the largest object is drawn first.

    Crowds, whose outlines are rough, are left out of every comparison.

    Args:
        folder: the one that holds ``annotations``.
        count: how many pictures with an object at most, in the order of their numbers.

    Raises:
        InputError: the annotations are missing or not understood, or there is no picture of theirs.
        ImageError: a picture cannot be read.
    """
    path = _annotations(folder)
    try:
        document = json.loads(path.read_bytes())
        outlines = defaultdict(list)
        for outline in document["annotations"]:
            outlines[outline["image_id"]].append(outline)
        kinds = {kind["id"]: str(kind["name"]) for kind in document["categories"]}
        pictures = sorted(document["images"], key=lambda picture: picture["id"])
        found = [
            _read(folder, picture, outlines[picture["id"]], kinds)
            for picture in [one for one in pictures if outlines[one["id"]]][:count]
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        expected = "images, annotations and categories as COCO has them"
        raise InputError("annotations", expected=expected, got=f"{path.name}: {error!r}") from error
    if not found:
        raise InputError("annotations", expected="outlines of objects", got=f"none in {path.name}")
    return tuple(found)


def _annotations(folder: Path) -> Path:
    found = sorted((folder / "annotations").glob("instances_*.json"))
    if not found:
        expected = "annotations/instances_*.json"
        raise InputError("folder", expected=expected, got=f"none in {folder.name}")
    return found[-1]


def _read(
    folder: Path,
    picture: Mapping[str, Any],
    outlines: Sequence[Mapping[str, Any]],
    names: Mapping[Any, str],
) -> LabelledPicture:
    file = Path(str(picture["file_name"])).name
    image = read_image(_picture(folder, file))
    height, width = image.shape[-2:]
    objects = np.zeros((height, width), np.int64)
    ordered = sorted(outlines, key=lambda outline: -float(outline.get("area", 0)))
    alone = [outline for outline in ordered if not outline.get("iscrowd")]
    for outline in ordered:
        if outline.get("iscrowd"):
            objects[_mask(outline["segmentation"], height, width)] = IGNORED
    for number, outline in enumerate(alone, 1):
        objects[_mask(outline["segmentation"], height, width)] = number
    kinds = tuple(names.get(outline["category_id"], "object") for outline in alone)
    return LabelledPicture(file, image, torch.from_numpy(objects), kinds, complex=len(kinds) > 1)


def _picture(folder: Path, file: str) -> Path:
    places = [folder / "images" / file, folder / file, *sorted(folder.glob(f"*/{file}"))]
    for path in places:
        if path.is_file():
            return path
    raise InputError("folder", expected=f"the picture {file}", got=f"none below {folder.name}")


def _mask(outline: object, height: int, width: int) -> NDArray[np.bool_]:
    if isinstance(outline, list):
        drawn = Image.new("1", (width, height))
        draw = ImageDraw.Draw(drawn)
        for polygon in outline:
            draw.polygon([(float(x), float(y)) for x, y in _pairs(polygon)], fill=1)
        inside: NDArray[np.bool_] = np.asarray(drawn, np.bool_)
        return inside
    if not isinstance(outline, Mapping):
        raise TypeError(f"an outline that is {type(outline).__name__}")
    counts = outline["counts"]
    lengths = _unpacked(counts) if isinstance(counts, str) else [int(run) for run in counts]
    return _from_runs(lengths, height, width)


def _pairs(numbers: Sequence[float]) -> list[tuple[float, float]]:
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _from_runs(lengths: Sequence[int], height: int, width: int) -> NDArray[np.bool_]:
    """Spread runs of outside and inside, which go down the columns, over the picture."""
    flat = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    if len(flat) != height * width:
        expected = f"runs of {height * width} pixels"
        raise InputError("segmentation", expected=expected, got=f"{len(flat)}")
    upright: NDArray[np.bool_] = flat.reshape(width, height).T
    return upright


def _unpacked(text: str) -> list[int]:
    """Undo COCO's packing of run lengths: 5 bits a sign, from the third on as differences."""
    lengths: list[int] = []
    at = 0
    while at < len(text):
        value, shift, more = 0, 0, True
        while more:
            sign = ord(text[at]) - 48
            value |= (sign & 0x1F) << shift
            shift += 5
            at += 1
            more = bool(sign & 0x20)
            if not more and sign & 0x10:
                value |= -1 << shift
        lengths.append(value + lengths[-2] if len(lengths) > 2 else value)
    return lengths
