"""Where the noise was drawn, and how large the second pass was."""

from __future__ import annotations

import pytest

from seedloupe.errors import ImageError
from seedloupe.metadata import FoundLevel, noise_in_parameters
from seedloupe.metadata.infotext.sizes import sizes_of


def test_without_a_second_pass_all_sizes_are_one() -> None:
    sizes = sizes_of({"Size": "64x48"}, 7)
    assert (sizes.drawn, sizes.final, sizes.later) == ((64, 48), (64, 48), ())


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"Hires upscale": "1.5"}, (96, 72)),
        ({"Hires resize": "192x0"}, (192, 144)),
        ({"Hires resize": "0x96"}, (128, 96)),
        ({"Hires resize": "100x100"}, (100, 100)),
    ],
)
def test_a_side_of_nothing_keeps_the_proportions(
    asked: dict[str, str], size: tuple[int, int]
) -> None:
    sizes = sizes_of({"Size": "64x48", "Denoising strength": "0.7", **asked}, 7)
    (later,) = sizes.later
    assert (later.size, later.seed, later.strength) == (size, 7, 0.7)
    assert sizes.drawn == (64, 48)
    assert sizes.final == (size[0] // 8 * 8, size[1] // 8 * 8)


def test_a_square_resized_to_one_side_is_a_square() -> None:
    (later,) = sizes_of({"Size": "128x128", "Hires resize": "192x0"}, None).later
    assert later.size_text == "192x192"


def test_a_second_pass_of_unknown_size_is_a_pass_all_the_same() -> None:
    (later,) = sizes_of({"Size": "64x48", "Hires upscaler": "Latent"}, 7).later
    assert (later.size, later.size_text) == (None, "size not told")


@pytest.mark.parametrize(
    ("told", "size", "first"),
    [
        ("512x384", "1024x768", (512, 384)),
        # math.ceil(side * sqrt(512 * 512 / area) / 64) * 64, as the web UI of 2022 has it
        ("0x0", "640x960", (448, 640)),
        ("0x0", "1024x1024", (512, 512)),
    ],
)
def test_the_first_pass_of_2022_is_where_the_noise_was_drawn(
    told: str, size: str, first: tuple[int, int]
) -> None:
    line = f"a\nSteps: 1, Sampler: Euler, Seed: 7, Size: {size}, Denoising strength: 0.7"
    found = noise_in_parameters(f"{line}, First pass size: {told}, RNG: CPU, Version: v1.0.0")
    assert (found.level, found.shape) == (FoundLevel.EXACT, (4, first[1] // 8, first[0] // 8))
    assert [step.size_text for step in found.later] == [size]
    assert found.task == "txt2img"


@pytest.mark.parametrize("key", ["Hires upscale", "Hires resize", "First pass size"])
def test_a_size_that_cannot_be_is_refused_by_name(key: str) -> None:
    with pytest.raises(ImageError, match=f"parameters.{key}"):
        sizes_of({"Size": "64x48", key: "big"}, 7)
