"""Where seed tables live, and which of them serve for given settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import TableError
from ..places import own_folder
from .difference import Match, MatchLevel
from .header import Outline, instead_of_file, read_outline
from .io import SUFFIX
from .match import TableUse, match_table

_LEVELS = tuple(MatchLevel)
_OWN = "SEEDLOUPE_TABLES"
_PUBLISHED = "published"


@dataclass(frozen=True)
class Found:
    """One table file, and how far it can be trusted for the settings it was looked up for.

    Args:
        path: the file.
        outline: what its header says; None where it cannot be read.
        match: how it meets the settings; None where it cannot be read.
        problem: what is wrong with the file, one line; empty for a readable one.
    """

    path: Path
    outline: Outline | None = None
    match: Match | None = None
    problem: str = ""


def find_table(name: str, folders: Sequence[Path]) -> Path:
    """Return the file a user means by a table's name.

    Args:
        name: a path to a table, or a name below one of ``folders``: ``seedling`` is the table in
            the folder of that name, ``seedling/inpaint`` one of several there, and ``inpaint``
            alone that file in whichever folder, where nothing else has the name.
        folders: where to look, the first that has it wins.

    Raises:
        TableError: there is no such table, or there are several; the message lists them.
    """
    path = Path(name)
    if name.endswith(SUFFIX) and _is_file(path):
        return path
    for look in (_below, _alone):
        for folder in folders:
            found = look(folder, name.removesuffix(SUFFIX))
            if len(found) > 1:
                several = _names(folder, found)
                raise TableError("table", expected=f"one of {several}", got=repr(name))
            if found:
                return found[0]
    if name.endswith(SUFFIX) or name.startswith((".", "/")):
        raise TableError("table", expected="a seed table", got=f"{instead_of_file(path)}: {name}")
    known = ", ".join(dict.fromkeys(known for known, _ in named_tables(folders)))
    raise TableError(
        "table",
        expected=f"a path ending in {SUFFIX} or one of: {known or 'none found'}",
        got=repr(name),
    )


def named_tables(folders: Sequence[Path]) -> tuple[tuple[str, Path], ...]:
    """Return every table in ``folders`` and one folder below with its name, in one order.

    A table's name is its path inside its folder, without the suffix. The order is that of the
    folders, sorted by name within each. Tables in a folder ``published`` come last of all: hosts
    offer the first table unasked, and numbers nobody measured here are not to be that. Tables of
    the same name in several folders are all listed; the first of them is the one meant by it.
    """
    found = [(_name(path, folder), path) for folder in folders for path in _all_below(folder)]
    return tuple(sorted(found, key=lambda table: table[1].parent.name == _PUBLISHED))


def list_tables(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Return the path of every table in ``folders`` in the order of :func:`named_tables`."""
    return tuple(path for _, path in named_tables(folders))


def tables_for(use: TableUse, folders: Sequence[Path]) -> tuple[Found, ...]:
    """Return every table in ``folders``, the one that fits the settings best first.

    Exact matches come before those of the noise alone, and fewer differences before more; then the
    order of the folders counts. Tables that must not be used stand after them with the reasons in
    their match, files that cannot be read at the end with the problem. Only headers are read, so
    the numbers of a table may still turn out wrong when it is opened.

    Args:
        use: the settings.
        folders: where to look.
    """
    return tuple(sorted((_found(path, use) for path in list_tables(folders)), key=_rank))


def user_folders(environment: Mapping[str, str], platform: str, home: Path) -> tuple[Path, ...]:
    """Return where a user's own tables are: named by the user first, then the system's place.

    Args:
        environment: variables by name; ``SEEDLOUPE_TABLES`` holds folders as ``PATH`` does.
        platform: as in ``sys.platform``.
        home: the user's folder.
    """
    between = ";" if platform == "win32" else ":"
    named = environment.get(_OWN, "").split(between)
    own = tuple(Path(name.strip()) for name in named if name.strip())
    return (*own, own_folder(environment, platform, home) / "seed_tables")


def bundled_folder() -> Path:
    """Return the folder of the tables that came with Seedloupe; it may not exist.

    An installed package carries it inside, a checkout has it at its root.
    """
    packaged = Path(__file__).parents[1] / "seed_tables"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "seed_tables"


def _found(path: Path, use: TableUse) -> Found:
    try:
        outline = read_outline(path)
    except TableError as error:
        return Found(path, problem=str(error))
    return Found(path, outline, match_table(outline, use))


def _rank(found: Found) -> tuple[int, int]:
    if found.match is None:
        return len(_LEVELS), 0
    return _LEVELS.index(found.match.level), len(found.match.differences)


def _below(folder: Path, name: str) -> list[Path]:
    """Return the tables of a name; only plain names, so that none leads out of ``folder``."""
    parts = Path(name).parts
    if not parts or Path(name).is_absolute() or any(part in ("..", ".") for part in parts):
        return []
    single = folder.joinpath(*parts[:-1], parts[-1] + SUFFIX)
    if _is_file(single):
        return [single]
    inside = folder.joinpath(*parts)
    return sorted(inside.glob(f"*{SUFFIX}")) if _is_folder(inside) else []


def _alone(folder: Path, name: str) -> list[Path]:
    """Return the tables of a file name, whichever folder they are in."""
    return [path for path in _all_below(folder) if path.name == name + SUFFIX]


def _is_file(path: Path) -> bool:
    """Tell whether there is such a file; a name no system can have is not there either."""
    try:
        return path.is_file()
    except OSError:
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _all_below(folder: Path) -> list[Path]:
    return sorted([*folder.glob(f"*{SUFFIX}"), *folder.glob(f"*/*{SUFFIX}")])


def _names(folder: Path, tables: Sequence[Path]) -> str:
    return ", ".join(_name(path, folder) for path in tables)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix().removesuffix(SUFFIX)
