"""Our loop against diffusers' own pipelines, which draw with one generator a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import diffusers
import numpy as np
import pytest
import torch
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution

from seedloupe.hosts.standalone.sampling import Request, Sampler, generate, sample_batch
from seedloupe.noise import initial_noise

if TYPE_CHECKING:
    from seedloupe.hosts.standalone.models import Model

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

Make = Callable[[int, int], torch.Tensor]
PROMPT, NEGATIVE = "a red circle on a table", "text"
WIDTH, HEIGHT, STEPS, GUIDANCE = 48, 32, 4, 3.0
SEEDS = (7, 2**32 - 1)


def scheduler(model: Model, sampler: Sampler) -> object:
    """The scheduler each sampler stands for, as a user of diffusers would set it up."""
    config = model.pipe.scheduler.config
    if sampler is Sampler.DDIM:
        return diffusers.DDIMScheduler.from_config(config)
    if sampler is Sampler.EULER:
        return diffusers.EulerDiscreteScheduler.from_config(config, timestep_spacing="linspace")
    return diffusers.EulerAncestralDiscreteScheduler.from_config(
        config, timestep_spacing="linspace"
    )


def pipeline(model: Model, kind: type[Any], sampler: Sampler) -> Any:
    parts = {**model.pipe.components, "scheduler": scheduler(model, sampler)}
    pipe = kind(**parts, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def generators(seeds: tuple[int, ...]) -> list[torch.Generator]:
    return [torch.Generator("cpu").manual_seed(seed) for seed in seeds]


def common() -> dict[str, object]:
    return {
        "prompt": PROMPT,
        "negative_prompt": NEGATIVE,
        "num_inference_steps": STEPS,
        "guidance_scale": GUIDANCE,
    }


def ours(model: Model, **settings: Any) -> list[np.ndarray]:
    request = Request(PROMPT, SEEDS, negative=NEGATIVE, steps=STEPS, guidance=GUIDANCE, **settings)
    return [np.asarray(picture.image) for picture in generate(model, request)]


@pytest.fixture
def encode_to_the_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Diffusers samples an image's latent, and so spends the generator before the noise."""
    monkeypatch.setattr(
        DiagonalGaussianDistribution, "sample", lambda self, generator=None: self.mode()
    )


@pytest.mark.parametrize("sampler", [Sampler.EULER, Sampler.EULER_A, Sampler.DDIM])
def test_a_seed_gives_the_picture_diffusers_gives_for_a_generator_of_that_seed(
    tiny: Model, sampler: Sampler
) -> None:
    pipe = pipeline(tiny, diffusers.StableDiffusionPipeline, sampler)
    pictures = ours(tiny, width=WIDTH, height=HEIGHT, sampler=sampler)
    for seed, picture in zip(SEEDS, pictures, strict=True):
        expected = pipe(
            **common(), width=WIDTH, height=HEIGHT, generator=generators((seed,))
        ).images[0]
        assert np.array_equal(picture, np.asarray(expected))


@pytest.mark.parametrize("sampler", [Sampler.EULER, Sampler.EULER_A])
def test_explicit_noise_gives_the_batch_diffusers_gives_for_a_list_of_generators(
    tiny: Model, sampler: Sampler
) -> None:
    pipe = pipeline(tiny, diffusers.StableDiffusionPipeline, sampler)
    expected = pipe(
        **common(),
        width=WIDTH,
        height=HEIGHT,
        num_images_per_prompt=2,
        generator=generators(SEEDS),
        output_type="pt",
    ).images
    noise = torch.stack([initial_noise(seed, (4, 4, 6)) for seed in SEEDS])
    batch = sample_batch(
        tiny,
        [PROMPT],
        noise,
        steps=STEPS,
        guidance=GUIDANCE,
        sampler=sampler,
        negative=NEGATIVE,
        step_seeds=SEEDS,
    )
    assert torch.equal(batch, expected)


def test_the_multistep_solver_goes_through_the_same_noise_levels_as_euler(tiny: Model) -> None:
    levels = {}
    for sampler in (Sampler.EULER, Sampler.DPMPP_2M):
        request = Request(PROMPT, (1,), steps=5, sampler=sampler)
        steps: list[float] = []
        list(generate(tiny, request, on_step=lambda update, s=steps: s.append(update.sigma)))
        levels[sampler] = steps
    assert levels[Sampler.DPMPP_2M] == pytest.approx(levels[Sampler.EULER], rel=2e-3)


