"""DAVIS: ``JPEGImages/480p/NAME/00000.jpg`` and ``Annotations/480p/NAME/00000.png``."""

from __future__ import annotations

from pathlib import Path

from ...errors import InputError
from ...images import read_image
from .pictures import LabelledPicture, MovingPictures
from .voc import read_numbers


def read_davis(
    folder: Path, count: int | None = None, length: int | None = None
) -> tuple[MovingPictures, ...]:
    """Read moving scenes with the outlines of their objects.

    Args:
        folder: the one that holds ``Annotations``; any resolution below it.
        count: how many scenes at most.
        length: how many frames of each at most.

    Raises:
        InputError: there are none, or a mask is missing or of another size than its picture.
        ImageError: a picture cannot be read.
    """
    scenes = sorted({path.parent for path in (folder / "Annotations").glob("*/*/*.png")})
    scenes = scenes or sorted({path.parent for path in (folder / "Annotations").glob("*/*.png")})
    if not scenes:
        expected = "Annotations/480p/NAME/*.png beside JPEGImages"
        raise InputError("folder", expected=expected, got=f"none in {folder.name}")
    return tuple(_scene(folder, scene, length) for scene in scenes[:count])


def _scene(folder: Path, scene: Path, length: int | None) -> MovingPictures:
    pictures = folder / "JPEGImages" / scene.relative_to(folder / "Annotations")
    frames = [_frame(scene, mask, pictures) for mask in sorted(scene.glob("*.png"))[:length]]
    return MovingPictures(scene.name, tuple(frames))


def _frame(scene: Path, mask: Path, pictures: Path) -> LabelledPicture:
    image = read_image(pictures / f"{mask.stem}.jpg")
    objects = read_numbers(mask, image)
    # DAVIS 2016 writes its one object as 255.
    objects = objects.where(objects != 255, 1)
    kinds = ("object",) * int(objects.max())
    name = f"{scene.name}-{mask.stem}"
    return LabelledPicture(name, image, objects, kinds, complex=len(kinds) > 1)
