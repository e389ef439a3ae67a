"""Files a command line names: whether they are there, and what a command can take.

They are looked at before anything heavy is loaded. What cannot be told is left to whoever reads it.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ....errors import (
    ConceptFileError,
    ImageError,
    InputError,
    LensFileError,
    MaskError,
    ModelError,
    TableError,
    TallyError,
)
from ....file_kinds import FileKind, FoundFile, kind_of_file
from ....studies.names import StudyName


@dataclass(frozen=True)
class Wanted:
    """What an argument takes.

    Attributes:
        kind: what its file is.
        words: the same in words.
        problem: the error raised where it is something else.
        named: whether a name may stand in place of a path.
        folders: whether a folder will do as well.
        word: one that stands for what is built in, and for no file.
        many: whether of several each is answered for itself, also one that is none.
    """

    kind: FileKind
    words: str
    problem: type[InputError] = InputError
    named: bool = False
    folders: bool = False
    word: str = ""
    many: bool = False


_PICTURE = Wanted(FileKind.PICTURE, "a picture", ImageError)
_PICTURES = Wanted(FileKind.PICTURE, "a picture or a folder", ImageError, folders=True, many=True)
_MASK = Wanted(FileKind.PICTURE, "a picture as mask", MaskError)
_MASKS = Wanted(FileKind.PICTURE, "a picture or a folder as mask", MaskError, folders=True)
_LENS = Wanted(FileKind.LENS, "a lens file", LensFileError)
_CONCEPTS = Wanted(FileKind.CONCEPTS, "a file of concepts", ConceptFileError, named=True)
_TABLE = Wanted(FileKind.TABLE, "a seed table", TableError, named=True)
_MODEL = Wanted(FileKind.MODEL, "a model", ModelError, named=True, folders=True)
_TALLY = Wanted(FileKind.TALLY, "a tally", TallyError, named=True)
_TEXT = Wanted(FileKind.TEXT, "a text file with a prompt a line")
_PROMPTS = Wanted(FileKind.TEXT, "a text file with a prompt a line, or the word grid", word="grid")

_RUN = {
    "model": _MODEL,
    "table": _TABLE,
    "image": _PICTURE,
    "mask": _MASK,
    "lens_concepts": _CONCEPTS,
}
_PICK = {"model": _MODEL, "table": _TABLE}
_TABLES = {"tables": _TABLE}

#: What the arguments of each command take, by where the parser puts them.
TAKEN: Mapping[str, Mapping[str, Wanted]] = {
    "seedloupe demo": {"model": _MODEL},
    "seedloupe generate": _RUN,
    "seedloupe noise": {"of": _PICTURE},
    "seedloupe tables list": {"model": _MODEL},
    "seedloupe tables show": _TABLES,
    "seedloupe tables diff": {"first": _TABLE, "second": _TABLE},
    "seedloupe tables merge": _TABLES,
    "seedloupe tables export": {"table": _TABLE},
    **{f"seedloupe pick {rule}": _PICK for rule in ("golden", "diverse", "layout", "clean", "by")},
    "seedloupe pick early": {"model": _MODEL},
    "seedloupe mine": {"model": _MODEL, "prompts": _PROMPTS},
    "seedloupe variance": {"model": _MODEL, "prompts": _PROMPTS},
    "seedloupe check": {"images": _PICTURES, "mask": _MASKS, "before": _PICTURES},
    "seedloupe tally show": {"tally": _TALLY},
    "seedloupe tally correct": {"tally": _TALLY},
    "seedloupe tally export": {"tally": _TALLY},
    "seedloupe tally merge": {"tally": _TALLY, "table": _TABLE},
    "seedloupe lens run": _RUN,
    "seedloupe lens layers": {"model": _MODEL},
    "seedloupe lens show": {"file": _LENS},
    "seedloupe lens image": {"file": _PICTURE, "model": _MODEL},
    "seedloupe lens compare": {"files": _LENS},
    "seedloupe study inpaint": {"model": _MODEL},
    **{
        f"seedloupe study {name}": {"model": _MODEL, "prompts": _TEXT}
        for name in (*(study.value for study in StudyName), "all")
    },
}

#: Where each kind of file is taken.
_TAKERS: Mapping[FileKind, str] = {
    FileKind.PICTURE: "`seedloupe lens image`, `check` and `noise --of` take pictures.",
    FileKind.TABLE: "`seedloupe tables show` and `--table` take seed tables.",
    FileKind.LENS: "`seedloupe lens show` and `lens compare` take lens files.",
    FileKind.CONCEPTS: "`generate --lens-concepts` takes concepts.",
    FileKind.MODEL: "`--model` takes models.",
    FileKind.TALLY: "`seedloupe tally show` takes tallies.",
    FileKind.FOLDER: "`seedloupe check` takes folders of pictures, `--model` those of models.",
}


def check_given_files(args: argparse.Namespace) -> None:
    """Refuse a file that is not there, or is known to be something else than its argument takes.

    Raises:
        InputError: or one of its kinds: it names what the file is, and which command takes it.
    """
    for name, wanted in TAKEN.get(getattr(args, "command_name", ""), {}).items():
        paths = list(_paths(getattr(args, name, None)))
        if wanted.many and len(paths) > 1:
            continue
        for path in paths:
            if not wanted.word or str(path) != wanted.word:
                require_kind(path, wanted)


def require_table(path: Path) -> None:
    """Refuse what is known to be no seed table.

    Raises:
        TableError: it names what the file is, and which command takes it.
    """
    require_kind(path, _TABLE)


def require_kind(path: Path, wanted: Wanted) -> None:
    """Refuse one file that is not there, or is known to be something else.

    Raises:
        InputError: of the kind in ``wanted``.
    """
    found = kind_of_file(path)
    if found.kind is FileKind.MISSING:
        if not wanted.named:
            raise wanted.problem(
                str(path), expected=wanted.words, got=found.words, advice=_alike(path)
            )
        return
    if _may_be(found, wanted, path):
        return
    advice = _TAKERS.get(found.kind, "")
    raise wanted.problem(str(path), expected=wanted.words, got=found.words, advice=advice)


def _may_be(found: FoundFile, wanted: Wanted, path: Path) -> bool:
    if found.kind in (wanted.kind, FileKind.OTHER):
        return True  # what cannot be told is left to whoever reads it
    if found.kind is FileKind.FOLDER:
        # A folder may have the name of a table or tally that is meant.
        return wanted.folders or wanted.named
    if wanted.kind is FileKind.MODEL and found.kind is FileKind.PICKLE:
        return True  # refused with what to do about it
    # A name counts for more than a file of that name and of another kind, as find_table has it.
    return wanted.named and wanted.kind is not FileKind.MODEL and not path.suffix


def _paths(given: object) -> Iterator[Path]:
    if isinstance(given, (list, tuple)):
        for one in given:
            yield from _paths(one)
    elif isinstance(given, (str, Path)):  # a mask may be a box instead
        yield Path(given).expanduser()


def _alike(path: Path) -> str:
    with suppress(OSError):
        names = [other.name for other in path.parent.iterdir()]
        close = difflib.get_close_matches(path.name, names, n=1)
        return f"Did you mean {path.with_name(close[0])}?" if close else ""
    return ""
