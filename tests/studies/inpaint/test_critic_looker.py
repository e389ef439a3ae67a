from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from seedloupe.seedling.critic import PLANES, TEXT
from seedloupe.studies.inpaint import CriticLooker

from .stands import HEIGHT, WIDTH, pair


def red() -> Tensor:
    image = pair(0).picture.clone()
    image[0] = 1
    return image


class RedIsText(nn.Module):
    """A critic to whom every red patch of 4 by 4 pixels is painted text."""

    def forward(self, images: Tensor) -> object:
        small = nn.functional.avg_pool2d(images, 4)
        planes = torch.zeros(len(images), PLANES, *small.shape[-2:])
        planes[:, TEXT] = (small[:, 0] > 0.5).float() * 2 - 1

        class Reading:
            pass

        reading = Reading()
        reading.planes = planes  # type: ignore[attr-defined]
        return reading


def critic() -> CriticLooker:
    return CriticLooker(RedIsText())  # type: ignore[arg-type]


def test_the_critic_s_patches_are_counted_in_the_mask_alone() -> None:
    image = pair(0).picture.clone()
    image[0, 4:8, :12] = 1  # of which columns 6 to 11 are inside the mask
    seen = critic().look(image, pair(0), "")
    assert seen.share == pytest.approx(4 * 6 / (8 * 12))
    assert seen.boxes == ((6, 4, 12, 8),)
    assert seen.flagged
    assert seen.texts == ()


def test_text_the_source_shows_already_is_not_new_to_the_critic() -> None:
    whole = pair(0)
    image = whole.picture.clone()
    image[0, 4:8, 6:18] = 1
    source = type(whole)("p", image, whole.mask)
    seen = critic().look(image, source, "")
    assert (seen.share, seen.new, seen.flagged) == (pytest.approx(0.5), 0.0, False)


def test_a_single_patch_of_a_large_picture_is_not_flagged() -> None:
    large = torch.zeros(3, 4 * HEIGHT, 4 * WIDTH)
    image = large.clone()
    image[0, 20:24, 20:24] = 1  # 16 of 6144 pixels
    source = type(pair(0))("p", large, torch.ones(4 * HEIGHT, 4 * WIDTH))
    seen = critic().look(image, source, "")
    assert 0 < seen.share < 0.01
    assert not seen.flagged
    assert seen.boxes == ()
