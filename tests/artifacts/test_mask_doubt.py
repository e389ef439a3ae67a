from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFilter
from torch import Tensor

from seedloupe.artifacts.mask_doubt import ask_about_mask
from seedloupe.errors import MaskError, MaskQuestionError

SIZE = (160, 120)


def drawn(blur: float = 0.0) -> Image.Image:
    mask = Image.new("L", SIZE)
    ImageDraw.Draw(mask).ellipse((30, 20, 110, 90), fill=255)
    ImageDraw.Draw(mask).rectangle((100, 60, 150, 110), fill=255)
    return mask.filter(ImageFilter.GaussianBlur(blur))


def photograph(shown: float = 1.0) -> Image.Image:
    """Ground with light from a side and texture, in a frame of white around ``shown`` of it."""
    width, height = SIZE
    rows, columns = np.mgrid[0:height, 0:width]
    light = 90 + 60 * np.sin(columns / 31) + 30 * np.cos(rows / 17)
    grain = np.random.default_rng(5).normal(0, 12, (height, width))
    scene = Image.fromarray((light + grain).clip(0, 255).astype(np.uint8))
    picture = Image.new("L", SIZE, 255)
    picture.paste(scene.crop((0, 0, round(width * shown), height)))
    return picture


def tensor_of(picture: Image.Image) -> Tensor:
    return torch.from_numpy(np.asarray(picture, np.float32) / 255)


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=quality)
    return Image.open(content)


@pytest.mark.parametrize("blur", [0, 1, 4, 12])
def test_two_tones_with_soft_edges_are_a_mask(blur: float) -> None:
    ask_about_mask(tensor_of(drawn(blur)))
    ask_about_mask(tensor_of(jpeg(drawn(blur), 60)))


@pytest.mark.parametrize(
    "mask",
    [
        torch.zeros(8, 6),
        torch.ones(8, 6),
        torch.full((8, 6), 0.5),
        torch.linspace(0, 1, 96).repeat(64, 1),
        torch.tensor([[0.0, 0.25], [0.5, 0.75]]).repeat_interleave(30, 0).repeat_interleave(40, 1),
        torch.zeros(0, 4),
        torch.rand(1, 1),
    ],
)
def test_blank_full_even_and_graded_masks_are_not_asked_about(mask: Tensor) -> None:
    ask_about_mask(mask)


def test_a_photograph_is_asked_about_with_what_to_do() -> None:
    with pytest.raises(
        MaskQuestionError, match=r"a-mask.png: expected white.*--soft-mask"
    ) as error:
        ask_about_mask(tensor_of(photograph()), field="a-mask.png")
    assert isinstance(error.value, MaskError)
    assert "% greys, as in a photograph" in str(error.value)


def test_a_photograph_beside_much_white_is_asked_about() -> None:
    with pytest.raises(MaskQuestionError):
        ask_about_mask(tensor_of(photograph(shown=0.6)))


def test_the_same_photograph_cut_to_two_tones_is_a_mask() -> None:
    ask_about_mask((tensor_of(photograph()) > 0.4).float())
