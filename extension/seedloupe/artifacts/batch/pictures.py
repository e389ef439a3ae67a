"""Which pictures are to be checked, and which mask and source belong to each."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import InputError
from ...images import is_drawing

SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"),
    *(".avif", ".apng", ".jfif", ".jpe"),
)
"""Names of the formats that are read, in the order in which the first is taken."""

UNREAD = {
    ".jxl": "JPEG XL",
    ".heic": "HEIC",
    ".heif": "HEIF",
    ".jp2": "JPEG 2000",
    ".tga": "TGA",
}
"""Names of picture formats that are not read: such a file is listed, and says so."""

#: What drawings of ours are called after the picture they are of: overlays of the check, sheets of
#: the lens, pictures of words. Earlier ones carry no mark inside.
_DRAWINGS = (
    re.compile(r"(.+)-check\.png"),
    re.compile(r"(.+)-\d+-check\.png"),
    re.compile(r"(.+)\.(?:lens|words)\.(?:png|gif|webp)"),
    re.compile(r"(.+)\.word\d+-[a-z0-9-]+\.png"),
)


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


@dataclass(frozen=True)
class PicturesFound:
    """What was found among files and folders.

    Attributes:
        pictures: to be checked, or listed with what stands against it.
        drawings: overlays and sheets of our own, which are left out.
    """

    pictures: tuple[Picture, ...]
    drawings: tuple[Path, ...] = ()


def find_pictures(
    paths: Sequence[Path],
    *,
    recursive: bool = False,
    mask: Path | None = None,
    before: Path | None = None,
    apart: Sequence[Path] = (),
) -> PicturesFound:
    """Return the pictures among files and folders, each once, with what belongs to them.

    A picture's mask is the file ``<name>-mask`` or ``<name>_mask`` beside it, its source
    ``<name>-before`` or ``<name>_before``. Such files are not themselves pictures to check, nor are
    drawings of ours in a folder: overlays with frames, and sheets of the lens.

    Args:
        paths: files and folders; of a folder the files that are named like pictures, those of
            formats that are not read included.
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
    drawings: dict[Path, Path] = {}
    for path in paths:
        folder = _Folder(path, away, recursive=recursive) if path.is_dir() else None
        for picture in _alone(path, given) if folder is None else folder.pictures(given):
            found.setdefault(_real(picture.path), picture)
        for drawing in () if folder is None else folder.drawings:
            drawings.setdefault(_real(drawing), drawing)
    return PicturesFound(tuple(found.values()), tuple(drawings.values()))


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


def _alone(path: Path, given: tuple[_Given, _Given]) -> Iterator[Picture]:
    yield _with_companions(path, given) if path.exists() else Picture(path, problem=_absent())


@dataclass(frozen=True)
class _Folder:
    """A folder to go through.

    Attributes:
        path: the folder.
        away: files and folders to leave out, as real paths.
        recursive: also the folders within.
        drawings: our own drawings met on the way.
    """

    path: Path
    away: set[Path]
    recursive: bool
    drawings: list[Path] = field(default_factory=list)

    def pictures(self, given: tuple[_Given, _Given]) -> Iterator[Picture]:
        try:
            files = [file for file in self._files(self.path) if _real(file) not in self.away]
        except OSError as error:
            problem = f"the folder cannot be read ({error.strerror or error})"
            yield Picture(self.path, problem=problem)
            return
        if not files:
            yield Picture(self.path, problem=self._nothing())
        for file in files:
            yield _with_companions(file, given)

    def _nothing(self) -> str:
        but = " but drawings of Seedloupe's own" if self.drawings else ""
        hint = "" if self.recursive else "; --recursive looks in the folders below"
        return f"there are no pictures in this folder{but}{hint}"

    def _files(self, folder: Path) -> Iterator[Path]:
        """Go through a folder's pictures by name, its own before those of folders below."""
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
        pictures = [entry for entry in entries if _named_like_one(entry) and not entry.is_dir()]
        stems = {entry.stem for entry in pictures}
        for entry in pictures:
            if _belongs(entry.stem, stems):
                continue
            if _is_own_drawing(entry, stems):
                self.drawings.append(entry)
            else:
                yield entry
        for entry in entries if self.recursive else ():
            hidden = entry.name.startswith(".") or entry.is_symlink()
            if entry.is_dir() and not hidden and _real(entry) not in self.away:
                yield from self._files(entry)


def _with_companions(path: Path, given: tuple[_Given, _Given]) -> Picture:
    if (kind := UNREAD.get(path.suffix.lower())) is not None:
        return Picture(path, problem=f"{kind} pictures are not read; save it as PNG")
    (mask, no_mask), (before, no_before) = (part.to(path) for part in given)
    return Picture(path, mask, before, no_mask or no_before)


def _is_own_drawing(path: Path, stems: set[str]) -> bool:
    """Tell whether a file is a drawing of ours, by its mark or beside the picture it is of."""
    names = (pattern.fullmatch(path.name) for pattern in _DRAWINGS)
    return any(name and name[1] in stems for name in names) or is_drawing(path)


def _belongs(stem: str, stems: set[str]) -> bool:
    """Tell whether a file is another one's mask or source."""
    ends = [f"{mark}{word}" for mark in "-_" for word in ("mask", "before")]
    return any(stem.endswith(end) and stem[: -len(end)] in stems for end in ends)


def _by_stem(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    try:
        named = [entry for entry in folder.iterdir() if _named_like_one(entry)]
    except OSError:
        return found
    entries = [entry for entry in named if entry.suffix.lower() in SUFFIXES]
    for entry in sorted(entries, key=lambda entry: (SUFFIXES.index(entry.suffix.lower()), entry)):
        found.setdefault(entry.stem, entry)
    return found


def _named_like_one(path: Path) -> bool:
    known = path.suffix.lower() in (*SUFFIXES, *UNREAD)
    return known and not path.name.startswith(".")


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _absent() -> str:
    return "there is no such file"
