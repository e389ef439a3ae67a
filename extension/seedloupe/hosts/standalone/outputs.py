"""Writing files so that each is there whole or not at all."""

from __future__ import annotations

import io
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import InputError
from ...images import drawing_mark

if TYPE_CHECKING:
    from PIL.Image import Image


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` beside ``path`` and rename it; folders on the way are made.

    Raises:
        InputError: the place cannot be written to.
    """
    # Of the name only so much that the draft's own is not too long where the name itself is not.
    draft = path.with_name(f".{path.name[:40]}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise InputError(
            "out", expected="a place to write to", got=f"{error.strerror or error}: {path}"
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
    """Write a drawing as PNG, with nothing but a mark that it is one.

    Raises:
        InputError: the place cannot be written to.
    """
    content = io.BytesIO()
    picture.save(content, "PNG", **drawing_mark("PNG"))
    write_whole(path, content.getvalue())


def check_out_file(path: Path, suffix: str, *, field: str = "out") -> Path:
    """Refuse a name that ends otherwise or a folder, before any work is done.

    Raises:
        InputError: the path cannot become such a file.
    """
    expected = f"a file name ending in {suffix}"
    with _possible(path, expected, field):
        if path.name.endswith(suffix) and not path.is_dir():
            return path
    raise InputError(field, expected=expected, got=str(path))


def check_out_folder(path: Path, *, field: str = "out") -> Path:
    """Refuse a path where no folder can be; nothing is made yet.

    Raises:
        InputError: a file is in the way, or the path cannot be one.
    """
    expected = "a folder that can be written to"
    with _possible(path, expected, field):
        for place in (path, *path.parents):
            if place.exists():
                if place.is_dir() and os.access(place, os.W_OK):
                    return path
                raise InputError(field, expected=expected, got=str(place))
    return path


def require_own(path: Path, *, field: str = "out") -> None:
    """Refuse to write over a finished picture, or over what the lens recorded of a run.

    Raises:
        InputError: such a file is there.
    """
    kind = ""
    if path.suffix == ".png" and path.is_file():
        from ...metadata.write_png import read_png_metadata

        with suppress(InputError):
            kind = "a finished picture" if read_png_metadata(path).record else ""
    elif path.name.endswith(".lens.safetensors") and path.is_file():
        from ...lens.file import read_lens

        with suppress(InputError):
            kind = "" if "look" in read_lens(path).spec.extra else "the recording of a run"
    if kind:
        raise InputError(
            field, expected="a new file", got=f"{kind}, {path}", advice="Name another with --out."
        )


@contextmanager
def _possible(path: Path, expected: str, field: str) -> Iterator[None]:
    """Say in our words what the system has against a path, such as a name that is too long."""
    try:
        yield
    except OSError as error:
        # The reason comes first, as a long name is shortened in the message.
        got = f"{error.strerror or error}: {path}"
        raise InputError(field, expected=expected, got=got) from error


def _forget(draft: Path) -> None:
    try:
        draft.unlink(missing_ok=True)
    except OSError:  # its folder is not one
        return
