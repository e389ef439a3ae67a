"""Features that go where the picture goes, and features that do not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from seedloupe.errors import InputError
from seedloupe.lens.views.cells import Cells, Spot, coverage
from seedloupe.lens.views.robustness import find_again, measure_robustness
from seedloupe.lens.views.transforms import KnownTransform, flip, known_transforms, rotate, shift

from .fields import disc, noise

CELL, HEIGHT, WIDTH = 4, 12, 16
SIZE = {"width": WIDTH * CELL, "height": HEIGHT * CELL}
EXACT = (flip(), rotate(), shift(2 * CELL, -CELL, **SIZE))
MASK = disc(HEIGHT * CELL, WIDTH * CELL, x=0.6, y=0.45, radius=0.2)


def picture() -> Tensor:
    """Colours that differ from cell to cell, and an object in red."""
    grain = 0.5 * noise(3, HEIGHT * CELL, WIDTH * CELL).sigmoid()
    red = torch.tensor([0.5, 0.0, 0.0])[:, None, None]
    return grain + red * MASK


def follows(image: Tensor) -> Tensor:
    """An extractor that sees what is there, wherever it is."""
    cells = functional.avg_pool2d(image, CELL)
    spread = functional.avg_pool2d(image.square(), CELL)
    return torch.cat([cells, spread]).round(decimals=6)


def tells_places(image: Tensor) -> Tensor:
    """An extractor that sees nothing but where a cell lies."""
    height, width = image.shape[1] // CELL, image.shape[2] // CELL
    places = Cells.of(torch.zeros(1, height, width)).places()
    waves = places.float() / torch.tensor([width, height]) @ noise(2, 16, seed=1) * 3
    code = torch.cat([waves.sin(), waves.cos()], dim=1)
    return code.mT.reshape(-1, height, width)


@pytest.mark.parametrize("transform", EXACT, ids=lambda t: t.name)
def test_features_that_follow_the_picture_are_found_again_always(
    transform: KnownTransform,
) -> None:
    (found,) = measure_robustness(follows, picture(), mask=MASK, transforms=[transform])
    assert found.landed == 1
    assert found.found
    assert found.cells == int((coverage(MASK, height=HEIGHT, width=WIDTH) >= 0.5).sum())


@pytest.mark.parametrize("transform", EXACT, ids=lambda t: t.name)
def test_features_of_place_alone_are_found_again_by_chance(transform: KnownTransform) -> None:
    mask = torch.ones(HEIGHT * CELL, WIDTH * CELL)
    (found,) = measure_robustness(tells_places, picture(), mask=mask, transforms=[transform])
    assert found.chance == pytest.approx(1 / (HEIGHT * WIDTH))
    assert found.landed <= 4 * found.chance


def test_the_same_call_gives_the_same_numbers() -> None:
    found = [
        measure_robustness(
            tells_places, picture(), mask=MASK, transforms=known_transforms(**SIZE, cell=CELL)
        )
        for _ in range(2)
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize("transform", known_transforms(**SIZE, cell=CELL), ids=lambda t: t.name)
def test_every_transform_takes_a_spot_where_it_says(transform: KnownTransform) -> None:
    row, column = 20, 37
    dot = torch.full((3, HEIGHT * CELL, WIDTH * CELL), 0.5)
    dot[:, row - 1 : row + 2, column - 1 : column + 2] = 1
    moved = transform.picture(dot)[0] - 0.5
    height, width = moved.shape
    spot = transform.place(Spot((column + 0.5) / dot.shape[2], (row + 0.5) / dot.shape[1]))
    assert spot is not None
    rows, columns = torch.arange(height) + 0.5, torch.arange(width) + 0.5
    mass = moved.sum()
    assert float((moved.sum(dim=0) * columns).sum() / mass) == pytest.approx(
        spot.x * width, abs=0.1
    )
    assert float((moved.sum(dim=1) * rows).sum() / mass) == pytest.approx(spot.y * height, abs=0.1)


def test_one_transform_of_each_kind_is_known() -> None:
    names = [transform.name for transform in known_transforms(**SIZE, cell=CELL)]
    assert names == ["flip", "rotate", "shift", "crop", "pad", "scale"]


def test_what_leaves_the_picture_is_not_asked_for() -> None:
    away = shift(WIDTH * CELL // 2, 0, **SIZE)
    assert away.place(Spot(0.6, 0.5)) is None
    right = disc(HEIGHT * CELL, WIDTH * CELL, x=0.5, radius=0.2)
    (found,) = measure_robustness(follows, picture(), mask=right, transforms=[away])
    inside = coverage(right, height=HEIGHT, width=WIDTH) >= 0.5
    assert found.cells == int(inside[:, : WIDTH // 2].sum())
    with pytest.raises(InputError, match="covered by half"):
        find_again(follows(picture()), follows(picture()), mask=MASK, place=lambda spot: None)
    with pytest.raises(InputError, match="covered by half"):
        find_again(follows(picture()), follows(picture()), mask=torch.zeros(6, 6))


def test_other_steps_are_compared_where_the_cells_are() -> None:
    values = noise(8, HEIGHT, WIDTH)
    same = find_again(values, values + 0.05 * noise(8, HEIGHT, WIDTH, seed=1), mask=MASK)
    assert same.landed == 1
    other = find_again(values, noise(8, HEIGHT, WIDTH, seed=2), mask=MASK)
    assert other.landed < 0.2


def test_slack_lets_neighbours_count() -> None:
    values = noise(8, HEIGHT, WIDTH)
    moved = values.roll(1, dims=2)
    inner = torch.zeros(HEIGHT, WIDTH)
    inner[4:8, 4:8] = 1
    strict, slack = (find_again(values, moved, mask=inner, slack=n) for n in (0, 1))
    assert (strict.landed, slack.landed) == (0, 1)
    assert slack.chance == pytest.approx(9 * strict.chance)
