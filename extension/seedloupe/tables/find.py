"""Where seed tables live."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import TableError
from .io import SUFFIX


def find_table(name: str, folders: Sequence[Path]) -> Path:
    """Return the file a user means by a table's name.

    Args:
        name: a path to a table, or a name below one of ``folders``: ``seedling`` is the table in
            the folder of that name, ``seedling/inpaint`` one of several there.
        folders: where to look, the first that has it wins.

    Raises:
        TableError: there is no such table, or there are several; the message lists them.
    """
    path = Path(name)
    if name.endswith(SUFFIX) and path.is_file():
        return path
    for folder in folders:
        found = _below(folder, name)
        if len(found) > 1:
            raise TableError("table", expected=f"one of {_names(folder, found)}", got=repr(name))
        if found:
            return found[0]
    known = ", ".join(_names(folder, _all_below(folder)) for folder in folders)
    raise TableError(
        "table",
        expected=f"a path ending in {SUFFIX} or one of: {known.strip(', ') or 'none found'}",
        got=repr(name),
    )


def list_tables(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Return every table in ``folders`` and one folder below, sorted within each."""
    return tuple(path for folder in folders for path in _all_below(folder))


def bundled_folder() -> Path:
    """Return the folder of the tables that came with Seedloupe; it may not exist.

    An installed package carries it inside, a checkout has it at its root.
    """
    packaged = Path(__file__).parents[1] / "seed_tables"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "seed_tables"


def _below(folder: Path, name: str) -> list[Path]:
    """Return the tables of a name; only plain names, so that none leads out of ``folder``."""
    parts = Path(name).parts
    if not parts or Path(name).is_absolute() or any(part in ("..", ".") for part in parts):
        return []
    single = folder.joinpath(*parts[:-1], parts[-1] + SUFFIX)
    return [single] if single.is_file() else sorted(folder.joinpath(*parts).glob(f"*{SUFFIX}"))


def _all_below(folder: Path) -> list[Path]:
    return sorted([*folder.glob(f"*{SUFFIX}"), *folder.glob(f"*/*{SUFFIX}")])


def _names(folder: Path, tables: Sequence[Path]) -> str:
    return ", ".join(path.relative_to(folder).as_posix().removesuffix(SUFFIX) for path in tables)
