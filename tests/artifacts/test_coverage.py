from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from seedloupe.artifacts.coverage import cover, overlap
from seedloupe.errors import ShapeError
from seedloupe.geometry import Extent

EXTENT = Extent(90, 70)


def rectangle(
    x: float, y: float, width: float, height: float, degrees: float = 0.0
) -> NDArray[np.float64]:
    """The corners of a rectangle around ``x, y``."""
    half = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (width / 2, height / 2)
    turn = math.radians(degrees)
    rotation = np.array([(math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))])
    return half @ rotation + (x, y)


def supersampled(quads: list[NDArray[np.float64]], extent: Extent, samples: int = 12) -> float:
    """The area of a union of convex quads, by asking every sample which side of each edge it is."""
    xs = (np.arange(extent.width * samples) + 0.5) / samples
    ys = (np.arange(extent.height * samples) + 0.5) / samples
    points = np.stack(np.meshgrid(xs, ys), axis=-1)
    inside = np.zeros(points.shape[:2], bool)
    for quad in quads:
        edges = np.roll(quad, -1, axis=0) - quad
        sides = [
            edge[0] * (points[..., 1] - start[1]) - edge[1] * (points[..., 0] - start[0])
            for edge, start in zip(edges, quad, strict=True)
        ]
        inside |= np.all(np.stack(sides) >= 0, axis=0) | np.all(np.stack(sides) <= 0, axis=0)
    return float(inside.sum()) / samples**2


def painted(quads: list[NDArray[np.float64]], extent: Extent, samples: int = 16) -> np.ndarray:
    """Shares of the pixels under a union of quads as Pillow paints it, enlarged."""
    picture = Image.new("1", (extent.width * samples, extent.height * samples))
    for quad in quads:
        # Pillow's points are pixels, whose middles lie half a pixel from their edges.
        ImageDraw.Draw(picture).polygon([tuple(c) for c in (quad * samples - 0.5).tolist()], 1)
    fine = np.asarray(picture, np.float64)
    return fine.reshape(extent.height, samples, extent.width, samples).mean(axis=(1, 3))


@pytest.mark.parametrize("degrees", [0, 7, 30, 45, 90, 133, 180])
@pytest.mark.parametrize("size", [(40, 8), (21.3, 8.7), (5.5, 30)])
def test_area_of_a_rotated_quad_is_width_times_height(
    degrees: float, size: tuple[float, float]
) -> None:
    quad = rectangle(45.3, 34.6, *size, degrees)
    assert cover([quad], EXTENT).area == pytest.approx(size[0] * size[1], rel=0.005)


def test_overlapping_quads_are_counted_once() -> None:
    quads = [rectangle(40, 30, 30, 20), rectangle(50, 35, 30, 20)]
    assert cover(quads, EXTENT).area == pytest.approx(2 * 600 - 20 * 15, rel=1e-9)
    assert cover([quads[0], quads[0]], EXTENT).area == pytest.approx(600, rel=1e-9)


def test_a_quad_within_another_adds_nothing() -> None:
    quads = [rectangle(45, 35, 40, 30, 20), rectangle(45, 35, 10, 6, 50)]
    assert cover(quads, EXTENT).area == pytest.approx(1200, rel=0.002)


