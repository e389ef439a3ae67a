from __future__ import annotations

import math

import numpy as np
import pytest

from seedloupe.artifacts import TextRegion
from seedloupe.errors import InputError, ShapeError

QUAD = np.array([(0, 0), (20, 0), (20, 6), (0, 6)], np.float32)


def test_height_is_the_shorter_side_whichever_way_the_text_runs() -> None:
    assert TextRegion(QUAD, "x", 1).height == pytest.approx(6)
    assert TextRegion(np.roll(QUAD, 1, axis=0), "x", 1).height == pytest.approx(6)


def test_corners_are_an_own_copy_nobody_can_change() -> None:
    corners = QUAD.copy()
    region = TextRegion(corners, "x", 1)
    corners[0, 0] = 9
    assert region.quad[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        region.quad[0, 0] = 9


def test_three_corners_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"expected shape \(4, 2\), got \(3, 2\)"):
        TextRegion(QUAD[:3], "x", 1)


def test_a_corner_that_is_no_number_is_refused() -> None:
    with pytest.raises(ShapeError, match="finite"):
        TextRegion(QUAD * math.nan, "x", 1)


@pytest.mark.parametrize("wrong", [-0.1, 1.5, math.nan])
def test_confidence_beyond_its_range_is_refused(wrong: float) -> None:
    with pytest.raises(InputError, match="confidence: expected a number from 0 to 1"):
        TextRegion(QUAD, "x", wrong)
    with pytest.raises(InputError, match="detection"):
        TextRegion(QUAD, "x", 0.5, wrong)
