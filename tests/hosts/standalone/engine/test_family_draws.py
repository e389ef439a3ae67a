"""The noise of other model families, held to what diffusers' own pipelines draw."""

from __future__ import annotations

import inspect
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from seedloupe.noise import LATENT_FAMILIES, LatentFamily, find_family, initial_noise

diffusers = pytest.importorskip("diffusers")

SEED = 20260817
SIZE = (336, 208)
"""Width and height: not square, and no whole number of the largest cells."""
FRAMES = 9
LARGEST_SIGMA = 80.0

#: The network a family denoises with, and the entry that says how many channels it takes.
TRANSFORMERS = {
    "StableDiffusionPipeline": ("UNet2DConditionModel", "in_channels"),
    "StableDiffusionXLPipeline": ("UNet2DConditionModel", "in_channels"),
    "StableDiffusion3Pipeline": ("SD3Transformer2DModel", "in_channels"),
    "FluxPipeline": ("FluxTransformer2DModel", "in_channels"),
    "ChromaPipeline": ("ChromaTransformer2DModel", "in_channels"),
    "Lumina2Pipeline": ("Lumina2Transformer2DModel", "in_channels"),
    "ZImagePipeline": ("ZImageTransformer2DModel", "in_channels"),
    "QwenImagePipeline": ("QwenImageTransformer2DModel", "in_channels"),
    "WanPipeline": ("WanTransformer3DModel", "in_channels"),
    "CosmosTextToWorldPipeline": ("CosmosTransformer3DModel", "in_channels"),
    "Cosmos2TextToImagePipeline": ("CosmosTransformer3DModel", "in_channels"),
    "Flux2Pipeline": ("Flux2Transformer2DModel", "in_channels"),
    "HunyuanImagePipeline": ("HunyuanImageTransformer2DModel", "in_channels"),
    "SanaPipeline": ("SanaTransformer2DModel", "in_channels"),
    "Kandinsky5T2IPipeline": ("Kandinsky5Transformer3DModel", "in_visual_dim"),
}
#: What released models set otherwise than diffusers' classes do by default.
RELEASED = {"Wan 2.2 5B": 48, "Kandinsky 5": 16}
EXACT = [family for family in LATENT_FAMILIES if family.exact]
FAMILIES = pytest.mark.parametrize("family", EXACT, ids=lambda family: family.name)
VIDEOS = [family for family in EXACT if family.frames_each]


def bare(kind: Any) -> Any:
    """Run a pipeline's own constructor without networks, for the scale factors it falls back on."""
    names = [name for name in inspect.signature(kind.__init__).parameters if name != "self"]
    pipe = object.__new__(kind)
    place = partial(object.__setattr__, pipe)
    place("register_modules", lambda **parts: [place(*part) for part in parts.items()])
    place("register_to_config", lambda **_: None)
    checker = object() if kind.__name__.startswith("Cosmos") else None
    parts = dict.fromkeys(names) | {"safety_checker": checker}
    parts["requires_safety_checker"] = False
    config = SimpleNamespace(sigma_max=LARGEST_SIGMA, steps_offset=1, clip_sample=False)
    scheduler = SimpleNamespace(
        config=config, init_noise_sigma=1.0, register_to_config=lambda **_: None
    )
    kind.__init__(
        pipe, **{name: parts[name] for name in names if name != "scheduler"}, scheduler=scheduler
    )
    return pipe


def drawn(family: LatentFamily, dtype: torch.dtype, frames: int = 1) -> torch.Tensor:
    """Return what the pipeline itself draws, as it hands it on."""
    pipe = bare(getattr(diffusers, family.pipeline))
    if family.name == "Wan 2.2 5B":  # the scale of its autoencoder is no fallback
        object.__setattr__(pipe, "vae_scale_factor_spatial", 16)
    channels = family.channels // 4 if family.pipeline == "Flux2Pipeline" else family.channels
    named = inspect.signature(pipe.prepare_latents).parameters
    width, height = SIZE
    generator = torch.Generator("cpu").manual_seed(SEED)
    more = {"num_frames": frames} if "num_frames" in named else {}
    made = pipe.prepare_latents(
        1,
        channels,
        height=height,
        width=width,
        dtype=dtype,
        device=torch.device("cpu"),
        generator=generator,
        latents=None,
        **more,
    )
    return made[0] if isinstance(made, tuple) else made


