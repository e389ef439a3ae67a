"""Shapes as drawn, in torch's own words."""

from __future__ import annotations

from typing import cast

import pytest
import torch

from seedloupe.errors import NoiseError, ShapeError
from seedloupe.noise import (
    LATENT_FAMILIES,
    NV_NOISE,
    comfyui_noise,
    diffusers_noise,
    drawn_shape,
    find_family,
    initial_noise,
    noise_fingerprint,
    require_drawn_shape,
)


@pytest.mark.parametrize("source", ["cpu", "nv"])
def test_an_axis_for_a_single_frame_moves_no_number(source: str) -> None:
    kind = {"nv": NV_NOISE}.get(source)
    plain, framed = (
        initial_noise(5, shape, **({"source": kind} if kind else {}))
        for shape in ((16, 6, 10), (16, 1, 6, 10))
    )
    assert framed.shape == (16, 1, 6, 10)
    assert torch.equal(framed[:, 0], plain)
    assert noise_fingerprint(framed) == noise_fingerprint(plain)


def test_several_frames_are_one_draw_with_the_frames_behind_the_channels() -> None:
    expected = torch.randn(1, 16, 3, 6, 10, generator=torch.Generator("cpu").manual_seed(5))
    assert torch.equal(initial_noise(5, (16, 3, 6, 10)), expected[0])
    assert torch.equal(comfyui_noise(5, (16, 3, 6, 10)), expected)
    assert torch.equal(diffusers_noise([5], (16, 3, 6, 10)), expected)


def test_a_shape_is_known_without_an_axis_for_a_single_frame() -> None:
    assert drawn_shape((16, 1, 6, 10)) == drawn_shape([16, 6, 10]) == (16, 6, 10)
    assert drawn_shape((16, 3, 6, 10)) == (16, 3, 6, 10)
    assert require_drawn_shape((16, 1, 6, 10)) == (16, 1, 6, 10)


@pytest.mark.parametrize("shape", [(4096, 64), (1, 4096, 64), (1, 1024, 128)])
def test_packed_tokens_are_no_shape_of_a_draw(shape: tuple[int, ...]) -> None:
    with pytest.raises(NoiseError, match="as drawn and not as packed tokens") as caught:
        initial_noise(1, shape)
    assert "before cells are packed" in str(caught.value)


@pytest.mark.parametrize("shape", [(1, 64, 64), (1, 48, 64), (1, 64, 96), (4, 4096, 64)])
def test_small_and_narrow_latents_are_still_latents(shape: tuple[int, ...]) -> None:
    assert require_drawn_shape(shape) == shape


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_the_axis_of_a_batch_is_refused_with_advice(batch: int) -> None:
    with pytest.raises(NoiseError, match="Leave out the axis of a batch"):
        drawn_shape((batch, 4, 6, 10))
    with pytest.raises(ShapeError, match="noise"):
        noise_fingerprint(torch.zeros(batch, 4, 6, 10))


@pytest.mark.parametrize("shape", [(4,), (4, 6, 0), (4, 6.0, 10), (True, 6, 10), (4, 1, 1, 6, 10)])
def test_what_cannot_be_drawn_is_no_shape(shape: object) -> None:
    with pytest.raises(NoiseError, match="three positive whole numbers"):
        drawn_shape(cast("tuple[int, ...]", shape))


@pytest.mark.parametrize(
    ("name", "size", "frames", "shape"),
    [
        ("Stable Diffusion 3", (1216, 832), 1, (16, 104, 152)),
        ("flux1", (1216, 840), 1, (16, 104, 152)),
        ("Qwen-Image", (1328, 1328), 1, (16, 166, 166)),
        ("Flux.2", (1216, 832), 1, (128, 52, 76)),
        ("HunyuanImage 2.1", (2048, 1536), 1, (64, 48, 64)),
        ("Wan 2.2 5B", (1280, 704), 121, (48, 31, 44, 80)),
        ("wan 2.1 and wan 2.2 14b", (832, 480), 81, (16, 21, 60, 104)),
        ("Cosmos 1", (1280, 704), 121, (16, 16, 88, 160)),
        ("Cosmos-Predict2", (1360, 768), 1, (16, 96, 170)),
    ],
)
def test_a_family_tells_the_shape_of_its_draw(
    name: str, size: tuple[int, int], frames: int, shape: tuple[int, ...]
) -> None:
    assert find_family(name).shape(*size, frames=frames) == shape


def test_a_family_refuses_what_it_does_not_draw() -> None:
    flux = find_family("Flux.1")
    with pytest.raises(NoiseError, match="frames: expected 1, as Flux"):
        flux.shape(64, 64, frames=2)
    with pytest.raises(NoiseError, match="size: expected sides of at least 16 pixels"):
        flux.shape(64, 8)
    with pytest.raises(NoiseError, match="family: expected one of Stable Diffusion 1, 2"):
        find_family("nothing known")


def test_each_family_stands_once_and_names_its_source() -> None:
    names = [family.name for family in LATENT_FAMILIES]
    assert len(set(names)) == len(names)
    assert all(family.source.endswith(".py") for family in LATENT_FAMILIES)
