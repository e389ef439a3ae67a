"""Areas and coverage against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import ArrayLike

from seedloupe.errors import ShapeError
from seedloupe.geometry import Box, Extent, bounding_box, polygon_area, rasterise

EXTENT = Extent(width=64, height=48)


def turned(width: float, height: float, x: float, y: float, degrees: float) -> np.ndarray:
    """Corners of a rectangle around (x, y), turned."""
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [width / 2, height / 2]
    return corners @ turn + [x, y]


def test_a_box_beyond_another_meets_it_nowhere() -> None:
    assert Box(0, 0, 2, 2).intersection(Box(5, 5, 9, 9)).area == 0


def test_boxes_share_their_common_part() -> None:
    assert Box(0, 0, 4, 6).intersection(Box(1, 2, 9, 9)) == Box(1, 2, 4, 6)
    assert Box(1, 2, 4, 6).area == 12


def test_a_box_follows_a_stretched_picture() -> None:
    assert Box(1, 2, 3, 4).scaled(8, 0.5) == Box(8, 1, 24, 2)


def test_an_extent_counts_its_pixels() -> None:
    assert EXTENT.area == 64 * 48


@pytest.mark.parametrize("degrees", [0, 17, 45, 90, 133])
def test_the_area_of_a_turned_rectangle_is_width_times_height(degrees: float) -> None:
    assert polygon_area(turned(20, 7, 1e6, 30, degrees)) == pytest.approx(140)


def test_the_area_does_not_depend_on_the_direction() -> None:
    quad = turned(20, 7, 30, 30, 20)
    assert polygon_area(quad[::-1]) == pytest.approx(polygon_area(quad))


def test_the_bounding_box_touches_the_outermost_corners() -> None:
    assert bounding_box([(3, 1), (8, 4), (5, 9)]) == Box(3, 1, 8, 9)


def test_whole_pixels_are_covered_exactly_once() -> None:
    shares = rasterise([(2, 3), (7, 3), (7, 5), (2, 5)], EXTENT)
    expected = np.zeros((48, 64), np.float32)
    expected[3:5, 2:7] = 1
    np.testing.assert_array_equal(shares, expected)
    assert shares.dtype == np.float32


def test_neighbours_along_a_slanted_edge_cover_no_pixel_twice() -> None:
    left = rasterise([(0, 0), (40, 0), (10, 48), (0, 48)], EXTENT)
    right = rasterise([(40, 0), (64, 0), (64, 48), (10, 48)], EXTENT)
    np.testing.assert_array_equal(left + right, np.ones((48, 64)))


@pytest.mark.parametrize("degrees", [0, 8, 30, 45, 77])
@pytest.mark.parametrize("size", [(30, 12), (14, 9), (40, 5)])
def test_fine_sampling_finds_areas_to_one_percent(
    size: tuple[float, float], degrees: float
) -> None:
    quad = turned(*size, 31.3, 24.6, degrees)
    shares = rasterise(quad, EXTENT, samples=8)
    assert shares.sum() == pytest.approx(polygon_area(quad), rel=0.01)


def test_what_lies_outside_the_picture_does_not_count() -> None:
    shares = rasterise([(-10, -10), (5, -10), (5, 4), (-10, 4)], EXTENT, samples=4)
    assert shares.sum() == pytest.approx(20)


@pytest.mark.parametrize(
    "polygon",
    [
        [(70, 50), (80, 50), (80, 60)],
        [(5, 5), (5, 5), (5, 5)],
        [(3, 3), (9, 3), (3, 3)],
    ],
)
def test_polygons_beside_the_picture_or_without_area_cover_nothing(polygon: ArrayLike) -> None:
    assert not rasterise(polygon, EXTENT).any()


@pytest.mark.parametrize(
    "polygon", [[(1, 2), (3, 4)], [(1, 2, 3)] * 3, [1, 2, 3], [(0, 0), (1, math.nan), (1, 1)]]
)
def test_what_is_no_polygon_is_refused(polygon: ArrayLike) -> None:
    for function in (polygon_area, bounding_box):
        with pytest.raises(ShapeError, match="polygon"):
            function(polygon)
    with pytest.raises(ShapeError, match="polygon"):
        rasterise(polygon, EXTENT)
