from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from seedloupe.artifacts import TextRegion
from seedloupe.artifacts.view import around, whole
from seedloupe.geometry import Extent


def mask_of(width: int, height: int, x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    mask = np.zeros((height, width))
    mask[y0:y1, x0:x1] = 1
    return mask


def test_a_picture_within_the_limit_is_shown_as_it_is() -> None:
    assert around(mask_of(64, 48, 3, 3, 9, 9), 64) == whole(Extent(64, 48))


def test_a_small_mask_is_shown_in_full_size_with_its_surroundings() -> None:
    view = around(mask_of(300, 200, 280, 10, 290, 20), 64)
    assert view.window == view.shown == Extent(64, 64)
    assert (view.left, view.top) == (300 - 64, 0)


def test_a_large_mask_is_shown_shrunk_with_its_surroundings() -> None:
    view = around(mask_of(300, 200, 100, 50, 200, 150), 75)
    assert (view.left, view.top) == (75, 25)
    assert view.window == Extent(150, 150)
    assert view.shown == Extent(75, 75)


def test_what_is_shown_is_that_part_of_the_picture() -> None:
    image = torch.rand(3, 200, 300, generator=torch.Generator().manual_seed(0))
    view = around(mask_of(300, 200, 120, 90, 140, 110), 64)
    top, left = view.top, view.left
    assert torch.equal(view.of(image), image[:, top : top + 64, left : left + 64])


@pytest.mark.parametrize("side_limit", [40, 75, 128])
def test_a_dot_is_placed_where_it_is_in_the_picture(
    side_limit: int, text: Callable[..., TextRegion]
) -> None:
    image = torch.zeros(3, 200, 300)
    image[:, 96:104, 148:156] = 1
    view = around(mask_of(300, 200, 60, 50, 240, 150), side_limit)
    shown = view.of(image)[0].double()
    rows, columns = (
        torch.arange(shown.shape[0]).double() + 0.5,
        torch.arange(shown.shape[1]).double() + 0.5,
    )
    x = float((shown.sum(0) * columns).sum() / shown.sum())
    y = float((shown.sum(1) * rows).sum() / shown.sum())
    placed = view.place(text(x, y, x, y)).quad[0]
    assert placed == pytest.approx([152, 100], abs=0.1)
