"""Seed tables where ComfyUI keeps its models, and what is chosen from them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import folder_paths

from ...errors import TableError
from ...noise import CPU_NOISE
from ...tables import (
    Catalogue,
    TableUse,
    read_outline,
    table_folders,
    user_folders,
)

if TYPE_CHECKING:
    from ...services.seed_choice import NamedTable, SeedChoice
    from ...tables import SeedTable

__all__ = [
    "OF_THE_MODEL",
    "choose_golden",
    "comfyui_table_folders",
    "file_stamp",
    "named_table",
    "table_names",
    "table_stamp",
]

FOLDER_NAME = "seed_tables"
OF_THE_MODEL = "(the model's)"
"""Stands for the first table that was made with the model in use."""

_MORE_TABLES = "Put tables into models/seed_tables and refresh the page (R)."


_ANOTHER = "Choose another table, or put a sound copy of this one into models/seed_tables."
_ADVICE = {"sampling": "This node cannot see the sampler; set it as the table was made."}


def comfyui_table_folders() -> tuple[Path, ...]:
    """Where seed tables are: ``seed_tables`` in ComfyUI's models folder, the user's own, ours."""
    models = Path(folder_paths.models_dir) / FOLDER_NAME
    folder_paths.add_model_folder_path(FOLDER_NAME, str(models))
    users = user_folders(os.environ, sys.platform, Path.home())
    return table_folders([*map(Path, folder_paths.get_folder_paths(FOLDER_NAME))], users)


def table_names() -> tuple[str, ...]:
    """Every table once, named as :func:`~seedloupe.tables.find_table` finds it again."""
    return Catalogue(comfyui_table_folders()).names()


def named_table(name: str, model_sha256: str | None) -> NamedTable:
    """Read a table by its name, or that of a model.

    Args:
        name: as :func:`table_names` has it, or :data:`OF_THE_MODEL`.
        model_sha256: of the model's file, or None.

    Raises:
        TableError: there is none, it cannot be read, or nobody knows the model.
    """
    from ...services.seed_choice import NamedTable

    catalogue = Catalogue(comfyui_table_folders(), advice=_MORE_TABLES)
    known = _name_for(catalogue, model_sha256) if name == OF_THE_MODEL else name
    return NamedTable(known, _read(catalogue, known), catalogue.paths()[known])


def _read(catalogue: Catalogue, name: str) -> SeedTable:
    """Read a table; of one that cannot be read, say at which widget, and what to do."""
    try:
        return catalogue.read(name)
    except TableError as error:
        if name not in catalogue.names():
            raise
        advice = f"{error.advice}. {_ANOTHER}"  # the core's ends with the file, without a full stop
        field = f"table ({error.field})"
        raise TableError(field, expected=error.expected, got=error.got, advice=advice) from error


def table_stamp(name: str) -> object:
    """What changes when a table's file does, or when tables come and go."""
    paths = Catalogue(comfyui_table_folders()).paths()
    if name in paths:
        return file_stamp(paths[name])
    return [(known, file_stamp(path)) for known, path in paths.items()]


def _name_for(catalogue: Catalogue, model_sha256: str | None) -> str:
    if model_sha256 is None:
        raise TableError(
            "table",
            expected="a model that Seedloupe knows, wired to this node",
            got="none, or one that was not loaded by Seedloupe or is patched",
            advice="Choose a table by its name.",
        )
    for name, path in catalogue.paths().items():
        try:
            found = read_outline(path).spec.model.sha256
        except TableError:
            continue  # told when somebody chooses it
        if found == model_sha256:
            return name
    raise TableError(
        "table",
        expected="a table of this model",
        got=f"none of {model_sha256[:10]}",
        advice="Make one with seedloupe mine, or choose a table by its name.",
    )


def file_stamp(path: Path) -> tuple[int, int]:
    """What changes when a file does: time of change and size."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def choose_golden(
    named: NamedTable, count: int, *, shape: tuple[int, int, int], model_sha256: str | None
) -> SeedChoice:
    """Pick the best seeds for noise as ComfyUI draws it: on the CPU, wherever it samples.

    Tables of such noise hold seeds below 2**32, so the page's numbers keep them whole.

    Raises:
        TableMatchError: the table's seeds stand for other noise here.
        PickError: the table cannot answer, or has no seed to give.
    """
    from ...picking import PickRequest, PickRule
    from ...services.seed_choice import choose_seeds

    use = TableUse(CPU_NOISE, shape, model_sha256=model_sha256)
    choice = choose_seeds(named, PickRequest(PickRule.GOLDEN, count))
    return choice.matched(use, advice=_ADVICE)
