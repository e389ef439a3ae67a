"""Seed tables where ComfyUI keeps its models, and what is chosen from them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import folder_paths

from ...noise import CPU_NOISE
from ...picking import PickRequest, PickRule
from ...services.seed_choice import NamedTable, SeedChoice, choose_seeds
from ...tables import (
    Catalogue,
    TableUse,
    table_folders,
    user_folders,
)

__all__ = [
    "choose_golden",
    "comfyui_table_folders",
    "file_stamp",
    "table_names",
]

FOLDER_NAME = "seed_tables"


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
    use = TableUse(CPU_NOISE, shape, model_sha256=model_sha256)
    choice = choose_seeds(named, PickRequest(PickRule.GOLDEN, count))
    return choice.matched(use, advice=_ADVICE)
