"""Which format a folder is in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from ...errors import InputError
from .coco import read_coco
from .davis import read_davis
from .pictures import KeypointPair, LabelledPicture, MovingPictures
from .spair import read_spair
from .voc import read_voc

T = TypeVar("T")
_ADVICE = {
    "COCO": "annotations/instances_*.json and a folder of pictures",
    "Pascal VOC": "JPEGImages, SegmentationObject",
    "DAVIS": "JPEGImages/480p/NAME, Annotations/480p/NAME",
    "SPair-71k": "PairAnnotation/test, JPEGImages/KIND",
}


@dataclass(frozen=True, eq=False)
class LabelledSource(Generic[T]):
    """Pictures and where they come from, in words.

    Attributes:
        items: the pictures, pairs or scenes.
        origin: in words.
    """

    items: tuple[T, ...]
    origin: str


def read_folder(folder: Path, count: int | None = None) -> LabelledSource[LabelledPicture]:
    """Read pictures with outlines in the format the folder is in: COCO, Pascal VOC or DAVIS.

    Raises:
        InputError: it is in no known format; the message names them.
        ImageError: a picture cannot be read.
    """
    _require_folder(folder)
    if (folder / "annotations").is_dir():
        return LabelledSource(read_coco(folder, count), f"COCO in {folder.name}")
    if (folder / "SegmentationObject").is_dir():
        return LabelledSource(read_voc(folder, count), f"Pascal VOC in {folder.name}")
    if (folder / "Annotations").is_dir():
        frames = tuple(scene.frames[0] for scene in read_davis(folder, count, 1))
        return LabelledSource(frames, f"DAVIS in {folder.name}, first frames")
    raise _unknown(folder, "COCO", "Pascal VOC", "DAVIS")


def read_moving(folder: Path, count: int | None = None) -> LabelledSource[MovingPictures]:
    """Read moving scenes in the layout of DAVIS.

    Raises:
        InputError: the folder is in another format.
        ImageError: a picture cannot be read.
    """
    _require_folder(folder)
    if not (folder / "Annotations").is_dir():
        raise _unknown(folder, "DAVIS")
    return LabelledSource(read_davis(folder, count), f"DAVIS in {folder.name}")


def read_point_pairs(folder: Path, count: int | None = None) -> LabelledSource[KeypointPair]:
    """Read pairs with points that mean the same, in the layout of SPair-71k.

    Raises:
        InputError: the folder is in another format.
        ImageError: a picture cannot be read.
    """
    _require_folder(folder)
    if not (folder / "PairAnnotation").is_dir():
        raise _unknown(folder, "SPair-71k")
    return LabelledSource(read_spair(folder, count), f"SPair-71k in {folder.name}")


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise InputError("folder", expected="a folder", got=f"{folder.name}, which is none")


def _unknown(folder: Path, *formats: str) -> InputError:
    inside = ", ".join(sorted(path.name for path in folder.iterdir())[:6]) or "nothing"
    return InputError(
        "folder",
        expected=" or ".join(f"{name} ({_ADVICE[name]})" for name in formats),
        got=f"{folder.name} with {inside}",
    )
