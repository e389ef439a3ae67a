"""From ComfyUI's settings to a choice of seeds."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folder_paths

from ...errors import PickError
from ...noise import CPU_NOISE
from ...picking import Picking, PickRequest, PickRule, pick_seeds
from ...tables import (
    Catalogue,
    Match,
    SeedTable,
    TableUse,
    require_match,
    table_folders,
    user_folders,
)

__all__ = [
    "Choice",
    "choose_golden",
    "comfyui_table_folders",
    "file_stamp",
    "latent_shape",
    "table_names",
]

FOLDER_NAME = "seed_tables"


@dataclass(frozen=True)
class Choice:
    """Seeds, and how far the table they come from fits."""

    picking: Picking
    match: Match

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, best first."""
        return self.picking.seeds


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


def latent_shape(width: int, height: int, model: Any = None) -> tuple[int, int, int]:
    """``(C, H, W)`` of one picture, in latent cells.

    Args:
        width: in pixels.
        height: in pixels.
        model: asked for its channels; Stable Diffusion's 4 without one.
    """
    form = model.get_model_object("latent_format") if model is not None else None
    channels = getattr(form, "latent_channels", 4)
    cell = getattr(form, "spacial_downscale_ratio", 8)  # the host's own spelling
    return channels, height // cell, width // cell


def choose_golden(
    table: SeedTable, count: int, *, shape: tuple[int, int, int], model_sha256: str | None
) -> Choice:
    """Pick the best seeds for noise as ComfyUI draws it: on the CPU, wherever it samples.

    Tables of such noise hold seeds below 2**32, so the page's numbers keep them whole.

    Raises:
        TableMatchError: the table's seeds stand for other noise here.
        PickError: the table cannot answer, or has no seed to give.
    """
    match = require_match(table, TableUse(CPU_NOISE, shape, model_sha256=model_sha256))
    picking = pick_seeds(table, PickRequest(PickRule.GOLDEN, count))
    if not picking.picks:
        raise PickError("table", expected="seeds that were scored", got="; ".join(picking.notes))
    return Choice(picking, match)
