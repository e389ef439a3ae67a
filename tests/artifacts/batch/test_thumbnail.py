from __future__ import annotations

import io

import pytest
import torch
from PIL import Image

from seedloupe.artifacts.batch.thumbnail import MOST_BYTES, SIDE, thumbnail


@pytest.mark.parametrize(
    ("size", "small"),
    [((640, 480), (208, 156)), ((20000, 10), (208, 1)), ((30, 20), (30, 20)), ((1, 1), (1, 1))],
)
def test_the_longest_side_is_fitted_and_nothing_enlarged(
    size: tuple[int, int], small: tuple[int, int]
) -> None:
    picture = thumbnail(torch.full((3, size[1], size[0]), 0.5))

    assert Image.open(io.BytesIO(picture)).size == small


def test_even_noise_stays_below_six_kilobytes() -> None:
    noise = torch.rand(3, 300, 400, generator=torch.Generator().manual_seed(1))

    assert len(thumbnail(noise)) <= MOST_BYTES


def test_it_shows_the_picture() -> None:
    image = torch.zeros(3, 40, 60)
    image[0, :, 30:] = 1.0
    picture = Image.open(io.BytesIO(thumbnail(image))).convert("RGB")

    assert picture.width <= SIDE
    assert picture.getpixel((5, 20))[0] < 30 < 200 < picture.getpixel((55, 20))[0]
