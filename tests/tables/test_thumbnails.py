"""The sheet of thumbnails is what the spec says, or it is refused before it is decoded."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from seedloupe.errors import TableError
from seedloupe.tables import ThumbnailsSpec, draw_sheet
from seedloupe.tables.thumbnails import open_sheet, tile_box

from ..seed_tables import TILE, tile_picture


def test_tiles_fill_the_sheet_row_by_row() -> None:
    assert tile_box(0, TILE) == (0, 0, 24, 16)
    assert tile_box(2, TILE) == (48, 0, 72, 16)
    assert tile_box(4, TILE) == (24, 16, 48, 32)


def test_the_sheet_has_room_for_the_last_row() -> None:
    sheet = draw_sheet([tile_picture(row) for row in range(7)], TILE)
    assert sheet.dtype == np.uint8
    assert open_sheet(sheet, 7, TILE).size == (72, 48)


def test_the_same_pictures_give_the_same_sheet() -> None:
    pictures = [tile_picture(row) for row in range(4)]
    assert np.array_equal(draw_sheet(pictures, TILE), draw_sheet(pictures, TILE))


def test_a_sheet_of_another_size_is_refused() -> None:
    sheet = draw_sheet([tile_picture(0)] * 7, TILE)
    with pytest.raises(TableError, match=r"thumbnails: expected a sheet of \(72, 64\) pixels"):
        open_sheet(sheet, 10, TILE)


def coded(picture: Image.Image, kind: str) -> np.ndarray:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return np.frombuffer(buffer.getvalue(), np.uint8)


@pytest.mark.parametrize(
    "sheet",
    [
        np.zeros(100, np.uint8),
        coded(Image.new("RGB", (72, 48)), "PNG"),
        draw_sheet([tile_picture(0)] * 7, TILE)[:40],
    ],
    ids=["zeros", "PNG", "cut short"],
)
def test_what_is_no_webp_picture_is_refused(sheet: np.ndarray) -> None:
    with pytest.raises(TableError, match="thumbnails: expected a WebP picture"):
        open_sheet(sheet, 7, TILE)


def test_no_pictures_make_no_sheet() -> None:
    with pytest.raises(TableError, match="thumbnails: expected one picture a seed, got none"):
        draw_sheet([], TILE)


def test_a_sheet_webp_cannot_hold_is_refused_before_it_is_drawn() -> None:
    wide = ThumbnailsSpec((512, 512), 100)
    with pytest.raises(TableError, match=r"at most 16383 pixels a side.*, got 51200x512"):
        draw_sheet([tile_picture(0)], wide)
    with pytest.raises(TableError, match="at most 16383 pixels"):
        open_sheet(np.zeros(9, np.uint8), 1, wide)


@pytest.mark.parametrize("side", [11_000, 16_383])
def test_a_picture_that_claims_to_be_huge_is_refused_undecoded(side: int) -> None:
    """Above one limit Pillow warns, which is an error here; above another it refuses."""
    coded = io.BytesIO()
    Image.new("RGB", (8, 8)).save(coded, "WEBP", lossless=True)
    picture = bytearray(coded.getvalue())
    picture[21:25] = struct.pack("<I", (side - 1) | (side - 1) << 14)
    with pytest.raises(TableError, match="thumbnails: expected a WebP picture"):
        open_sheet(np.frombuffer(bytes(picture), np.uint8), 1, ThumbnailsSpec((8, 8), 1))
