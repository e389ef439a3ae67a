from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from seedloupe.artifacts import TextRegion, draw_overlay, flag_text_artifacts
from seedloupe.errors import MaskError, ShapeError


def test_a_flag_is_framed_and_the_picture_kept(
    image: Tensor, mask: Tensor, stub: type, text: Callable[..., TextRegion]
) -> None:
    report = flag_text_artifacts(image, mask, stub([text(20, 20, 40, 34)]))
    drawn = draw_overlay(image, report)
    assert drawn.shape == image.shape
    assert torch.equal(image, torch.full_like(image, 0.5))
    on_frame, within = drawn[:, 27, 20], drawn[:, 27, 30]
    assert on_frame[0] > 0.8 > on_frame[1] + 0.3
    assert within.tolist() == pytest.approx([0.5] * 3, abs=0.01)


def test_excused_text_is_framed_in_another_colour(
    image: Tensor, mask: Tensor, stub: type, text: Callable[..., TextRegion]
) -> None:
    report = flag_text_artifacts(image, mask, stub([text(20, 20, 40, 34)]), prompt="lettering")
    on_frame = draw_overlay(image, report)[:, 27, 20]
    assert on_frame[1] > on_frame[0]


def test_nothing_found_leaves_the_picture(image: Tensor, mask: Tensor, stub: type) -> None:
    report = flag_text_artifacts(image, mask, stub([]))
    assert torch.allclose(draw_overlay(image, report), image, atol=1 / 255)


def test_what_the_mask_leaves_out_is_dimmed(image: Tensor, mask: Tensor, stub: type) -> None:
    drawn = draw_overlay(image, flag_text_artifacts(image, mask, stub([])), mask)
    assert drawn[0, 0, 0] < 0.3
    assert drawn[0, 20, 30] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("says", ["漢字 ★", "ÄÖ", "", "a\nb", "x" * 500])
def test_any_text_can_be_drawn_even_beyond_the_picture(
    says: str, image: Tensor, stub: type, text: Callable[..., TextRegion]
) -> None:
    shown = text(-40, -5, 100, 30, says, 0.99, 0.99)
    report = flag_text_artifacts(image, torch.ones(48, 64), stub([shown]), level="high")
    assert report.flags
    assert draw_overlay(image, report).isfinite().all()


def test_a_mask_that_does_not_fit_is_refused(image: Tensor, mask: Tensor, stub: type) -> None:
    report = flag_text_artifacts(image, mask, stub([]))
    with pytest.raises(ShapeError, match="mask"):
        draw_overlay(image, report, mask[1:])
    with pytest.raises(MaskError, match="mask: expected finite"):
        draw_overlay(image, report, mask * math.nan)