@pytest.mark.parametrize("sampler", list(Sampler))
def test_a_single_step_starts_from_a_level_that_hides_the_picture(
    tiny: Model, sampler: Sampler
) -> None:
    seen: list[float] = []
    request = Request(PROMPT, (1,), steps=1, sampler=sampler)
    list(generate(tiny, request, on_step=lambda update: seen.append(update.sigma)))
    noisiest = (
        (1 - tiny.pipe.scheduler.alphas_cumprod[-1]) / tiny.pipe.scheduler.alphas_cumprod[-1]
    ) ** 0.5
    assert len(seen) == 1
    assert (seen[0] > 0.99 * float(noisiest)) == (sampler is not Sampler.DDIM)


@pytest.mark.parametrize("negative", ["", "fog"])
def test_an_xl_model_gives_the_picture_diffusers_gives(tiny_xl: Model, negative: str) -> None:
    parts = {**tiny_xl.pipe.components, "scheduler": scheduler(tiny_xl, Sampler.EULER)}
    parts["scheduler"].register_to_config(use_karras_sigmas=False)
    pipe = diffusers.StableDiffusionXLPipeline(**parts, add_watermarker=False)
    pipe.set_progress_bar_config(disable=True)
    expected = pipe(
        **{**common(), "negative_prompt": negative or None},
        width=WIDTH,
        height=HEIGHT,
        generator=generators((5,)),
    ).images[0]
    request = Request(PROMPT, (5,), negative, WIDTH, HEIGHT, STEPS, GUIDANCE)
    (made,) = generate(tiny_xl, request)
    assert np.array_equal(np.asarray(made.image), np.asarray(expected))


@pytest.mark.parametrize("sampler", list(Sampler))
def test_what_scheduler_a_model_was_saved_with_makes_no_difference(
    tiny: Model, sampler: Sampler
) -> None:
    noise_levels = {
        key: tiny.pipe.scheduler.config[key] for key in ("beta_start", "beta_end", "beta_schedule")
    }
    saved = (
        diffusers.DDIMScheduler(**noise_levels),
        diffusers.PNDMScheduler(**noise_levels, skip_prk_steps=True, timestep_spacing="leading"),
        diffusers.EulerDiscreteScheduler(**noise_levels, use_karras_sigmas=True),
        diffusers.DPMSolverMultistepScheduler(**noise_levels, use_karras_sigmas=True),
    )
    request = Request(PROMPT, (1,), width=WIDTH, height=HEIGHT, steps=3, sampler=sampler)
    before = tiny.pipe.scheduler
    pictures = []
    try:
        for tiny.pipe.scheduler in saved:
            pictures += [np.asarray(made.image) for made in generate(tiny, request)]
    finally:
        tiny.pipe.scheduler = before
    for other in pictures[1:]:
        assert np.array_equal(pictures[0], other)


@pytest.mark.usefixtures("encode_to_the_mean")
@pytest.mark.parametrize("strength", [1.0, 0.6])
def test_starting_from_a_picture_is_diffusers_image_to_image(
    tiny: Model, picture: Make, strength: float
) -> None:
    start = picture(WIDTH, HEIGHT)
    pipe = pipeline(tiny, diffusers.StableDiffusionImg2ImgPipeline, Sampler.EULER)
    pictures = ours(tiny, image=start, strength=strength)
    for seed, made in zip(SEEDS, pictures, strict=True):
        expected = pipe(
            **common(), image=start[None], strength=strength, generator=generators((seed,))
        ).images[0]
        assert np.array_equal(made, np.asarray(expected))


@pytest.mark.usefixtures("encode_to_the_mean")
@pytest.mark.parametrize("strength", [1.0, 0.6])
@pytest.mark.parametrize("channels", [4, 9])
def test_repainting_is_diffusers_inpainting(
    tiny: Model, tiny_inpainter: Model, picture: Make, strength: float, channels: int
) -> None:
    model = tiny if channels == 4 else tiny_inpainter
    start, mask = picture(WIDTH, HEIGHT), torch.zeros(HEIGHT, WIDTH)
    mask[8:24, 16:40] = 1
    pipe = pipeline(model, diffusers.StableDiffusionInpaintPipeline, Sampler.EULER)
    pictures = ours(model, image=start, mask=mask, strength=strength, keep_outside=False)
    for seed, made in zip(SEEDS, pictures, strict=True):
        expected = pipe(
            **common(),
            image=start[None],
            mask_image=mask[None, None],
            width=WIDTH,
            height=HEIGHT,
            strength=strength,
            generator=generators((seed,)),
        ).images[0]
        assert np.array_equal(made, np.asarray(expected))
