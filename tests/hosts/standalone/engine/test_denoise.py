"""Our loop against diffusers' own pipelines, which draw with one generator a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from seedloupe.hosts.standalone.engine.latents import decode_latents
from seedloupe.hosts.standalone.engine.sampling import Sampler, generate, sample_batch
from seedloupe.hosts.standalone.engine.text import encode_text
from seedloupe.noise import initial_noise

from ....requests import pixels, request_of

if TYPE_CHECKING:
    from seedloupe.hosts.standalone.engine.models import Model

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

Make = Callable[[int, int], torch.Tensor]
PROMPT, NEGATIVE = "a red circle on a table", "text"
WIDTH, HEIGHT, STEPS, GUIDANCE = 48, 32, 4, 3.0
SEEDS = (7, 2**32 - 1)


def scheduler(model: Model, sampler: Sampler) -> object:
    """The scheduler each sampler stands for, as a user of diffusers would set it up."""
    import diffusers

    config = model.pipe.scheduler.config
    if sampler is Sampler.DDIM:
        return diffusers.DDIMScheduler.from_config(config)
    if sampler is Sampler.EULER:
        return diffusers.EulerDiscreteScheduler.from_config(config, timestep_spacing="linspace")
    return diffusers.EulerAncestralDiscreteScheduler.from_config(
        config, timestep_spacing="linspace"
    )


def pipeline(model: Model, kind: str, sampler: Sampler) -> Any:
    import diffusers

    parts = {**model.pipe.components, "scheduler": scheduler(model, sampler)}
    pipe = getattr(diffusers, kind)(**parts, requires_safety_checker=False)
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
    request = request_of(
        model.info, PROMPT, SEEDS, negative=NEGATIVE, steps=STEPS, guidance=GUIDANCE, **settings
    )
    return [pixels(picture) for picture in generate(model, request)]


@pytest.fixture
def encode_to_the_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Diffusers samples an image's latent, and so spends the generator before the noise."""
    from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution

    monkeypatch.setattr(
        DiagonalGaussianDistribution, "sample", lambda self, generator=None: self.mode()
    )


@pytest.mark.parametrize("sampler", [Sampler.EULER, Sampler.EULER_A, Sampler.DDIM])
def test_a_seed_gives_the_picture_diffusers_gives_for_a_generator_of_that_seed(
    tiny: Model, sampler: Sampler
) -> None:
    pipe = pipeline(tiny, "StableDiffusionPipeline", sampler)
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
    pipe = pipeline(tiny, "StableDiffusionPipeline", sampler)
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


