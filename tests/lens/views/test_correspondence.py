"""Best matches between two maps."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError, ShapeError
from seedloupe.lens.views.cells import Spot
from seedloupe.lens.views.correspondence import SpotMatch, find_matches, grid_of_spots, pck
from seedloupe.lens.views.match_picture import draw_matches
from seedloupe.lens.views.palette import colour_of
from seedloupe.lens.views.similarity import Measure

from .fields import noise

CHANNELS, HEIGHT, WIDTH = 12, 6, 9


def cell(row: int, column: int) -> Spot:
    return Spot.of_cell(row, column, height=HEIGHT, width=WIDTH)


@pytest.mark.parametrize(
    "measure", [Measure.COSINE, Measure.CENTRED_COSINE, Measure.L2, Measure.L1]
)
def test_a_mirrored_map_is_matched_cell_by_cell(measure: Measure) -> None:
    values = noise(CHANNELS, HEIGHT, WIDTH)
    for match in find_matches(values, values.flip(2), measure=measure):
        assert match.target.x == pytest.approx(1 - match.source.x)
        assert match.target.y == match.source.y
        assert match.mutual


def test_matches_are_those_a_loop_finds() -> None:
    here, there = noise(CHANNELS, HEIGHT, WIDTH), noise(CHANNELS, 5, 4, seed=1)
    cosine = torch.nn.functional.cosine_similarity
    asked, looked = here.flatten(1).mT, there.flatten(1).mT
    for number, match in enumerate(find_matches(here, there)):
        alike = [float(cosine(asked[number], one, dim=0)) for one in looked]
        best = max(range(len(alike)), key=alike.__getitem__)
        back = [float(cosine(looked[best], one, dim=0)) for one in asked]
        assert match.target == Spot.of_cell(best // 4, best % 4, height=5, width=4)
        assert match.similarity == pytest.approx(alike[best], abs=1e-6)
        assert match.mutual == (max(range(len(back)), key=back.__getitem__) == number)


def test_a_match_back_to_another_cell_is_not_mutual() -> None:
    here, there = torch.zeros(2, 1, 3), torch.zeros(2, 1, 3)
    here[:, 0, 0], here[:, 0, 1] = torch.tensor([1.0, 0]), torch.tensor([0.9, 0.1])
    there[:, 0, 2] = torch.tensor([1.0, 0.0])
    first, second, _ = find_matches(here, there)
    assert (first.target, first.mutual) == (Spot.of_cell(0, 2, height=1, width=3), True)
    assert (second.target, second.mutual) == (first.target, False)


def test_cells_that_are_not_finite_never_match() -> None:
    values = noise(CHANNELS, HEIGHT, WIDTH)
    broken = values.clone()
    broken[:, 2, 3] = torch.nan
    assert cell(2, 3) not in [match.target for match in find_matches(values, broken)]
    assert len(find_matches(broken, values)) == HEIGHT * WIDTH - 1
    with pytest.raises(InputError, match="finite cells"):
        find_matches(broken, values, spots=[cell(2, 3)])
    with pytest.raises(InputError, match="a finite cell"):
        find_matches(values, torch.full_like(values, torch.nan))


def test_maps_of_other_channels_do_not_match() -> None:
    with pytest.raises(ShapeError):
        find_matches(noise(CHANNELS, 2, 2), noise(3, 2, 2))


def waves(*, right: float) -> Tensor:
    """Features whose cosine is all but a parabola of how far apart two cells are."""
    down, across = torch.arange(HEIGHT) * 1.0, torch.arange(WIDTH) * 1.0 + right
    rows, columns = torch.meshgrid(down, across, indexing="ij")
    return torch.stack([f(x / 4) for x in (rows, columns) for f in (torch.sin, torch.cos)])


@pytest.mark.parametrize("right", [-0.4, 0.0, 0.3])
def test_refining_finds_where_between_the_cells_the_match_lies(right: float) -> None:
    (match,) = find_matches(waves(right=0), waves(right=right), spots=[cell(2, 4)], refine=True)
    assert match.target.x * WIDTH == pytest.approx(4.5 - right, abs=0.005)
    assert match.target.y * HEIGHT == pytest.approx(2.5, abs=0.005)


def test_refining_stays_in_the_picture_and_near_its_cell() -> None:
    here, there = noise(CHANNELS, HEIGHT, WIDTH), noise(CHANNELS, 5, 4, seed=1)
    there[:, 2, 2] = torch.nan
    plain = find_matches(here, there)
    for one, other in zip(plain, find_matches(here, there, refine=True), strict=True):
        assert abs(one.target.x - other.target.x) * 4 <= 0.5
        assert abs(one.target.y - other.target.y) * 5 <= 0.5
        assert 0 <= other.target.x <= 1


def test_spots_stand_on_a_grid() -> None:
    assert len(grid_of_spots(6, 9)) == 54
    assert grid_of_spots(6, 9, every=3)[0] == cell(1, 1)
    assert len(grid_of_spots(6, 9, every=3)) == 6


def test_keypoints_are_correct_up_to_a_share_of_the_picture() -> None:
    true = [Spot(0.5, 0.5)] * 4
    found = [Spot(0.5, 0.5), Spot(0.59, 0.5), Spot(0.5, 0.69), Spot(0.5, 0.71)]
    result = pck(found, true, size=(200, 100), alpha=0.1)
    assert result.limit == 20
    assert result.hits == (True, True, True, False)
    assert result.share == 0.75
    assert result.distances == pytest.approx((0, 18, 19, 21))
    assert pck(found, true, size=(200, 100), reference=100).share == 0.25


def test_keypoints_have_to_come_in_pairs() -> None:
    with pytest.raises(InputError, match="1 found and 0 true"):
        pck([Spot(0, 0)], [], size=(8, 8))
    with pytest.raises(InputError):
        pck([], [], size=(8, 8))


def test_lines_go_from_spot_to_match() -> None:
    one, other = torch.zeros(3, 20, 30), torch.ones(3, 40, 40)
    match = SpotMatch(Spot(0.5, 0.5), Spot(0.25, 0.75), 1.0, mutual=True)
    sheet = draw_matches(one, other, matches=[match], height=100)
    assert sheet.shape == (3, 100, 150 + 8 + 100)
    first = torch.tensor(colour_of(0)) / 255
    for x, y in ((75, 50), (158 + 25, 75)):
        torch.testing.assert_close(sheet[:, y, x], first)
    assert (sheet[:, 0, 0] == 0).all()
    assert (sheet[:, 0, -1] == 1).all()


def test_a_doubtful_line_is_grey() -> None:
    def drawn(*, mutual: bool) -> Tensor:
        match = SpotMatch(Spot(0.1, 0.5), Spot(0.9, 0.5), 1.0, mutual=mutual)
        return draw_matches(torch.zeros(3, 8, 8), torch.zeros(3, 8, 8), matches=[match])[
            :, 128, 100
        ]

    assert drawn(mutual=True).unique().numel() == 3
    assert drawn(mutual=False).unique().numel() == 1


def test_pictures_of_another_layout_are_refused() -> None:
    with pytest.raises(ShapeError):
        draw_matches(torch.zeros(1, 8, 8), torch.zeros(3, 8, 8), matches=[])


def test_numbers_keep_their_colours() -> None:
    assert colour_of(-1) == (0, 0, 0)
    assert len({colour_of(number) for number in range(40)}) == 40
