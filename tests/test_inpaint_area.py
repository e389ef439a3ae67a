"""The way to the part a model repaints and back: the web UI's pixels, and not one bit elsewhere."""

from __future__ import annotations

import math

import pytest
import torch

from seedloupe.errors import InputError, MaskError, ShapeError
from seedloupe.images import in_8_bits
from seedloupe.inpaint_area import (
    InpaintArea,
    area_around,
    cut_out,
    largest_area,
    masked_box,
    paste_back,
    soften_mask,
)


def boxed(size: tuple[int, int], box: tuple[int, int, int, int]) -> torch.Tensor:
    """A mask ``(H, W)`` of one box, for a picture of a width and a height."""
    mask = torch.zeros(size[1], size[0])
    InpaintArea(*box).of(mask).fill_(1)
    return mask


def picture(size: tuple[int, int], seed: int = 1) -> torch.Tensor:
    """Noise of 8 bits, ``(3, H, W)``."""
    values = torch.rand(3, size[1], size[0], generator=torch.Generator().manual_seed(seed))
    return in_8_bits(values)


def blurred_by_hand(mask: torch.Tensor, radius: float) -> torch.Tensor:
    """The blur written out: every weight of every pixel, mirrored without the border itself."""
    reach = int(2.5 * radius + 0.5)
    weights = [math.exp(-(d**2) / (2 * radius**2)) for d in range(-reach, reach + 1)]

    def mirrored(at: int, length: int) -> int:
        while not 0 <= at < length:
            at = -at if at < 0 else 2 * (length - 1) - at
        return at

    def along(rows: list[list[float]]) -> list[list[float]]:
        return [
            [
                round(
                    255
                    * sum(
                        w * row[mirrored(x + d, len(row))]
                        for w, d in zip(weights, range(-reach, reach + 1), strict=True)
                    )
                    / sum(weights)
                )
                / 255
                for x in range(len(row))
            ]
            for row in rows
        ]

    across = torch.tensor(along(mask.tolist()))
    return torch.tensor(along(across.mT.tolist())).mT


@pytest.mark.parametrize("radius", [0.6, 2, 5])
@pytest.mark.parametrize("box", [(6, 3, 14, 9), (0, 0, 5, 13), (16, 12, 17, 13)])
def test_soft_edges_are_the_gaussian_written_out(
    radius: float, box: tuple[int, int, int, int]
) -> None:
    mask = boxed((17, 13), box)
    found = soften_mask(mask, radius)
    # A sum that lies on the edge between two of 255 values may fall to either side.
    torch.testing.assert_close(found, blurred_by_hand(mask, radius), atol=1.01 / 255, rtol=0)
    assert ((found * 255) - (found * 255).round()).abs().max() < 1e-4


def test_a_mask_of_all_or_nothing_stays_one_and_so_does_one_without_a_radius() -> None:
    for mask in (torch.ones(13, 17), torch.zeros(13, 17), boxed((17, 13), (2, 3, 9, 8))):
        torch.testing.assert_close(soften_mask(mask, 0), mask)
    torch.testing.assert_close(soften_mask(torch.ones(13, 17), 4), torch.ones(13, 17))
    assert not soften_mask(torch.zeros(13, 17), 4).any()


def test_soft_edges_end_where_the_kernel_does() -> None:
    soft = soften_mask(boxed((60, 40), (25, 15, 35, 25)), 2)
    assert masked_box(soft) == (20, 10, 40, 30)
    assert soft[20, 30] > 0.97


@pytest.mark.parametrize("radius", [-1, float("nan"), float("inf")])
def test_a_radius_that_is_none_is_refused(radius: float) -> None:
    with pytest.raises(InputError, match="radius"):
        soften_mask(torch.zeros(4, 5), radius)


# What masking.expand_crop_region(masking.get_crop_region_v2(mask, padding), ...) of the web UI
# 1.10.1 returns: size of the picture, box of the mask, padding, size painted at, region.
REGIONS = [
    ((301, 203), (100, 50, 141, 62), 5, (512, 512), (95, 31, 146, 82)),
    ((203, 301), (60, 50, 71, 140), 3, (96, 64), (0, 47, 144, 143)),
    ((300, 200), (100, 50, 140, 60), 32, (512, 512), (68, 3, 172, 107)),
    ((300, 200), (0, 0, 20, 150), 0, (512, 768), (0, 0, 100, 150)),
    ((300, 200), (280, 190, 300, 200), 16, (768, 512), (261, 174, 300, 200)),
    ((97, 61), (40, 10, 41, 11), 0, (64, 64), (40, 10, 41, 11)),
    ((40, 200), (5, 10, 30, 190), 8, (128, 64), (0, 2, 40, 198)),
    ((200, 40), (10, 5, 190, 30), 8, (64, 128), (2, 0, 198, 40)),
    ((128, 96), (0, 0, 128, 96), 32, (64, 64), (0, 0, 128, 96)),
    ((640, 480), (300, 200, 430, 330), 32, (512, 512), (268, 168, 462, 362)),
]


@pytest.mark.parametrize(("size", "box", "padding", "painted", "region"), REGIONS)
def test_only_masked_means_the_same_pixels_as_in_the_web_ui(
    size: tuple[int, int],
    box: tuple[int, int, int, int],
    padding: int,
    painted: tuple[int, int],
    region: tuple[int, int, int, int],
) -> None:
    assert area_around(boxed(size, box), painted, padding=padding) == region


