"""Numbers and JSON of strangers are read within bounds."""

from __future__ import annotations

import pytest

from seedloupe.errors import ImageError, NoiseError
from seedloupe.metadata.parsing import (
    latent_size,
    read_json,
    read_seed,
    read_share,
    read_size,
    require_channels,
    require_text,
    whole_number,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((7, 7), ("7", 7), (" -7 ", -7)),
        *((value, None) for value in (True, 7.0, "7.0", "", "9" * 21, "\u0667", None, [7])),
    ],
)
def test_a_whole_number_is_one_or_its_digits(value: object, expected: int | None) -> None:
    assert whole_number(value) == expected


def test_seeds_are_kept_to_the_last_bit_and_others_are_refused() -> None:
    assert read_seed(str(2**64 - 1), "x") == 2**64 - 1
    for value in (2**64, -1, "1e3", None, 1.0):
        with pytest.raises(ImageError, match=r"x: expected a seed from 0 to 2\*\*64-1"):
            read_seed(value, "x")


@pytest.mark.parametrize("value", [0, 1, "0.5", 0.25])
def test_a_share_is_a_number_from_0_to_1(value: float | str) -> None:
    assert read_share(value, "x") == float(value)


@pytest.mark.parametrize("value", [-0.1, 1.1, "nan", "inf", "", "half", None, [], 10**400])
def test_what_is_no_share_is_refused(value: object) -> None:
    with pytest.raises(ImageError, match="x: expected a number from 0 to 1"):
        read_share(value, "x")


def test_sizes_are_width_before_height_in_text_and_height_before_width_in_cells() -> None:
    assert read_size(" 640x480 ", "x") == (640, 480)
    assert latent_size(4, (640, 484), "x") == (4, 60, 80)
    for text in ("640", "640 x 480", "640X480", "123456x8", "0x0x0"):
        with pytest.raises(ImageError, match="WIDTHxHEIGHT in pixels"):
            read_size(text, "x")


@pytest.mark.parametrize("size", [(0, 0), (7, 64), (64, -8)])
def test_a_size_below_a_cell_is_told_in_pixels(size: tuple[int, int]) -> None:
    with pytest.raises(ImageError, match="x: expected at least 8 pixels a side, got"):
        latent_size(4, size, "x")


def test_a_size_nobody_draws_is_refused() -> None:
    with pytest.raises(ImageError, match="x: expected a size whose noise can be drawn, got 99999x"):
        latent_size(4, (99999, 99999), "x")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"a":' * 10**5, '{"a": ' + "9" * 22 + "}", "{'a': 1}"]
)
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(ImageError, match="x: expected a JSON object"):
        read_json(text, "x")


def test_texts_have_a_limit() -> None:
    assert require_text("a" * 2**22, "x")
    with pytest.raises(ImageError, match="at most 4194304 characters, got 4194305 of them"):
        require_text("a" * (2**22 + 1), "x")


def test_channels_have_a_limit() -> None:
    assert require_channels(16) == 16
    for channels in (0, 257):
        with pytest.raises(NoiseError, match="channels: expected 1 to 256"):
            require_channels(channels)
