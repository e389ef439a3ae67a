"""Pictures of the world, rendered once and kept as arrays on disk for the training loops."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..world import SIDE, Colour, Kind, Picture, Split, Style, render

_CHUNK = 500


@dataclass(frozen=True, eq=False)
class Pictures:
    """``S`` pictures of one split, held in memory (80 kB a picture).

    Attributes:
        images: ``(S, H, W, 3)`` uint8.
        masks: ``(S, H, W)`` uint8, bit 0 the object, bit 1 painted text.
        depths: ``(S, H, W)`` uint8, 255 farthest.
        labels: ``(S, 3)`` int64, index of kind, of colour, of style.
        captions: one sentence a picture.
    """

    images: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    depths: NDArray[np.uint8]
    labels: NDArray[np.int64]
    captions: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)


def load_pictures(folder: Path, split: Split, count: int, *, workers: int = 1) -> Pictures:
    """Render the first ``count`` pictures of ``split`` into ``folder``, or find them there."""
    place = folder / f"{split.name.lower()}-{count}"
    if not (place / "captions.json").exists():
        _render_all(place, split, count, workers)
    return Pictures(
        images=np.load(place / "images.npy"),
        masks=np.load(place / "masks.npy"),
        depths=np.load(place / "depths.npy"),
        labels=np.load(place / "labels.npy"),
        captions=tuple(json.loads((place / "captions.json").read_text("utf-8"))),
    )


def labels_of(picture: Picture) -> tuple[int, int, int]:
    """Index of the object's kind, of its colour and of the style, in the order of the enums."""
    scene = picture.scene
    indices = list(Kind).index(scene.kind), list(Colour).index(scene.colour)
    return *indices, list(Style).index(scene.style)


def _render_all(place: Path, split: Split, count: int, workers: int) -> None:
    place.mkdir(parents=True, exist_ok=True)
    images = _array(place / "images.npy", (count, SIDE, SIDE, 3))
    masks = _array(place / "masks.npy", (count, SIDE, SIDE))
    depths = _array(place / "depths.npy", (count, SIDE, SIDE))
    labels = np.zeros((count, 3), np.int64)
    captions: list[str] = []
    starts = range(0, count, _CHUNK)
    stops = [min(count, start + _CHUNK) for start in starts]
    with ProcessPoolExecutor(workers) as pool:
        jobs = pool.map(_render_chunk, [split] * len(starts), starts, stops)
        for start, chunk in zip(starts, jobs, strict=True):
            rows = slice(start, start + len(chunk[4]))
            images[rows], masks[rows], depths[rows], labels[rows] = chunk[:4]
            captions += chunk[4]
    for array in (images, masks, depths):
        array.flush()
    np.save(place / "labels.npy", labels)
    (place / "captions.json").write_text(json.dumps(captions), "utf-8")


def _render_chunk(
    split: Split, start: int, stop: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64], list[str]]:
    pictures = [render(split.seed(index)) for index in range(start, stop)]
    masks = [p.object_mask.astype(np.uint8) + 2 * p.text_mask.astype(np.uint8) for p in pictures]
    return (
        np.stack([p.image for p in pictures]),
        np.stack(masks),
        np.stack([np.round(p.depth * 255).astype(np.uint8) for p in pictures]),
        np.array([labels_of(p) for p in pictures], np.int64),
        [p.caption for p in pictures],
    )


def _array(path: Path, shape: tuple[int, ...]) -> np.memmap:
    return np.lib.format.open_memmap(path, "w+", np.uint8, shape)
