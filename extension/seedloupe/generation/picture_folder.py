"""The folder that finished pictures are saved to: newest first, and a place for deleted ones."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..files import check_out_folder
from ..metadata.write_png import save_png

if TYPE_CHECKING:
    from torch import Tensor

#: Where deleted pictures go, inside the folder.
DELETED = "deleted"
_ENDING = ".png"


class PictureFolder:
    """PNG pictures in one folder; nothing is remembered that the folder itself does not say.

    Attributes:
        path: the folder; it is made when the first picture comes.
    """

    def __init__(self, path: Path) -> None:
        """Use ``path``, which may not exist yet.

        Raises:
            InputError: no folder can be there.
        """
        self.path = check_out_folder(path.expanduser().absolute(), field="pictures folder")

    def save(self, image: Tensor, seed: int, texts: Mapping[str, str], *, now: datetime) -> Path:
        """Save a picture under a name that says when it was made and from which seed.

        Args:
            image: ``(3, H, W)`` float32 in [0, 1].
            seed: of its noise.
            texts: what the file carries, see :func:`~.describe.picture_texts`.
            now: when it was made.

        Returns:
            where it is.

        Raises:
            InputError: the folder cannot be written to.
        """
        stem = f"{now:%Y-%m-%d %H-%M-%S} seed {seed}"
        path, number = self.path / f"{stem}{_ENDING}", 1
        while path.exists():
            number += 1
            path = self.path / f"{stem} ({number}){_ENDING}"
        save_png(image, path, texts)
        return path

    def newest(self, most: int) -> tuple[Path, ...]:
        """Return the newest pictures, at most ``most``; none where the folder is not there yet."""
        try:
            with os.scandir(self.path) as entries:
                found = [
                    (entry.stat().st_mtime_ns, entry.name)
                    for entry in entries
                    if entry.name.endswith(_ENDING) and entry.name[0] != "." and entry.is_file()
                ]
        except OSError:
            return ()
        return tuple(self.path / name for _, name in sorted(found, reverse=True)[:most])

    def picture(self, name: str) -> Path:
        """Return a picture of the folder.

        Raises:
            InputError: there is none of that name.
        """
        return _existing(self.path, name)

    def delete(self, name: str) -> Path:
        """Move a picture to the folder's own folder of deleted ones, and return where it is.

        Raises:
            InputError: there is no such picture, or it cannot be moved.
        """
        return _move(self.picture(name), self.path / DELETED)

    def restore(self, name: str) -> Path:
        """Bring a deleted picture back, and return where it is.

        Raises:
            InputError: there is no such picture, or it cannot be moved.
        """
        return _move(_existing(self.path / DELETED, name), self.path)


def _existing(folder: Path, name: str) -> Path:
    path = folder / name
    if Path(name).name == name and name.endswith(_ENDING) and path.is_file():
        return path
    raise InputError(
        "picture",
        expected=f"a picture in {folder}",
        got=repr(name),
        advice="It may have been moved or deleted; reload the page.",
    )


def _move(path: Path, folder: Path) -> Path:
    """Move a file without ever replacing another."""
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem} ({number}){path.suffix}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return path.rename(target)
    except OSError as error:
        raise InputError(
            "picture", expected="one that can be moved", got=f"{path} ({error.strerror})"
        ) from error
