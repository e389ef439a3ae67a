"""Writing files so that each is there whole or not at all."""

from __future__ import annotations

import io
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` beside ``path`` and rename it; folders on the way are made.

    Raises:
        InputError: the place cannot be written to.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise InputError(
            "out", expected="a place to write to", got=f"{path}: {error.strerror or error}"
        ) from error
    finally:
        _forget(draft)


def write_json(path: Path, document: Mapping[str, object]) -> None:
    """Write ``document`` for people and programs to read.

    Raises:
        InputError: the place cannot be written to.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    write_whole(path, text.encode("utf-8"))


def save_plain(picture: Image, path: Path) -> None:
    """Write a picture as PNG, without metadata.

    Raises:
        InputError: the place cannot be written to.
    """
    content = io.BytesIO()
    picture.save(content, "PNG")
    write_whole(path, content.getvalue())


def check_out_file(path: Path, suffix: str, *, field: str = "out") -> Path:
    """Refuse a name that ends otherwise or a folder, before any work is done.

    Raises:
        InputError: the path cannot become such a file.
    """
    if not path.name.endswith(suffix) or path.is_dir():
        raise InputError(field, expected=f"a file name ending in {suffix}", got=str(path))
    return path


def check_out_folder(path: Path, *, field: str = "out") -> Path:
    """Refuse a path where no folder can be; nothing is made yet.

    Raises:
        InputError: a file is in the way.
    """
    for place in (path, *path.parents):
        if place.exists():
            if place.is_dir() and os.access(place, os.W_OK):
                return path
            raise InputError(field, expected="a folder that can be written to", got=str(place))
    return path


def _forget(draft: Path) -> None:
    try:
        draft.unlink(missing_ok=True)
    except OSError:  # its folder is not one
        return