def test_quads_that_meet_within_a_pixel_leave_no_gap() -> None:
    left, right = rectangle(20.25, 30, 20.5, 8), rectangle(40.5, 30, 20, 8)
    assert cover([left, right], EXTENT).area == pytest.approx(8 * 40.5, rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_union_of_random_quads_agrees_with_supersampling(seed: int) -> None:
    rng = np.random.default_rng(seed)
    quads = [
        rectangle(
            *rng.uniform((-5, -5), (95, 75)), *rng.uniform(8, 45, 2), float(rng.uniform(0, 180))
        )
        for _ in range(5)
    ]
    assert cover(quads, EXTENT).area == pytest.approx(supersampled(quads, EXTENT), rel=0.01)


@pytest.mark.parametrize("count", [1, 4, 30])
@pytest.mark.parametrize("seed", range(10))
def test_text_under_a_soft_mask_agrees_with_pillow(seed: int, count: int) -> None:
    rng = np.random.default_rng([seed, count])
    quads = []
    for _ in range(count):
        # Lines of text, in perspective and reaching beyond every side of the picture.
        height = float(rng.uniform(8, 24))
        centre, width = rng.uniform((0, 0), EXTENT), float(rng.uniform(2, 6)) * height
        line = rectangle(*centre, width, height, float(rng.uniform(0, 360)))
        quads.append(line + rng.uniform(-0.1, 0.1, (4, 2)) * height)
    y, x = np.mgrid[: EXTENT.height, : EXTENT.width]
    soft = 1 / (1 + np.exp((np.hypot(x - 45, y - 35) - 25) / rng.uniform(0.5, 4)))
    for mask in (np.ones(soft.shape), soft, (soft > 0.5).astype(np.float64)):
        truth = float((painted(quads, EXTENT) * mask).sum())
        if truth >= 64:
            # Pillow paints its outline too, half a sixteenth of a pixel wide.
            assert cover(quads, EXTENT).weigh(mask) == pytest.approx(truth, rel=0.01)


def test_only_the_part_within_the_picture_counts() -> None:
    assert cover([rectangle(0, 10, 20, 8)], EXTENT).area == pytest.approx(80, rel=1e-9)
    assert cover([rectangle(90, 70, 10, 10)], EXTENT).area == pytest.approx(25, rel=1e-9)
    assert cover([rectangle(45, 35, 500, 500, 30)], EXTENT).area == EXTENT.area


@pytest.mark.parametrize("centre", [(-30, 10), (120, 10), (40, -30), (40, 200)])
def test_a_quad_beyond_the_picture_covers_nothing(centre: tuple[float, float]) -> None:
    outside = rectangle(*centre, 20, 10, 10)
    assert cover([outside], EXTENT).area == 0
    within = rectangle(45, 35, 20, 10)
    assert cover([outside, within], EXTENT).area == pytest.approx(200, rel=1e-9)


def test_no_quads_cover_nothing() -> None:
    assert cover([], EXTENT).area == 0


def test_the_direction_of_the_corners_does_not_matter() -> None:
    quad = rectangle(45, 35, 31, 12, 25)
    assert cover([quad], EXTENT).area == pytest.approx(cover([quad[::-1]], EXTENT).area, rel=1e-9)


def test_each_pixel_has_its_own_share() -> None:
    patch = cover([np.array([(2.25, 3), (4.5, 3), (4.5, 4.5), (2.25, 4.5)])], EXTENT)
    assert (patch.left, patch.top) == (2, 3)
    expected = [[0.75, 1, 0.5], [0.375, 0.5, 0.25]]
    np.testing.assert_allclose(patch.shares, expected, atol=1e-9)


def test_weights_are_taken_from_under_the_patch() -> None:
    weights = np.zeros((EXTENT.height, EXTENT.width))
    weights[30:40, 45:] = 0.5
    assert cover([rectangle(45, 35, 20, 10)], EXTENT).weigh(weights) == pytest.approx(50)


def test_shares_stay_between_nothing_and_all() -> None:
    quads = [rectangle(45, 35, 50, 30, angle) for angle in range(0, 180, 9)]
    shares = cover(quads, EXTENT).shares
    assert shares.min() >= 0
    assert shares.max() == 1


def test_overlap_is_the_share_of_the_smaller_quad() -> None:
    large, small = rectangle(40, 30, 40, 20), rectangle(60, 30, 10, 10)
    assert overlap(large, small, EXTENT) == pytest.approx(0.5, rel=1e-6)
    assert overlap(small, large, EXTENT) == pytest.approx(0.5, rel=1e-6)
    assert overlap(large, rectangle(80, 60, 10, 10), EXTENT) == 0


def test_a_corner_that_is_no_number_is_refused() -> None:
    with pytest.raises(ShapeError, match="NaN"):
        cover([np.array([(0, 0), (1, 0), (1, math.nan), (0, 1)])], EXTENT)
