"""The tables a host offers: where they are looked for, in which order, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import TableError
from .find import bundled_folder, named_tables
from .io import read_table
from .table import SeedTable


def table_folders(own: Sequence[Path], users: Sequence[Path]) -> tuple[Path, ...]:
    """Return where a host's tables are, each folder once, in the order all hosts share.

    Args:
        own: the host's folders, those somebody chose in it first.
        users: the user's, see :func:`~.find.user_folders`; those that came along are the last.
    """
    return tuple(dict.fromkeys((*own, *users, bundled_folder())))


@dataclass(frozen=True)
class Catalogue:
    """Seed tables by name, as :func:`~.find.named_tables` finds them.

    Args:
        folders: where to look; a table in an earlier folder hides its namesakes in later ones.
        advice: what to do where a table is not found, a whole sentence; may be empty.
    """

    folders: Sequence[Path]
    advice: str = ""

    def names(self) -> tuple[str, ...]:
        """What each table is called, in the order of the folders."""
        return tuple(self.paths())

    def paths(self) -> Mapping[str, Path]:
        """Where each table is, by name."""
        found: dict[str, Path] = {}
        for name, path in named_tables(self.folders):
            found.setdefault(name, path)
        return found

    def read(self, name: str) -> SeedTable:
        """Read one table.

        Only names out of :meth:`names` are read: whoever may use a host's API must not be able to
        make it open any other file.

        Raises:
            TableError: there is no table of that name, or it cannot be read.
        """
        paths = self.paths()
        if name not in paths:
            raise TableError("table", expected=_choices(paths), got=repr(name), advice=self.advice)
        try:
            return read_table(paths[name])
        except TableError as error:
            raise _without_path(error, paths[name], name) from error


def _without_path(error: TableError, path: Path, name: str) -> TableError:
    """Say the same without the server's folders, for it is written into pictures."""
    named = {
        part: getattr(error, part).replace(str(path), name)
        for part in ("expected", "got", "advice")
    }
    return TableError(error.field, **named)


def _choices(paths: Mapping[str, Path]) -> str:
    return f"one of {', '.join(paths)}" if paths else "a seed table, of which none was found"
