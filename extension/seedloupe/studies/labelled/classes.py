"""One folder a class, as of Caltech-101 and most probes; folders in it say what else differs."""

from __future__ import annotations

from pathlib import Path

from ...errors import InputError
from ...images import read_image
from .pictures import ClassPicture

FOLDER = "folder"
"""What the attribute is called that folders within classes give."""
_PICTURES = {".png", ".jpg", ".jpeg", ".webp"}


def read_classes(folder: Path, each: int | None = None) -> tuple[ClassPicture, ...]:
    """Read pictures by class.

    Where a class's folder holds folders of pictures in turn, their names are an attribute that the
    classes share, such as ``cat/drawn`` and ``cat/photo``.

    Args:
        folder: holds a folder of pictures a class.
        each: how many pictures of a class at most, in the order of their names.

    Raises:
        InputError: there are fewer than two classes.
        ImageError: a picture cannot be read.
    """
    found = []
    for inside in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = sorted(path for path in inside.iterdir() if path.suffix.lower() in _PICTURES)
        found += [
            ClassPicture(f"{inside.name}/{path.name}", read_image(path), inside.name)
            for path in files[:each]
        ]
        deeper = sorted(path for path in inside.glob("*/*") if path.suffix.lower() in _PICTURES)
        found += [
            ClassPicture(
                f"{inside.name}/{path.parent.name}/{path.name}",
                read_image(path),
                inside.name,
                {FOLDER: path.parent.name},
            )
            for path in deeper[: None if each is None else max(0, each - len(files))]
        ]
    classes = sorted({picture.label for picture in found})
    if len(classes) < 2:
        expected = "two or more folders of pictures, one a class"
        got = f"{len(classes)} in {folder.name}"
        raise InputError("folder", expected=expected, got=got)
    return tuple(found)
