from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from seedloupe.artifacts import TextRegion
from seedloupe.artifacts.view import View, around, whole_view
from seedloupe.geometry import Extent


def mask_of(width: int, height: int, x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    mask = np.zeros((height, width))
    mask[y0:y1, x0:x1] = 1
    return mask


def test_only_the_surroundings_of_the_mask_are_shown() -> None:
    view = around(mask_of(900, 700, 300, 200, 500, 300), 1024)
    assert (view.left, view.top) == (250, 175)
    assert view.window == view.shown == Extent(300, 150)


def test_surroundings_end_where_the_picture_does() -> None:
    view = around(mask_of(900, 700, 0, 500, 880, 700), 1024)
    assert (view.left, view.top, view.window) == (0, 450, Extent(900, 250))


def test_a_full_mask_is_shown_as_the_whole_picture() -> None:
    assert around(np.ones((300, 400)), 1024) == whole_view(Extent(400, 300))


def test_the_margin_is_never_less_than_the_beginning_of_a_line() -> None:
    view = around(mask_of(900, 700, 300, 200, 490, 210), 1024)
    assert (view.left, view.top, view.window) == (252, 176, Extent(286, 58))


def test_a_small_window_is_enlarged_but_no_more_than_twice() -> None:
    tiny = around(mask_of(300, 200, 100, 100, 110, 104), 1024)
    assert tiny.window == Extent(58, 52)
    assert tiny.shown == Extent(116, 104)
    small = around(mask_of(300, 200, 100, 100, 180, 110), 1024)
    assert small.window == Extent(128, 58)
    assert small.shown == Extent(192, 87)


def test_no_side_is_longer_than_the_limit() -> None:
    assert around(mask_of(300, 200, 100, 100, 110, 104), 64).shown == Extent(64, 57)
    large = around(mask_of(300, 200, 100, 50, 200, 150), 75)
    assert (large.left, large.top, large.window) == (75, 25, Extent(150, 150))
    assert large.shown == Extent(75, 75)
    assert max(around(np.ones((9, 3000)), 64).shown) == 64


def test_parts_of_a_mask_are_shown_in_one_window() -> None:
    mask = mask_of(900, 700, 100, 100, 140, 140) + mask_of(900, 700, 700, 500, 740, 540)
    view = around(mask, 1024)
    assert (view.left, view.top) == (0, 0)
    assert view.window == Extent(900, 650)


def test_what_is_shown_is_that_part_of_the_picture() -> None:
    image = torch.rand(3, 400, 500, generator=torch.Generator().manual_seed(0))
    view = around(mask_of(500, 400, 120, 90, 320, 210), 1024)
    top, left = view.top, view.left
    assert torch.equal(view.of(image), image[:, top : top + 180, left : left + 300])


@pytest.mark.parametrize("side_limit", [40, 75, 128, 512])
@pytest.mark.parametrize("span", [(60, 50, 240, 150), (140, 90, 160, 110)])
def test_a_dot_is_placed_where_it_is_in_the_picture(
    side_limit: int, span: tuple[int, int, int, int], text: Callable[..., TextRegion]
) -> None:
    image = torch.zeros(3, 200, 300)
    image[:, 96:104, 148:156] = 1
    view = around(mask_of(300, 200, *span), side_limit)
    shown = view.of(image)[0].double()
    rows, columns = (
        torch.arange(shown.shape[0]).double() + 0.5,
        torch.arange(shown.shape[1]).double() + 0.5,
    )
    x = float((shown.sum(0) * columns).sum() / shown.sum())
    y = float((shown.sum(1) * rows).sum() / shown.sum())
    placed = view.place(text(x, y, x, y)).quad[0]
    assert placed == pytest.approx([152, 100], abs=0.1)


@pytest.mark.parametrize("seed", range(8))
def test_corners_go_into_a_window_and_back_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    left, top = rng.integers(0, 900, 2)
    window, shown = (Extent(*rng.integers(20, 1000, 2).tolist()) for _ in range(2))
    view = View(int(left), int(top), window, shown)
    quad = rng.uniform(-20, 1000, (4, 2))
    # The window's corners are the shown picture's, so a point keeps its share of each side.
    inside = (quad - (left, top)) / (window.width, window.height) * (shown.width, shown.height)
    placed = view.place(TextRegion(inside, "CAFE", 0.9)).quad
    np.testing.assert_allclose(placed, quad, atol=2e-3)
