from __future__ import annotations

import pytest
import torch

from seedloupe.artifacts.repainted import Repainted
from seedloupe.errors import MaskError, ShapeError
from seedloupe.geometry import Extent
from seedloupe.inpaint_area import InpaintArea

WIDE, HIGH = 12, 8
AREA = InpaintArea(4, 2, 10, 6)


def whole_mask() -> torch.Tensor:
    return torch.ones(HIGH, WIDE)


def gradient() -> torch.Tensor:
    return torch.linspace(0, 1, WIDE).expand(3, HIGH, WIDE).contiguous()


def test_in_its_own_frame_nothing_outside_the_area_counts_as_repainted() -> None:
    framed = Repainted(whole_mask(), gradient(), AREA, Extent(24, 16)).framed(Extent(WIDE, HIGH))
    assert framed.mask is not None
    assert framed.mask.sum() == 6 * 4
    assert framed.mask[2:6, 4:10].min() == 1
    assert framed.before is not None
    assert torch.equal(framed.before, gradient())


def test_without_an_area_the_mask_is_what_the_host_gave() -> None:
    framed = Repainted(whole_mask(), None).framed(Extent(WIDE, HIGH))
    assert torch.equal(framed.mask, whole_mask())


def test_a_part_that_was_not_put_back_is_framed_by_the_same_part() -> None:
    mask = torch.zeros(HIGH, WIDE)
    mask[2:6, 7:10] = 1  # the right half of the area
    framed = Repainted(mask, gradient(), AREA, Extent(24, 16)).framed(Extent(24, 16))
    assert framed.mask is not None
    assert framed.mask.shape == (16, 24)
    assert framed.mask[:, :10].max() == 0
    assert framed.mask[:, 14:].min() == 1
    assert framed.before is not None
    assert framed.before.shape == (3, 16, 24)


def test_a_picture_enlarged_as_a_whole_enlarges_its_mask() -> None:
    mask = torch.zeros(HIGH, WIDE)
    mask[:4] = 1
    framed = Repainted(mask).framed(Extent(36, 24))
    assert framed.mask is not None
    assert framed.mask[:10].min() == 1
    assert framed.mask[14:].max() == 0


def test_a_picture_of_another_shape_cannot_be_placed() -> None:
    with pytest.raises(MaskError, match="20x20 pixels"):
        Repainted(whole_mask()).framed(Extent(20, 20))


def test_without_mask_and_source_there_is_nothing_to_frame() -> None:
    assert Repainted().framed(Extent(20, 20)).mask is None


def test_a_mask_and_a_source_of_two_sizes_do_not_belong_together() -> None:
    with pytest.raises(ShapeError, match="before"):
        Repainted(whole_mask(), torch.zeros(3, WIDE, HIGH))
