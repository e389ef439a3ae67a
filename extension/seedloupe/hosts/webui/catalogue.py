"""The seed tables this web UI offers, by name."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import TableError
from ...tables import SUFFIX, SeedTable, bundled_folder, list_tables, read_table, user_folders

_CURE = "Tables are looked for in models/seed_tables and in the folder named in the settings."


@dataclass(frozen=True)
class Catalogue:
    """Seed tables found in several folders.

    Args:
        folders: where to look; a table in an earlier folder hides its namesakes in later ones.
    """

    folders: Sequence[Path]

    def names(self) -> tuple[str, ...]:
        """What each table is called: its path inside its folder, without the suffix."""
        return tuple(self._paths())

    def read(self, name: str) -> SeedTable:
        """Read one table.

        Only names out of :meth:`names` are read: whoever may use the web UI's API must not be able
        to make it open any other file.

        Raises:
            TableError: there is no table of that name, or it cannot be read.
        """
        paths = self._paths()
        if name not in paths:
            raise TableError("table", expected=_choices(paths), got=repr(name), advice=_CURE)
        try:
            return read_table(paths[name])
        except TableError as error:
            raise _without_path(error, paths[name], name) from error

    def _paths(self) -> Mapping[str, Path]:
        found: dict[str, Path] = {}
        for folder in self.folders:
            for path in list_tables([folder]):
                found.setdefault(_name(path, folder), path)
        return found


def webui_table_folders(models_folder: str, own_folder: str) -> tuple[Path, ...]:
    """Where this web UI's tables are: in the folder of its settings, its models, the user's, ours.

    Args:
        models_folder: the web UI's folder of models.
        own_folder: what the user chose in the settings; may be empty.
    """
    own = (Path(own_folder).expanduser(),) if own_folder.strip() else ()
    users = user_folders(os.environ, sys.platform, Path.home())
    return (*own, Path(models_folder) / "seed_tables", *users, bundled_folder())


def _without_path(error: TableError, path: Path, name: str) -> TableError:
    """Say the same without the server's folders, for it is written into pictures."""
    named = {
        part: getattr(error, part).replace(str(path), name)
        for part in ("expected", "got", "advice")
    }
    return TableError(error.field, **named)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix().removesuffix(SUFFIX)


def _choices(paths: Mapping[str, Path]) -> str:
    return f"one of {', '.join(paths)}" if paths else "a seed table, of which none was found"