def even_levels(model: Model, steps: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The web UI's uniform schedule: even times, and sigmas whose logarithms are interpolated."""
    kept = model.pipe.scheduler.alphas_cumprod.double()
    logs = ((1 - kept) / kept).log() / 2
    times = torch.linspace(len(logs) - 1, 0, steps, dtype=torch.float64)
    low = times.floor().long()
    share = times - low
    high = (low + 1).clamp(max=len(logs) - 1)
    return times, ((1 - share) * logs[low] + share * logs[high]).exp()


@pytest.mark.parametrize("steps", [5, 16])
def test_the_multistep_solver_goes_through_even_times_that_are_no_whole_numbers(
    tiny: Model, steps: int
) -> None:
    levels: list[float] = []
    request = request_of(tiny.info, PROMPT, (1,), steps=steps, sampler=Sampler.DPMPP_2M)
    list(generate(tiny, request, on_step=lambda update: levels.append(update.sigma)))
    assert levels == pytest.approx(even_levels(tiny, steps)[1].tolist(), rel=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("steps", [2, 5, 16])
def test_the_multistep_solver_takes_the_steps_of_its_paper(tiny: Model, steps: int) -> None:
    """DPM-Solver++(2M), Lu et al. 2022, algorithm 2, in the variance-exploding frame."""
    times, sigmas = even_levels(tiny, steps)
    noise = initial_noise(SEEDS[0], (4, 4, 6))[None]
    latent = noise.double() * sigmas[0]  # as the hosts start it: noise alone, at the first level
    tokens = encode_text(tiny, [PROMPT], negative="", guided=False).tokens
    before: torch.Tensor | None = None
    ends = torch.cat([sigmas[1:], torch.zeros(1, dtype=torch.float64)])
    for index, (time, sigma, end) in enumerate(zip(times, sigmas, ends, strict=True)):
        scaled = (latent / (1 + sigma**2).sqrt()).float()
        guess = tiny.unet(scaled, time.float(), encoder_hidden_states=tokens).sample.double()
        clean = latent - sigma * guess
        mixed = clean
        if before is not None and end > 0:
            ratio = (sigmas[index - 1] / sigma).log() / (sigma / end).log()
            mixed = clean + (clean - before) / (2 * ratio)
        latent, before = end / sigma * latent + (1 - end / sigma) * mixed, clean
    expected = decode_latents(tiny, latent.float())
    made = sample_batch(tiny, [PROMPT], noise, steps=steps, guidance=1.0, sampler=Sampler.DPMPP_2M)
    assert (made - expected).abs().max() < 1e-4


@pytest.mark.parametrize("sampler", list(Sampler))
def test_a_single_step_starts_from_a_level_that_hides_the_picture(
    tiny: Model, sampler: Sampler
) -> None:
    seen: list[float] = []
    request = request_of(tiny.info, PROMPT, (1,), steps=1, sampler=sampler)
    list(generate(tiny, request, on_step=lambda update: seen.append(update.sigma)))
    noisiest = (
        (1 - tiny.pipe.scheduler.alphas_cumprod[-1]) / tiny.pipe.scheduler.alphas_cumprod[-1]
    ) ** 0.5
    assert len(seen) == 1
    assert (seen[0] > 0.99 * float(noisiest)) == (sampler is not Sampler.DDIM)


@pytest.mark.parametrize("negative", ["", "fog"])
def test_an_xl_model_gives_the_picture_diffusers_gives(tiny_xl: Model, negative: str) -> None:
    from diffusers import StableDiffusionXLPipeline

    parts = {**tiny_xl.pipe.components, "scheduler": scheduler(tiny_xl, Sampler.EULER)}
    parts["scheduler"].register_to_config(use_karras_sigmas=False)
    pipe = StableDiffusionXLPipeline(**parts, add_watermarker=False)
    pipe.set_progress_bar_config(disable=True)
    expected = pipe(
        **{**common(), "negative_prompt": negative or None},
        width=WIDTH,
        height=HEIGHT,
        generator=generators((5,)),
    ).images[0]
    request = request_of(
        tiny_xl.info,
        PROMPT,
        (5,),
        negative=negative,
        width=WIDTH,
        height=HEIGHT,
        steps=STEPS,
        guidance=GUIDANCE,
    )
    (made,) = generate(tiny_xl, request)
    assert np.array_equal(pixels(made), np.asarray(expected))


@pytest.mark.parametrize("sampler", list(Sampler))
def test_what_scheduler_a_model_was_saved_with_makes_no_difference(
    tiny: Model, sampler: Sampler
) -> None:
    import diffusers

    noise_levels = {
        key: tiny.pipe.scheduler.config[key] for key in ("beta_start", "beta_end", "beta_schedule")
    }
    saved = (
        diffusers.DDIMScheduler(**noise_levels),
        diffusers.PNDMScheduler(**noise_levels, skip_prk_steps=True, timestep_spacing="leading"),
        diffusers.EulerDiscreteScheduler(**noise_levels, use_karras_sigmas=True),
        diffusers.DPMSolverMultistepScheduler(**noise_levels, use_karras_sigmas=True),
    )
    request = request_of(
        tiny.info, PROMPT, (1,), width=WIDTH, height=HEIGHT, steps=3, sampler=sampler
    )
    before = tiny.pipe.scheduler
    pictures = []
    try:
        for tiny.pipe.scheduler in saved:
            pictures += [pixels(made) for made in generate(tiny, request)]
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
    pipe = pipeline(tiny, "StableDiffusionImg2ImgPipeline", Sampler.EULER)
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
    pipe = pipeline(model, "StableDiffusionInpaintPipeline", Sampler.EULER)
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
