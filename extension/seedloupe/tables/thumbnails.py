"""The sheet of thumbnails: one WebP picture, tiles in row order."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import TableError
from .spec import ThumbnailsSpec

_QUALITY = 85
LARGEST_SIDE = 16383
_MOST_PIXELS = 2**26
"""What may be decoded at once, 256 MiB; Pillow has its doubts a little above."""

_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
"""The second where warnings are errors; no sheet of ours is as large."""


def draw_sheet(
    images: Sequence[Image.Image], spec: ThumbnailsSpec, *, quality: int = _QUALITY
) -> NDArray[np.uint8]:
    """Lay pictures out as one WebP sheet, in the order of the table's seeds.

    Args:
        images: one picture a seed, any size; each is fitted to the tile.
        spec: the tile's size and how many stand in a row.
        quality: WebP's, up to 100.

    Returns:
        ``(bytes,)``, uint8: the tensor ``thumbnails`` of a table.

    Raises:
        TableError: there is no picture, or the sheet is larger than WebP allows.
    """
    sheet = Image.new("RGB", _sheet_size(len(images), spec))
    for row, image in enumerate(images):
        tile = image.convert("RGB").resize(spec.tile, Image.Resampling.LANCZOS)
        sheet.paste(tile, tile_box(row, spec)[:2])
    coded = io.BytesIO()
    sheet.save(coded, "WEBP", quality=quality)
    return np.frombuffer(coded.getvalue(), np.uint8)


def open_sheet(coded: NDArray[np.uint8], rows: int, spec: ThumbnailsSpec) -> Image.Image:
    """Decode a sheet, after its size was found to be what the table says.

    Args:
        coded: ``(bytes,)``, uint8.
        rows: how many seeds the table has.
        spec: the tile's size and how many stand in a row.

    Raises:
        TableError: this is no WebP picture, or it has another size.
    """
    size = _sheet_size(rows, spec)
    try:
        with Image.open(io.BytesIO(coded.tobytes()), formats=["WEBP"]) as picture:
            if picture.size == size:
                return picture.convert("RGB")
            got = f"{picture.size}"
    except (OSError, ValueError, SyntaxError, *_BOMBS) as error:
        raise TableError("thumbnails", expected="a WebP picture", got=f"{error}") from error
    raise TableError("thumbnails", expected=f"a sheet of {size} pixels", got=got)


def tile_box(row: int, spec: ThumbnailsSpec) -> tuple[int, int, int, int]:
    """Return where a row's tile lies on the sheet, as left, top, right and bottom in pixels."""
    down, across = divmod(row, spec.columns)
    width, height = spec.tile
    return across * width, down * height, (across + 1) * width, (down + 1) * height


def _sheet_size(rows: int, spec: ThumbnailsSpec) -> tuple[int, int]:
    if rows == 0:
        raise TableError("thumbnails", expected="one picture a seed", got="none")
    width, height = spec.columns * spec.tile[0], math.ceil(rows / spec.columns) * spec.tile[1]
    if max(width, height) > LARGEST_SIDE or width * height > _MOST_PIXELS:
        raise TableError(
            "spec.thumbnails",
            expected=f"a sheet of at most {LARGEST_SIDE} pixels a side, as WebP has it, "
            f"and {_MOST_PIXELS} in all",
            got=f"{width}x{height}",
            advice="Choose smaller tiles or another number of columns.",
        )
    return width, height
