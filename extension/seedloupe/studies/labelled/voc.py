"""Pascal VOC: ``JPEGImages``, ``SegmentationObject`` and ``SegmentationClass`` (2007 and later)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ...errors import InputError
from ...images import read_image
from .pictures import IGNORED, LabelledPicture

CLASSES = (
    *("aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
    *("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa"),
    *("train", "tvmonitor"),
)
_VOID = 255


def read_voc(folder: Path, count: int | None = None) -> tuple[LabelledPicture, ...]:
    """Read pictures with the outlines of their objects.

    Args:
        folder: the one that holds ``JPEGImages``.
        count: how many at most, in the order of their names.

    Raises:
        InputError: there are none, or a mask is of another size than its picture.
        ImageError: one cannot be read.
    """
    masks = sorted((folder / "SegmentationObject").glob("*.png"))[:count]
    if not masks:
        expected = "SegmentationObject/*.png beside JPEGImages"
        raise InputError("folder", expected=expected, got=f"none in {folder.name}")
    return tuple(_read(folder, mask) for mask in masks)


def _read(folder: Path, mask: Path) -> LabelledPicture:
    image = read_image(folder / "JPEGImages" / f"{mask.stem}.jpg")
    numbers = read_numbers(mask, image)
    kinds = _kinds(folder / "SegmentationClass" / mask.name, numbers, image)
    objects = torch.where(numbers == _VOID, IGNORED, numbers)
    return LabelledPicture(mask.stem, image, objects, kinds, complex=len(kinds) > 1)


def _kinds(path: Path, numbers: Tensor, image: Tensor) -> tuple[str, ...]:
    """Name each object by the class that covers most of it; ``object`` without class masks."""
    highest = int(numbers[numbers != _VOID].max()) if (numbers != _VOID).any() else 0
    if not path.exists():
        return ("object",) * highest
    classes = read_numbers(path, image)
    named = []
    for number in range(1, highest + 1):
        inside = classes[(numbers == number) & (classes != _VOID) & (classes > 0)]
        most = int(inside.mode().values) if len(inside) else 0
        named.append(CLASSES[most - 1] if 1 <= most <= len(CLASSES) else "object")
    return tuple(named)


def read_numbers(path: Path, image: Tensor) -> Tensor:
    """Return a picture of numbers ``(H, W)`` int64: palette places or grey values.

    Args:
        path: a PNG.
        image: ``(3, H, W)``, whose mask it is.

    Raises:
        InputError: it is missing, no picture of numbers, or of another size.
    """
    height, width = image.shape[-2:]
    try:
        with Image.open(path, formats=["PNG"]) as opened:
            opened.load()
            found = opened
    except OSError as error:
        raise InputError(
            "mask", expected="a PNG of numbers", got=f"{path.name}: {error}"
        ) from error
    if found.mode not in ("P", "L", "I", "I;16", "1"):
        expected = "a PNG with a palette or of one channel"
        raise InputError("mask", expected=expected, got=f"{path.name} in mode {found.mode}")
    if found.size != (width, height):
        got = f"{path.name} of {found.width}x{found.height}"
        raise InputError("mask", expected=f"{width}x{height}, as its picture", got=got)
    return torch.from_numpy(np.asarray(found).astype(np.int64))