@pytest.mark.parametrize(
    ("size", "box", "painted", "area"),
    [
        ((300, 200), (150, 90, 170, 110), (64, 64), (60, 0, 260, 200)),
        ((300, 200), (0, 90, 20, 110), (64, 64), (0, 0, 200, 200)),
        ((300, 200), (290, 90, 300, 110), (64, 64), (100, 0, 300, 200)),
        ((200, 300), (90, 150, 110, 170), (64, 64), (0, 60, 200, 260)),
        ((200, 300), (90, 150, 110, 170), (96, 48), (0, 110, 200, 210)),
        ((128, 96), (10, 10, 20, 20), (64, 48), (0, 0, 128, 96)),
    ],
)
def test_the_largest_part_has_the_models_shape_and_the_mask_in_its_middle(
    size: tuple[int, int],
    box: tuple[int, int, int, int],
    painted: tuple[int, int],
    area: tuple[int, int, int, int],
) -> None:
    assert largest_area(boxed(size, box), painted) == area


def test_a_mask_longer_than_the_models_shape_is_seen_whole() -> None:
    area = largest_area(boxed((300, 100), (20, 40, 280, 60)), (64, 64))
    assert area == (20, 0, 280, 100)


def test_an_empty_mask_has_no_part() -> None:
    assert masked_box(torch.zeros(9, 7)) is None
    for choose in (area_around, largest_area):
        with pytest.raises(MaskError, match="expected a masked part"):
            choose(torch.zeros(9, 7), (8, 8))
    with pytest.raises(InputError, match="padding"):
        area_around(torch.ones(9, 7), (8, 8), padding=-1)


@pytest.mark.parametrize("area", [(30, 2, 94, 50), (0, 0, 150, 97), (3, 5, 140, 15)])
@pytest.mark.parametrize("radius", [0, 3])
def test_outside_the_soft_mask_the_picture_comes_back_bit_for_bit_at_full_size(
    area: tuple[int, int, int, int], radius: int
) -> None:
    original, place = picture((150, 97)), InpaintArea(*area)
    mask = soften_mask(boxed((150, 97), (40, 8, 80, 14)), radius)
    whole = paste_back(original, picture((64, 48), seed=2), mask, place)
    within = torch.zeros_like(mask)
    place.of(within).fill_(1)
    untouched = (mask == 0) | (within == 0)
    assert torch.equal(whole[:, untouched], original[:, untouched])
    assert (whole != original).any(0)[~untouched].float().mean() > 0.7
    torch.testing.assert_close(in_8_bits(whole), whole, atol=0, rtol=0)
    # Nor is anything rounded that was never in 8 bits.
    deep = (original + 0.001).clamp(0, 1)
    assert torch.equal(
        paste_back(deep, picture((64, 48)), mask, place)[:, untouched], deep[:, untouched]
    )


def test_where_the_mask_is_whole_the_repainted_part_shows_and_between_both() -> None:
    original, new = torch.zeros(3, 40, 60), torch.ones(3, 40, 60)
    mask = soften_mask(boxed((60, 40), (20, 10, 40, 30)), 3)
    whole = paste_back(original, new, mask, InpaintArea(0, 0, 60, 40))
    torch.testing.assert_close(whole, mask.expand(3, -1, -1), atol=1e-6, rtol=0)


@pytest.mark.parametrize("size", [(64, 48), (48, 64), (100, 10), (33, 7)])
@pytest.mark.parametrize("area", [(10, 6, 74, 54), (0, 0, 150, 97), (5, 5, 140, 25)])
def test_a_part_that_comes_back_as_it_went_lies_where_it_was(
    size: tuple[int, int], area: tuple[int, int, int, int]
) -> None:
    # A slope, which no resizing changes but at its ends: any shift would show.
    down, across = torch.meshgrid(
        torch.linspace(0, 1, 97), torch.linspace(0, 1, 150), indexing="ij"
    )
    original, place = in_8_bits(torch.stack((down, across, down))), InpaintArea(*area)
    seen = cut_out(original, place, size)
    assert seen.shape == (3, size[1], size[0])
    whole = paste_back(original, seen, torch.ones(97, 150), place)
    scale = max(place.size.width / size[0], place.size.height / size[1], 1)
    assert (whole - original).abs().max() < 0.02 * scale + 0.01


def test_a_part_of_another_shape_keeps_its_own_with_its_edges_gone_on() -> None:
    original = torch.zeros(3, 20, 60)
    original[:, 0] = 1
    seen = cut_out(original, InpaintArea(0, 0, 60, 20), (60, 60))
    assert torch.equal(seen[:, :21], torch.ones(3, 21, 60))
    assert not seen[:, 21:].any()
    turned = cut_out(original.mT, InpaintArea(0, 0, 20, 60), (60, 60))
    assert torch.equal(turned, seen.mT)


def test_what_is_laid_out_differently_is_refused() -> None:
    area = InpaintArea(0, 0, 4, 5)
    with pytest.raises(ShapeError):
        soften_mask(torch.zeros(1, 4, 5), 1)
    with pytest.raises(ShapeError):
        paste_back(torch.zeros(4, 5, 4), torch.zeros(3, 5, 4), torch.zeros(5, 4), area)
    with pytest.raises(MaskError, match="as the picture has"):
        paste_back(torch.zeros(3, 5, 4), torch.zeros(3, 5, 4), torch.zeros(4, 4), area)