def handed_on(family: LatentFamily, noise: torch.Tensor) -> torch.Tensor:
    """Do to our noise ``(1, C, [F,] H, W)`` what the pipeline does after its draw."""
    _, channels, *_, height, width = noise.shape
    pipeline = getattr(diffusers, family.pipeline)
    if family.afterwards.startswith("packed 2 by 2"):
        return pipeline._pack_latents(noise, 1, channels, height, width)
    if family.afterwards.startswith("flattened"):
        return pipeline._pack_latents(noise)
    if family.afterwards.startswith("multiplied"):
        return noise * LARGEST_SIGMA
    return noise


def as_drawn(family: LatentFamily, noise: torch.Tensor) -> torch.Tensor:
    """Return ``(1, C, H, W)`` with the axis of a single frame, where the family draws one."""
    return noise[None, :, None] if family.frame_axis and noise.ndim == 3 else noise[None]


@FAMILIES
def test_a_seed_names_the_very_noise_the_familys_pipeline_draws(family: LatentFamily) -> None:
    noise = initial_noise(SEED, family.shape(*SIZE))
    made = drawn(family, torch.float32)
    assert torch.equal(made, handed_on(family, as_drawn(family, noise)))
    other = initial_noise(SEED + 1, family.shape(*SIZE))
    assert not torch.equal(made, handed_on(family, as_drawn(family, other)))


@FAMILIES
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_pipeline_in_half_precision_draws_the_same_noise_rounded(
    family: LatentFamily, dtype: torch.dtype
) -> None:
    noise = initial_noise(SEED, family.shape(*SIZE)).to(dtype)
    assert torch.equal(drawn(family, dtype), handed_on(family, as_drawn(family, noise)))


@pytest.mark.parametrize("family", VIDEOS, ids=lambda family: family.name)
def test_a_video_is_drawn_with_the_frames_its_family_makes_of_them(family: LatentFamily) -> None:
    shape = family.shape(*SIZE, frames=FRAMES)
    assert len(shape) == 4
    made = drawn(family, torch.float32, FRAMES)
    assert torch.equal(made, handed_on(family, initial_noise(SEED, shape)[None]))


@pytest.mark.parametrize("family", LATENT_FAMILIES, ids=lambda family: family.name)
def test_the_channels_are_those_of_the_familys_transformer(family: LatentFamily) -> None:
    name, entry = TRANSFORMERS[family.pipeline]
    channels = inspect.signature(getattr(diffusers, name).__init__).parameters[entry].default
    if family.name in RELEASED:
        channels = RELEASED[family.name]
    packed = "packed 2 by 2" in family.afterwards
    assert channels == family.channels * (4 if packed else 1)


def test_the_numbers_of_kandinsky_5_stand_elsewhere_as_its_channels_come_last() -> None:
    family = find_family("kandinsky 5")
    pipe = SimpleNamespace(vae_scale_factor_spatial=8)
    made = diffusers.Kandinsky5T2IPipeline.prepare_latents(
        pipe,
        1,
        family.channels,
        SIZE[1],
        SIZE[0],
        torch.float32,
        torch.device("cpu"),
        torch.Generator("cpu").manual_seed(SEED),
    )
    noise = initial_noise(SEED, family.shape(*SIZE))
    assert torch.equal(made.flatten(), noise.flatten())
    assert not torch.equal(made[0, 0].permute(2, 0, 1), noise)
    assert not family.exact


def test_half_precision_ends_otherwise_where_values_are_no_whole_blocks() -> None:
    shape = (4, 9, 7)
    single = initial_noise(SEED, shape).flatten()
    half = torch.randn(
        shape, generator=torch.Generator("cpu").manual_seed(SEED), dtype=torch.bfloat16
    ).flatten()
    differing = (single.bfloat16() != half).nonzero().flatten().tolist()
    assert differing == list(range(252 - 16, 252))
