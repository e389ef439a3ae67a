"""Files that are there whole or not at all, paths that can become one, and a file's hash."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import InputError

_BLOCK = 2**20
_DRAFT = 40
"""So much of a name stands in its draft's, which must not be too long where the name is not."""


def write_whole(
    path: Path,
    content: bytes | Iterable[bytes],
    *,
    folders: bool = True,
    field: str = "out",
    problem: type[InputError] = InputError,
) -> None:
    """Write ``content``, in one piece or in several one after the other, as the file ``path``.

    It goes to a file beside it first, which takes its name when it is safe on disk: whoever reads
    finds the old file or the new one, even after a kill or a power cut.

    Args:
        path: where to.
        content: what to write; pieces are taken one at a time.
        folders: make those that are missing on the way.
        field: what the message calls the path.
        problem: the error raised.

    Raises:
        InputError: the place cannot be written to; ``path`` is what it was. The system's own error
            is the cause.
    """
    draft = path.with_name(f".{path.name[:_DRAFT]}.{secrets.token_hex(8)}.tmp")
    try:
        if folders:
            path.parent.mkdir(parents=True, exist_ok=True)
        _write(draft, (content,) if isinstance(content, bytes) else content)
        draft.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _refusal(error, path, "a place to write to", field, problem) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def write_json(path: Path, document: Mapping[str, object]) -> None:
    """Write ``document`` for people and programs to read; folders on the way are made.

    Raises:
        InputError: the place cannot be written to.
    """
    write_whole(path, (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))


def hash_files(files: Sequence[Path]) -> str:
    """Return the SHA-256 of one file, or of several one after the other, in hexadecimal.

    Raises:
        OSError: one of them cannot be read.
    """
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


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


def _write(draft: Path, parts: Iterable[bytes]) -> None:
    with draft.open("xb") as stream:
        for part in parts:
            stream.write(part)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new name itself safe; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems cannot
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _possible(path: Path, expected: str, field: str) -> Iterator[None]:
    """Say in our words what the system has against a path, such as a name that is too long."""
    try:
        yield
    except OSError as error:
        raise _refusal(error, path, expected, field, InputError) from error


def _refusal(
    error: OSError, path: Path, expected: str, field: str, problem: type[InputError]
) -> InputError:
    # The reason comes first, as a long name is shortened in the message.
    return problem(field, expected=expected, got=f"{error.strerror or error}: {path}")
