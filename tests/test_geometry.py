"""Boxes, and what they are drawn around."""

from __future__ import annotations

import math

import pytest
from numpy.typing import ArrayLike

from seedloupe.errors import ShapeError
from seedloupe.geometry import Box, Extent, bounding_box

EXTENT = Extent(width=64, height=48)


def test_a_box_beyond_another_meets_it_nowhere() -> None:
    assert Box(0, 0, 2, 2).intersection(Box(5, 5, 9, 9)).area == 0


def test_boxes_share_their_common_part() -> None:
    assert Box(0, 0, 4, 6).intersection(Box(1, 2, 9, 9)) == Box(1, 2, 4, 6)
    assert Box(1, 2, 4, 6).area == 12


def test_a_box_follows_a_stretched_picture() -> None:
    assert Box(1, 2, 3, 4).scaled(8, 0.5) == Box(8, 1, 24, 2)


def test_an_extent_counts_its_pixels() -> None:
    assert EXTENT.area == 64 * 48


def test_the_bounding_box_touches_the_outermost_corners() -> None:
    assert bounding_box([(3, 1), (8, 4), (5, 9)]) == Box(3, 1, 8, 9)


@pytest.mark.parametrize(
    "polygon", [[(1, 2), (3, 4)], [(1, 2, 3)] * 3, [1, 2, 3], [(0, 0), (1, math.nan), (1, 1)]]
)
def test_what_is_no_polygon_is_refused(polygon: ArrayLike) -> None:
    with pytest.raises(ShapeError, match="polygon"):
        bounding_box(polygon)
