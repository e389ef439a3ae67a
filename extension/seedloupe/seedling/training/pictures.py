"""Pictures of the world, rendered once and kept as arrays on disk for the training loops."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..world import SIDE, Colour, ObjectKind, Relation, RenderedPicture, Split, Style, render

_CHUNK = 500
#: Numbers kept of each picture's scene.
LABELS = 6


@dataclass(frozen=True, eq=False)
class Pictures:
    """``S`` pictures of one split, read from disk as they are asked for (80 kB a picture).

    Attributes:
        images: ``(S, H, W, 3)`` uint8.
        masks: ``(S, H, W)`` uint8, bit 0 any thing, bit 1 painted text, bit 2 the second thing.
        depths: ``(S, H, W)`` uint8, 255 farthest.
        labels: ``(S, 6)`` int64: index of kind, of colour, of style; of the second thing's kind
            and colour, of the relation, each -1 when there is one thing.
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
        images=np.load(place / "images.npy", mmap_mode="r"),
        masks=np.load(place / "masks.npy", mmap_mode="r"),
        depths=np.load(place / "depths.npy", mmap_mode="r"),
        labels=np.load(place / "labels.npy"),
        captions=tuple(json.loads((place / "captions.json").read_text("utf-8"))),
    )


def labels_of(picture: RenderedPicture) -> tuple[int, ...]:
    """What :class:`Pictures` keeps of a picture's scene, each in the order of its enum."""
    scene, second = picture.scene, picture.scene.second
    indices = list(ObjectKind).index(scene.kind), list(Colour).index(scene.colour)
    style = list(Style).index(scene.style)
    if second is None or scene.relation is None:
        return *indices, style, -1, -1, -1
    other = list(ObjectKind).index(second.kind), list(Colour).index(second.colour)
    return *indices, style, *other, list(Relation).index(scene.relation)


def mask_of(picture: RenderedPicture) -> NDArray[np.uint8]:
    """Things and text of a picture in one byte a pixel, as :class:`Pictures` keeps them."""
    mask = picture.object_mask.astype(np.uint8) + 2 * picture.text_mask.astype(np.uint8)
    if len(picture.masks) > 1:
        mask += 4 * picture.masks[1].astype(np.uint8)
    return mask


def _render_all(place: Path, split: Split, count: int, workers: int) -> None:
    place.mkdir(parents=True, exist_ok=True)
    images = _array(place / "images.npy", (count, SIDE, SIDE, 3))
    masks = _array(place / "masks.npy", (count, SIDE, SIDE))
    depths = _array(place / "depths.npy", (count, SIDE, SIDE))
    labels = np.zeros((count, LABELS), np.int64)
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
    return (
        np.stack([p.image for p in pictures]),
        np.stack([mask_of(p) for p in pictures]),
        np.stack([np.round(p.depth * 255).astype(np.uint8) for p in pictures]),
        np.array([labels_of(p) for p in pictures], np.int64),
        [p.caption for p in pictures],
    )


def _array(path: Path, shape: tuple[int, ...]) -> np.memmap:
    return np.lib.format.open_memmap(path, "w+", np.uint8, shape)
