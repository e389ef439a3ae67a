"""EasyOCR's weights: which files, how to tell them, and fetching them when a user asks for it."""

from __future__ import annotations

import errno
import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from ...errors import FetchError, InputError
from ...files import write_whole
from .download import download

#: Called with the name of a file, how many bytes of it are here, and how many there are.
Progress = Callable[[str, int, int], None]

_CHUNK = 2**20
#: Largest weight file taken, in bytes; the largest there is has about 83 million.
_LARGEST = 2**29


@dataclass(frozen=True)
class WeightFile:
    """One weight file as EasyOCR 1.7.2 publishes it (``easyocr/config.py``).

    Attributes:
        file: its name in EasyOCR's folder.
        md5: of that file; EasyOCR publishes no other checksum, and none of the archive.
        url: a zip archive that holds it.
    """

    file: str
    md5: str
    url: str

    @property
    def archive(self) -> str:
        """The archive's file name."""
        return self.url.rpartition("/")[2]


_RELEASES = "https://github.com/JaidedAI/EasyOCR/releases/download"
DETECTOR = WeightFile(
    "craft_mlt_25k.pth",
    "2f8227d2def4037cdb3b34389dcf9ec1",
    f"{_RELEASES}/pre-v1.1.6/craft_mlt_25k.zip",
)
ENGLISH = WeightFile(
    "english_g2.pth", "5864788e1821be9e454ec108d61b887d", f"{_RELEASES}/v1.3/english_g2.zip"
)
WEIGHTS = (DETECTOR, ENGLISH)


def checksum(path: Path) -> str:
    """Return a file's MD5; it guards against damage, and is all EasyOCR publishes.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as stream:
        for chunk in _chunks(stream):
            digest.update(chunk)
    return digest.hexdigest()


def fetch_weights(
    to: Path,
    *,
    weights: Sequence[WeightFile] = WEIGHTS,
    progress: Progress = lambda *_: None,
) -> tuple[Path, ...]:
    """Download what is not in ``to`` yet, and go on where an earlier attempt ended.

    A file takes its name only once it is whole and its checksum is right. What of an archive came
    before a failure stays in ``to`` and is used by the next attempt.

    Args:
        to: the folder; it is made if need be.
        weights: which files.
        progress: told how far a download is.

    Returns:
        the files that were not there before.

    Raises:
        FetchError: no network, a server that refuses, an archive that is cut off, damaged or not
            what it should be, or a folder that cannot be written.
    """
    fetched = []
    with _Writing(to):
        to.mkdir(parents=True, exist_ok=True)
        for one in weights:
            target = to / one.file
            if target.is_file() and checksum(target) == one.md5:
                continue
            part = to / f".{one.archive}.part"
            download(one.url, part, partial(progress, one.archive))
            try:
                _unpack(part, one, target)
            except FetchError:
                # Going on with what turned out wrong would never end well.
                part.unlink()
                raise
            part.unlink()
            fetched.append(target)
    return tuple(fetched)


def take_weights(
    source: Path, to: Path, *, weights: Sequence[WeightFile] = WEIGHTS
) -> tuple[Path, ...]:
    """Put files that are on this machine already where EasyOCR looks for them.

    Args:
        source: one of EasyOCR's archives or weight files, or a folder with some of them.
        to: the folder; it is made if need be.
        weights: which files to look for.

    Returns:
        the files that were put there.

    Raises:
        FetchError: there is none of them in ``source``, one of them is damaged, or the folder
            cannot be written.
    """
    with _Writing(to):
        offered = sorted(source.iterdir()) if source.is_dir() else [source]
        pairs = [(path, one) for one in weights for path in offered if _named(path, one)]
        if not pairs:
            names = ", ".join(name for one in weights for name in (one.archive, one.file))
            what = "no such file or folder" if not source.exists() else "none of these"
            raise FetchError(
                f"{source}: expected one of {names}, or a folder with them, got {what}"
            )
        to.mkdir(parents=True, exist_ok=True)
        for path, one in pairs:
            if path.suffix == ".zip":
                _unpack(path, one, to / one.file)
            else:
                with path.open("rb") as stream:
                    write_whole(to / one.file, _checked(stream, one, str(path)))
    return tuple(dict.fromkeys(to / one.file for _, one in pairs))


def _named(path: Path, one: WeightFile) -> bool:
    return path.is_file() and path.name in (one.archive, one.file)


def _unpack(archive: Path, one: WeightFile, target: Path) -> None:
    """Take the one file out of an archive; whatever else is in there is left alone."""
    name = archive.name.removeprefix(".").removesuffix(".part")
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            outside = [member.filename for member in members if _leads_outside(member.filename)]
            if outside:
                raise FetchError(f"{name}: {outside[0]!r} in it leads out of it; nothing was taken")
            found = [member for member in members if member.filename == one.file]
            if len(found) != 1 or found[0].file_size > _LARGEST:
                raise FetchError(f"{name}: expected one {one.file} of usual size in it, got none")
            with opened.open(found[0]) as stream:
                write_whole(target, _checked(stream, one, name))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise FetchError(
            f"{name} is damaged or no zip archive ({error}); fetch it again"
        ) from error


def _leads_outside(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/"))
    return parts.is_absolute() or ".." in parts.parts or ":" in name


def _checked(stream: IO[bytes], one: WeightFile, source: str) -> Iterator[bytes]:
    """Go through a weight file, and raise at its end if it is another one."""
    digest, size = hashlib.md5(usedforsecurity=False), 0
    for chunk in _chunks(stream):
        digest.update(chunk)
        size += len(chunk)
        if size > _LARGEST:
            break
        yield chunk
    if digest.hexdigest() != one.md5:
        raise FetchError(
            f"{source}: {one.file} in it is damaged or another one: expected MD5 {one.md5}, got "
            f"{digest.hexdigest()}; nothing was kept, fetch it again"
        )


def _chunks(stream: IO[bytes]) -> Iterable[bytes]:
    return iter(lambda: stream.read(_CHUNK), b"")


class _Writing:
    """Turns a folder's own failures into one line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        # Writing a file names the system's own error as the cause.
        cause = error.__cause__ if isinstance(error, InputError) else error
        if isinstance(cause, OSError):
            why = "the disk is full" if cause.errno == errno.ENOSPC else (cause.strerror or cause)
            raise FetchError(
                f"{cause.filename or self._folder}: could not be used: {why}"
            ) from error
