"""The thumbnails of several tables on one sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray
from PIL import Image

from ..errors import TableError
from .merge_columns import Rows
from .spec import ThumbnailsSpec
from .table import SeedTable
from .thumbnails import LARGEST_SIDE, draw_sheet

_QUALITY = 95
"""Higher than a first sheet's: what was coded before loses again."""


def merged_sheet(
    tables: Sequence[SeedTable], rows: Rows, notes: list[str]
) -> tuple[dict[str, NDArray[Any]], ThumbnailsSpec | None]:
    """Lay the tiles of all tables out anew; where several have a seed, the first of them counts.

    The sheet is coded once more, which costs a little of what WebP leaves of a picture.

    Raises:
        TableError: a table's own sheet cannot be decoded.
    """
    first = tables[0].spec.thumbnails
    if first is None or any(table.spec.thumbnails is None for table in tables):
        if any(table.spec.thumbnails is not None for table in tables):
            notes.append("thumbnails were left out: not every table has them")
        return {}, None
    spec = ThumbnailsSpec(first.tile, _columns(first, len(rows.seeds)))
    try:
        return {"thumbnails": draw_sheet(_tiles(tables, rows), spec, quality=_QUALITY)}, spec
    except TableError as error:
        if error.field != "spec.thumbnails":
            raise
        notes.append(f"thumbnails were left out: there are too many for {error.expected}")
        return {}, None


def _tiles(tables: Sequence[SeedTable], rows: Rows) -> list[Image.Image]:
    tiles: dict[int, Image.Image] = {}
    for table, places in zip(tables, rows.places, strict=True):
        for place, seed in zip(places.tolist(), table.seeds.tolist(), strict=True):
            if place not in tiles:
                tile = table.thumbnail(seed)
                assert tile is not None  # every table here has a sheet
                tiles[place] = tile
    return [tiles[place] for place in range(len(rows.seeds))]


def _columns(spec: ThumbnailsSpec, tiles: int) -> int:
    """Return as many columns as before, or as it takes to keep the sheet within its height."""
    down = max(1, LARGEST_SIDE // spec.tile[1])
    return max(spec.columns, math.ceil(tiles / down))
