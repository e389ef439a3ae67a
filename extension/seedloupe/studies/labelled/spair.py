"""SPair-71k: ``PairAnnotation/SPLIT/*.json`` and ``JPEGImages/KIND/*.jpg``."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from ...errors import InputError
from ...images import read_image
from .pictures import KeypointPair


def read_spair(
    folder: Path, count: int | None = None, *, split: str = "test"
) -> tuple[KeypointPair, ...]:
    """Read pairs of pictures with points that mean the same in both.

    Args:
        folder: the one that holds ``PairAnnotation``.
        count: how many pairs at most, in the order of their names.
        split: which of the published parts.

    Raises:
        InputError: there are none, or one is not understood.
        ImageError: a picture cannot be read.
    """
    files = sorted((folder / "PairAnnotation" / split).glob("*.json"))[:count]
    if not files:
        expected = f"PairAnnotation/{split}/*.json beside JPEGImages"
        raise InputError("folder", expected=expected, got=f"none in {folder.name}")
    return tuple(_read(folder, path) for path in files)


def _read(folder: Path, path: Path) -> KeypointPair:
    try:
        found = json.loads(path.read_bytes())
        kind = Path(str(found["category"])).name
        pictures = folder / "JPEGImages" / kind
        source = read_image(pictures / Path(str(found["src_imname"])).name)
        target = read_image(pictures / Path(str(found["trg_imname"])).name)
        points = [
            [_within(there, source), _within(here, target)]
            for there, here in zip(found["src_kps"], found["trg_kps"], strict=True)
        ]
        left, top, right, bottom = found["trg_bndbox"]
    except (KeyError, TypeError, ValueError) as error:
        expected = "a pair as SPair-71k has it"
        raise InputError("annotation", expected=expected, got=f"{path.name}: {error!r}") from error
    (x0, y0), (x1, y1) = _within((left, top), target), _within((right, bottom), target)
    return KeypointPair(path.stem, kind, source, target, torch.tensor(points), (x0, y0, x1, y1))


def _within(point: tuple[float, float], image: torch.Tensor) -> tuple[float, float]:
    height, width = image.shape[-2:]
    return (float(point[0]) + 0.5) / width, (float(point[1]) + 0.5) / height
