from __future__ import annotations

import pytest

from seedloupe.errors import InputError
from seedloupe.generation.picture_size import SizeWish, parse_size, usual_sizes
from seedloupe.noise import NoiseResize, ResizeWay

from ..requests import INFO


@pytest.mark.parametrize("text", ["640x480", " 640 X 480 ", "640×480", "640*480"])
def test_a_size_is_width_first_however_it_is_written(text: str) -> None:
    assert parse_size(text) == (640, 480)


@pytest.mark.parametrize("text", ["", "640", "640x", "-1x2", "1e3x4", "640x480x3"])
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="640x480"):
        parse_size(text)


def test_every_size_offered_can_be_drawn_and_the_models_own_is_first() -> None:
    sizes = usual_sizes(INFO)
    assert sizes[0] == INFO.native_size
    assert len(set(sizes)) == len(sizes) > 1
    for width, height in sizes:
        INFO.latent_shape(width, height)


def test_without_a_wish_for_its_layout_a_seed_draws_new_noise() -> None:
    assert SizeWish((64, 32)).resize(INFO) is None


def test_a_layout_is_kept_from_the_size_the_seeds_are_known_at() -> None:
    wish = SizeWish((64, 32), ResizeWay.STRETCH)
    assert wish.resize(INFO) == NoiseResize(ResizeWay.STRETCH, (4, 4, 4))
    assert wish.resize(INFO, (4, 6, 6)) == NoiseResize(ResizeWay.STRETCH, (4, 6, 6))


def test_noise_of_the_right_size_is_not_taken_anywhere() -> None:
    assert SizeWish(None, ResizeWay.MIDDLE).resize(INFO) is None
    assert SizeWish((64, 32), ResizeWay.MIDDLE).resize(INFO, (4, 4, 8)) is None
