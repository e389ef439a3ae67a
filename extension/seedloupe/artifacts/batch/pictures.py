"""Which pictures are to be checked, and which mask and source belong to each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import InputError

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
"""Names of the formats that are read, in the order in which the first is taken."""


@dataclass(frozen=True)
class Picture:
    """A picture to check.

    Attributes:
        path: the file.
        mask: its mask, or None for the whole picture.
        before: its source, or None.
        problem: why it cannot be checked; empty where nothing is known against it.
    """

    path: Path
    mask: Path | None = None
    before: Path | None = None
    problem: str = ""

    @property
    def label(self) -> str:
        """The file's name as text that can be written down, whatever its bytes are."""
        return label(self.path)

    @property
    def fingerprint(self) -> str:
        """Sizes and times of its files, which change when one of them does; empty for none."""
        try:
            found = [file.stat() for file in (self.path, self.mask, self.before) if file]
        except OSError:
            return ""
        sides = "".join("-+"[file is not None] for file in (self.mask, self.before))
        return sides + "|".join(f"{stat.st_size}:{stat.st_mtime_ns}" for stat in found)


def label(path: Path) -> str:
    """Return a path as text that can be written down, whatever its bytes are."""
    return os.fsencode(path).decode("utf-8", "replace")


def find_pictures(
    paths: Sequence[Path],
    *,
    recursive: bool = False,
    mask: Path | None = None,
    before: Path | None = None,
    apart: Sequence[Path] = (),
) -> list[Picture]:
    """Return the pictures among files and folders, each once, with what belongs to them.

    A picture's mask is the file ``<name>-mask`` or ``<name>_mask`` beside it, its source
    ``<name>-before`` or ``<name>_before``. Such files are not themselves pictures to check.

    Args:
        paths: files and folders; of a folder the files that are named like pictures.
        recursive: also the folders within.
        mask: a mask for all, or a folder of masks named as the pictures are, with or without the
            ending.
        before: the same for sources.
        apart: folders to leave out, such as the one results are written to.

    Raises:
        InputError: ``mask`` or ``before`` is not there.
    """
    given = (_Given.of(mask, "mask"), _Given.of(before, "before"))
    away = {_real(path) for path in (*apart, *(part.path for part in given if part.path))}
    found: dict[Path, Picture] = {}
    for path in paths:
        for picture in _under(path, given, away, recursive=recursive):
            found.setdefault(_real(picture.path), picture)
    return list(found.values())


@dataclass(frozen=True)
class _Given:
    """Where companions of one kind are: a file for all, a folder of them, or only beside."""

    word: str
    path: Path | None = None
    names: dict[str, Path] | None = None
    beside: dict[Path, dict[str, Path]] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path | None, word: str) -> _Given:
        if path is None:
            return cls(word)
        if path.is_dir():
            return cls(word, path, _by_stem(path))
        if not path.exists():
            raise InputError(word, expected="a picture or a folder", got=f"no such file: {path}")
        return cls(word, path)

    def to(self, picture: Path) -> tuple[Path | None, str]:
        """Return a picture's companion, and what is wrong with that."""
        if self.path is not None and self.names is None:
            return self.path, ""
        names = self.names
        if picture.parent not in self.beside:
            self.beside[picture.parent] = _by_stem(picture.parent)
        if names is not None:
            for name in (picture.stem, *self._ended(picture.stem)):
                if name in names and names[name] != picture:
                    return names[name], ""
        near = self.beside[picture.parent]
        found = next((near[name] for name in self._ended(picture.stem) if name in near), None)
        if found is None and names is not None:
            return None, f"{self.path} holds no {self.word} named like it"
        return found, ""

    def _ended(self, stem: str) -> tuple[str, str]:
        return f"{stem}-{self.word}", f"{stem}_{self.word}"


def _under(
    path: Path, given: tuple[_Given, _Given], away: set[Path], *, recursive: bool
) -> Iterator[Picture]:
    if not path.is_dir():
        yield _with_companions(path, given) if path.exists() else Picture(path, problem=_absent())
        return
    try:
        files = [
            file for file in _files(path, away, recursive=recursive) if _real(file) not in away
        ]
    except OSError as error:
        yield Picture(path, problem=f"the folder cannot be read ({error.strerror or error})")
        return
    if not files:
        hint = "" if recursive else "; --recursive looks in the folders below"
        yield Picture(path, problem=f"there are no pictures in this folder{hint}")
    for file in files:
        yield _with_companions(file, given)


def _with_companions(path: Path, given: tuple[_Given, _Given]) -> Picture:
    (mask, no_mask), (before, no_before) = (part.to(path) for part in given)
    return Picture(path, mask, before, no_mask or no_before)


def _files(folder: Path, away: set[Path], *, recursive: bool) -> Iterator[Path]:
    """Go through a folder's pictures by name, its own before those of folders below."""
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    pictures = [entry for entry in entries if _named_like_one(entry) and not entry.is_dir()]
    stems = {entry.stem for entry in pictures}
    yield from (entry for entry in pictures if not _belongs(entry.stem, stems))
    for entry in entries if recursive else ():
        hidden = entry.name.startswith(".") or entry.is_symlink()
        if entry.is_dir() and not hidden and _real(entry) not in away:
            yield from _files(entry, away, recursive=True)


def _belongs(stem: str, stems: set[str]) -> bool:
    """Tell whether a file is another one's mask or source."""
    ends = [f"{mark}{word}" for mark in "-_" for word in ("mask", "before")]
    return any(stem.endswith(end) and stem[: -len(end)] in stems for end in ends)


def _by_stem(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    try:
        entries = [entry for entry in folder.iterdir() if _named_like_one(entry)]
    except OSError:
        return found
    for entry in sorted(entries, key=lambda entry: (SUFFIXES.index(entry.suffix.lower()), entry)):
        found.setdefault(entry.stem, entry)
    return found


def _named_like_one(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _absent() -> str:
    return "there is no such file"
