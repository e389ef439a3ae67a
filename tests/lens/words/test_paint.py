"""Word maps as pictures."""

from __future__ import annotations

import pytest
import torch

from seedloupe.errors import ShapeError
from seedloupe.lens.words import heat_colours, overlay


def test_more_is_lighter() -> None:
    colours = heat_colours(torch.linspace(0, 1, 60).reshape(6, 10))
    assert colours.shape == (3, 6, 10)
    light = (torch.tensor([0.2126, 0.7152, 0.0722])[:, None] * colours.flatten(1)).sum(0)
    assert (light.diff() > 0).all()
    assert 0 <= colours.min() <= colours.max() <= 1


def test_the_brightest_place_is_where_the_map_is_largest() -> None:
    values = torch.zeros(2, 3)
    values[1, 0] = 0.02
    painted = overlay(torch.full((3, 16, 24), 0.5), values, strength=1)
    row, column = divmod(int(painted.sum(0).argmax()), 24)
    assert row >= 8
    assert column < 8


def test_without_strength_the_picture_stays() -> None:
    picture = torch.rand(3, 16, 24)
    torch.testing.assert_close(overlay(picture, torch.rand(2, 3), strength=0), picture)


def test_a_map_that_is_the_same_everywhere_points_nowhere() -> None:
    painted = overlay(torch.zeros(3, 4, 6), torch.full((2, 3), 0.3), strength=1)
    torch.testing.assert_close(painted, heat_colours(torch.zeros(4, 6)))


def test_other_layouts_are_refused() -> None:
    with pytest.raises(ShapeError, match="picture"):
        overlay(torch.zeros(4, 6), torch.zeros(2, 3))
    with pytest.raises(ShapeError, match="values"):
        overlay(torch.zeros(3, 4, 6), torch.zeros(1, 2, 3))
