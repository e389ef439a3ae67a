"""Every sampler on every schedule against its formulas, written down a second time.

The formulas are those of k-diffusion, which the web UI and ComfyUI run, in the variance-exploding
frame and in double precision; noise is drawn from one generator a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.generation.sampler import Plan, Sampler, ScheduleType
from seedloupe.hosts.standalone.engine.denoise import denoise
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import generate, sample_batch
from seedloupe.hosts.standalone.engine.schedulers import make_scheduler
from seedloupe.hosts.standalone.engine.step_noise import step_streams
from seedloupe.hosts.standalone.engine.text import encode_text
from seedloupe.noise import initial_noise

from ....requests import pixels, request_of

if TYPE_CHECKING:
    Denoiser = Callable[[Tensor, float], Tensor]
    Draw = Callable[[float, float], Tensor]

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning",
    "ignore:__array_wrap__ must accept:DeprecationWarning",
)

SHAPE, SEED, PROMPT = (4, 4, 6), 7, "a red circle"
PAIRS = [(sampler, schedule) for sampler in Sampler for schedule in sampler.schedules]
#: Formulas of its own, in times and not in levels: diffusers' pipelines stand for them.
BY_TIMES = (Sampler.DDIM, Sampler.LCM)
#: Each sampler once, on a schedule that is not the usual one where it has one.
EACH = [(sampler, sampler.schedules[-2:][0]) for sampler in Sampler]
SOLVED = [pair for pair in PAIRS if pair[0] not in (*BY_TIMES, Sampler.UNIPC)]


def trained(model: Model) -> np.ndarray:
    import diffusers

    config = model.pipe.scheduler.config
    kept = diffusers.EulerDiscreteScheduler.from_config(config).alphas_cumprod.double().numpy()
    return ((1 - kept) / kept) ** 0.5


def levels(model: Model, schedule: ScheduleType, steps: int) -> np.ndarray:
    known = trained(model)
    most, least = known[-1], known[0]
    ramp = np.linspace(0, 1, steps)
    if schedule is ScheduleType.KARRAS:
        sigmas = (most ** (1 / 7) + ramp * (least ** (1 / 7) - most ** (1 / 7))) ** 7
    elif schedule is ScheduleType.EXPONENTIAL:
        sigmas = np.exp(np.log(most) + ramp * (np.log(least) - np.log(most)))
    else:
        last = len(known) - 1
        ends = (
            (last, 0) if schedule is ScheduleType.UNIFORM else (last, last - 1000 * (1 - 1 / steps))
        )
        sigmas = np.exp(np.interp(np.linspace(*ends, steps), np.arange(last + 1), np.log(known)))
    return np.append(sigmas, 0.0)


def denoiser(model: Model) -> Denoiser:
    """What the U-Net says is under the noise, of ``clean + sigma * noise``."""
    known = np.log(trained(model))
    tokens = encode_text(model, [PROMPT], negative="", guided=False).tokens
    by_v = model.pipe.scheduler.config.prediction_type == "v_prediction"

    def clean(noisy: Tensor, sigma: float) -> Tensor:
        time = float(np.interp(np.log(sigma), known, np.arange(len(known))))
        scale = (1 + sigma**2) ** 0.5
        entry = (noisy / scale).float()
        out = model.unet(entry, torch.tensor(time), encoder_hidden_states=tokens).sample.double()
        return noisy / scale**2 - out * sigma / scale if by_v else noisy - sigma * out

    return clean


def euler(clean: Denoiser, noisy: Tensor, sigmas: np.ndarray, draw: Draw) -> Tensor:
    for now, then in pairwise(sigmas):
        noisy = noisy + (noisy - clean(noisy, now)) / now * (then - now)
    return noisy


def euler_a(clean: Denoiser, noisy: Tensor, sigmas: np.ndarray, draw: Draw) -> Tensor:
    for now, then in pairwise(sigmas):
        up = (then**2 * (now**2 - then**2) / now**2) ** 0.5
        down = (then**2 - up**2) ** 0.5
        noisy = noisy + (noisy - clean(noisy, now)) / now * (down - now) + up * draw(now, then)
    return noisy


def heun(clean: Denoiser, noisy: Tensor, sigmas: np.ndarray, draw: Draw) -> Tensor:
    for now, then in pairwise(sigmas):
        slope = (noisy - clean(noisy, now)) / now
        ahead = noisy + slope * (then - now)
        if then > 0:
            slope = (slope + (ahead - clean(ahead, then)) / then) / 2
        noisy = noisy + slope * (then - now)
    return noisy


def dpm2(clean: Denoiser, noisy: Tensor, sigmas: np.ndarray, draw: Draw) -> Tensor:
    for now, then in pairwise(sigmas):
        slope = (noisy - clean(noisy, now)) / now
        if then > 0:
            half = (now * then) ** 0.5
            between = noisy + slope * (half - now)
            slope = (between - clean(between, half)) / half
        noisy = noisy + slope * (then - now)
    return noisy


def dpmpp_2m(clean: Denoiser, noisy: Tensor, sigmas: np.ndarray, draw: Draw) -> Tensor:
    before, step = None, 0.0
    for now, then in pairwise(sigmas):
        guess = mixed = clean(noisy, now)
        if before is not None and then > 0:
            mixed = guess + (guess - before) * np.log(now / then) / (2 * step)
        noisy = then / now * noisy + (1 - then / now) * mixed
        before, step = guess, np.log(now / then) if then > 0 else 0.0
    return noisy


def dpmpp_2m_sde(clean: Denoiser, noisy: Tensor, sigmas: np.ndarray, draw: Draw) -> Tensor:
    before, last = None, 0.0
    for now, then in pairwise(sigmas):
        guess = clean(noisy, now)
        fresh = draw(now, then)
        if then == 0:
            return guess
        step = np.log(now / then)
        share = 1 - np.exp(-2 * step)
        noisy = then / now * np.exp(-step) * noisy + share * guess
        if before is not None:
            noisy = noisy + 0.5 * share * step / last * (guess - before)
        noisy = noisy + fresh * then * share**0.5
        before, last = guess, step
    return noisy


def dpmpp_sde(clean: Denoiser, noisy: Tensor, sigmas: np.ndarray, draw: Draw) -> Tensor:
    def moved(onto: Tensor, guess: Tensor, now: float, then: float, fresh: Tensor) -> Tensor:
        step = np.log(now / then)
        share = 1 - np.exp(-2 * step)
        return then / now * np.exp(-step) * onto + share * guess + fresh * then * share**0.5

    for now, then in pairwise(sigmas):
        guess = clean(noisy, now)
        if then == 0:
            return guess
        half = (now * then) ** 0.5
        first, second = draw(now, half), draw(half, then)
        # One Brownian path: the whole step's noise is its two halves', by their lengths.
        lengths = (now - half) / (now - then), (half - then) / (now - then)
        whole = first * lengths[0] ** 0.5 + second * lengths[1] ** 0.5
        between = moved(noisy, guess, now, half, first)
        noisy = moved(noisy, clean(between, half), now, then, whole)
    return noisy


EXPLODING = (Sampler.EULER, Sampler.EULER_A, Sampler.HEUN, Sampler.DPM2)
FORMULAS = {
    Sampler.EULER: euler,
    Sampler.EULER_A: euler_a,
    Sampler.HEUN: heun,
    Sampler.DPM2: dpm2,
    Sampler.DPMPP_2M: dpmpp_2m,
    Sampler.DPMPP_SDE: dpmpp_sde,
    Sampler.DPMPP_2M_SDE: dpmpp_2m_sde,
}


@torch.no_grad()
def by_formula(model: Model, sampler: Sampler, schedule: ScheduleType, steps: int) -> Tensor:
    """The clean latent ``(1, C, H, W)`` the formulas end at."""
    generator = torch.Generator().manual_seed(SEED)
    noise = torch.randn((1, *SHAPE), generator=generator)
    without_last = sampler is Sampler.DPM2
    sigmas = levels(model, schedule, steps + without_last)
    if without_last:
        sigmas = np.delete(sigmas, -2)
    return FORMULAS[sampler](
        denoiser(model),
        noise.double() * sigmas[0],
        sigmas,
        lambda *_: torch.randn((1, *SHAPE), generator=generator),
    )


def by_engine(model: Model, sampler: Sampler, schedule: ScheduleType, steps: int) -> Tensor:
    plan = Plan(sampler, steps, 1.0, schedule)
    text = encode_text(model, [PROMPT], negative="", guided=False)
    streams = step_streams(sampler, [SEED], 1, SHAPE)
    *_, last = denoise(model, initial_noise(SEED, SHAPE)[None], text, plan, streams=streams)
    return last.latents


@contextmanager
def saved_as(model: Model, **settings: object) -> Iterator[Model]:
    """The model, saved with other words about its noise levels."""
    before = model.pipe.scheduler
    model.pipe.scheduler = type(before).from_config(before.config, **settings)
    try:
        yield Model(model.name, model.family, model.pipe, model.files)
    finally:
        model.pipe.scheduler = before


@pytest.mark.parametrize(("sampler", "schedule"), SOLVED)
@pytest.mark.parametrize("steps", [1, 4])
def test_a_sampler_takes_the_steps_of_its_formulas(
    tiny: Model, sampler: Sampler, schedule: ScheduleType, steps: int
) -> None:
    made, expected = (way(tiny, sampler, schedule, steps) for way in (by_engine, by_formula))
    assert (made - expected).abs().max() < 2e-4 * expected.abs().max()


@pytest.mark.parametrize("zero", [False, True])
@pytest.mark.parametrize("sampler", list(FORMULAS))
def test_models_that_predict_v_are_solved_as_well_down_to_no_signal_at_all(
    tiny: Model, sampler: Sampler, zero: bool
) -> None:
    words = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": zero}
    with saved_as(tiny, **words) as model:
        made, expected = (
            way(model, sampler, ScheduleType.KARRAS, 5) for way in (by_engine, by_formula)
        )
    assert (made - expected).abs().max() < 1e-3 * expected.abs().max()


@pytest.mark.parametrize(("sampler", "schedule"), PAIRS)
def test_zero_terminal_models_draw_finite_pictures_on_every_pair(
    tiny: Model, sampler: Sampler, schedule: ScheduleType
) -> None:
    words = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True}
    with saved_as(tiny, **words) as model:
        made = by_engine(model, sampler, schedule, 4)
    assert made.isfinite().all()
    assert made.std() > 0


@pytest.mark.parametrize("schedule", [ScheduleType.UNIFORM, ScheduleType.KARRAS])
def test_unipc_finds_what_the_other_solvers_find_and_sooner_than_eulers_method(
    tiny: Model, schedule: ScheduleType
) -> None:
    exact = by_formula(tiny, Sampler.DPMPP_2M, schedule, 100)
    by_unipc, by_euler = (
        (by_engine(tiny, sampler, schedule, 30) - exact).abs().mean()
        for sampler in (Sampler.UNIPC, Sampler.EULER)
    )
    assert by_unipc < 0.02 * exact.std()
    assert by_unipc < by_euler


def native(model: Model, sampler: Sampler, schedule: ScheduleType) -> Any:
    """What a user of diffusers would set up."""
    import diffusers

    config = model.pipe.scheduler.config
    if sampler is Sampler.LCM:
        return diffusers.LCMScheduler.from_config(config)
    if sampler is Sampler.DDIM:
        settings = {"timestep_spacing": "trailing", "set_alpha_to_one": True}
        return diffusers.DDIMScheduler.from_config(config, **settings)
    kinds = {Sampler.EULER: "EulerDiscreteScheduler", Sampler.HEUN: "HeunDiscreteScheduler"}
    return getattr(diffusers, kinds[sampler]).from_config(
        config,
        timestep_spacing="trailing" if schedule is ScheduleType.SGM_UNIFORM else "linspace",
        use_karras_sigmas=schedule is ScheduleType.KARRAS,
        use_exponential_sigmas=schedule is ScheduleType.EXPONENTIAL,
    )


NATIVE = [
    *((Sampler.EULER, schedule) for schedule in ScheduleType),
    *((Sampler.HEUN, schedule) for schedule in ScheduleType),
    (Sampler.LCM, ScheduleType.SGM_UNIFORM),
    (Sampler.DDIM, ScheduleType.SGM_UNIFORM),
]


@pytest.mark.parametrize(("sampler", "schedule"), NATIVE)
def test_a_seed_gives_the_picture_of_diffusers_pipeline_for_its_generator(
    tiny: Model, sampler: Sampler, schedule: ScheduleType
) -> None:
    import diffusers

    parts = {**tiny.pipe.components, "scheduler": native(tiny, sampler, schedule)}
    pipe = diffusers.StableDiffusionPipeline(**parts, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    common = {"negative_prompt": "fog", "num_inference_steps": 4, "guidance_scale": 3.0}
    generator = torch.Generator().manual_seed(SEED)
    expected = pipe(PROMPT, width=48, height=32, generator=generator, **common).images[0]
    plan = Plan(sampler, 4, 3.0, schedule)
    request = request_of(tiny.info, PROMPT, (SEED,), negative="fog", width=48, height=32, plan=plan)
    (made,) = generate(tiny, request)
    apart = np.abs(pixels(made).astype(int) - np.asarray(expected).astype(int))
    assert apart.max() <= 1  # times between two trained ones are told to within a millionth


@pytest.mark.parametrize(("sampler", "schedule"), EACH)
def test_a_picture_is_the_same_in_a_batch_and_draws_from_no_other_generator(
    tiny: Model, sampler: Sampler, schedule: ScheduleType
) -> None:
    seeds = (3, 2**32 - 1)
    plan = Plan(sampler, 3, 2.0, schedule)
    request = request_of(tiny.info, PROMPT, seeds, width=48, height=32, plan=plan)
    state = torch.random.get_rng_state()
    alone = [made.image for made in generate(tiny, request)]
    noise = torch.stack([initial_noise(seed, SHAPE) for seed in seeds])
    together = sample_batch(
        tiny,
        [PROMPT],
        noise,
        steps=3,
        guidance=2.0,
        sampler=sampler,
        schedule=schedule,
        step_seeds=seeds,
    )
    assert torch.equal(state, torch.random.get_rng_state())
    for one, other in zip(alone, together, strict=True):
        assert (one - other).abs().max() < 2 / 255


@pytest.mark.parametrize(("sampler", "schedule"), EACH)
@pytest.mark.parametrize("masked", [False, True])
def test_a_picture_to_start_from_is_kept_where_nothing_is_forgotten(
    tiny: Model,
    picture: Callable[[int, int], Tensor],
    sampler: Sampler,
    schedule: ScheduleType,
    masked: bool,
) -> None:
    start, mask = picture(48, 32), torch.zeros(32, 48)
    mask[8:24, 16:40] = 1
    more = {"mask": mask, "keep_outside": False} if masked else {}
    seen: list[tuple[int, int, float]] = []
    request = request_of(
        tiny.info,
        PROMPT,
        (SEED,),
        image=start,
        strength=0.5,
        plan=Plan(sampler, 10, 1.0, schedule),
        **more,
    )
    (made,) = generate(tiny, request, on_step=lambda s: seen.append((s.step, s.steps, s.sigma)))
    assert [(step, steps) for step, steps, _ in seen] == [(step, 5) for step in range(5)]
    falling = [sigma for _, _, sigma in seen]
    assert falling == sorted(falling, reverse=True)
    every = make_scheduler(tiny, sampler, 10, schedule)
    if hasattr(every, "sigmas"):
        assert falling[0] == pytest.approx(float(every.sigmas[5 * sampler.calls]))
    assert made.image.isfinite().all()


@pytest.mark.parametrize("sampler", [Sampler.HEUN, Sampler.DPM2, Sampler.DPMPP_SDE])
def test_a_step_of_two_calls_is_one_step_to_whoever_watches(tiny: Model, sampler: Sampler) -> None:
    calls: list[tuple[int, float, int]] = []

    @contextmanager
    def watch(step: int, sigma: float, number: int) -> Iterator[None]:
        calls.append((step, sigma, number))
        yield

    text = encode_text(tiny, [PROMPT], negative="", guided=False)
    streams = step_streams(sampler, [SEED], 1, SHAPE)
    plan = Plan(sampler, 3, 1.0, ScheduleType.KARRAS)
    noise = initial_noise(SEED, SHAPE)[None]
    steps = list(denoise(tiny, noise, text, plan, streams=streams, watch=watch))
    sigmas = levels(tiny, ScheduleType.KARRAS, 3 + (sampler is Sampler.DPM2))
    ends = sigmas[1:3] if sampler is Sampler.HEUN else np.sqrt(sigmas[:2] * sigmas[1:3])
    assert [(step, number) for step, _, number in calls] == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)]
    expected = [sigmas[0], ends[0], sigmas[1], ends[1], sigmas[2]]
    assert [sigma for _, sigma, _ in calls] == pytest.approx(expected, rel=1e-5)
    assert [(step.index, step.total) for step in steps] == [(0, 3), (1, 3), (2, 3)]
    assert [step.sigma for step in steps] == pytest.approx(list(sigmas[:3]), rel=1e-5)
    assert len(calls) == plan.calls


def test_layers_are_filed_by_step_and_call(tiny: Model) -> None:
    from seedloupe.lens import FeatureMap

    seen: list[FeatureMap] = []
    plan = Plan(Sampler.HEUN, 2, 2.0)
    request = request_of(tiny.info, PROMPT, (SEED,), width=48, height=32, plan=plan)
    list(generate(tiny, request, panel=("mid-*",), sinks=(seen.append,)))
    (layer, *_) = sorted({feature.layer for feature in seen})
    places = [(f.step, f.call, round(f.sigma or 0, 3)) for f in seen if f.layer == layer]
    known = levels(tiny, ScheduleType.UNIFORM, 2).round(3)
    assert places == [(0, 0, known[0]), (0, 1, known[1]), (1, 0, known[1])]


@pytest.mark.parametrize(
    ("sampler", "schedule", "field"),
    [
        (Sampler.DDIM, ScheduleType.KARRAS, "schedule"),
        (Sampler.DDIM, ScheduleType.EXPONENTIAL, "schedule"),
        (Sampler.LCM, ScheduleType.UNIFORM, "schedule"),
        (Sampler.LCM, ScheduleType.KARRAS, "schedule"),
    ],
)
def test_what_a_sampler_cannot_do_is_refused_before_there_is_a_model(
    sampler: Sampler, schedule: ScheduleType, field: str
) -> None:
    with pytest.raises(InputError, match=f"{sampler.label}, got {schedule.label}") as refused:
        Plan(sampler, 4, 1.0, schedule)
    assert refused.value.field == field


def test_lcm_is_refused_more_steps_than_it_was_taught() -> None:
    with pytest.raises(InputError, match="steps: expected 1 to 50 for LCM, got 51"):
        Plan(Sampler.LCM, 51)


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("sampler", [Sampler.DDIM, Sampler.EULER, Sampler.DPMPP_2M])
def test_a_push_moves_what_a_call_predicts_by_just_that_and_nought_moves_nothing(
    tiny: Model, sampler: Sampler, prediction: str
) -> None:
    plan = Plan(sampler, 4, 1.0, None)
    text = encode_text(tiny, [PROMPT], negative="", guided=False)
    seen: list[tuple[Tensor, float]] = []
    moved = torch.linspace(-1, 1, 4)[None, :, None, None].expand(1, *SHAPE)

    def push(clean: Tensor, sigma: float) -> Tensor:
        seen.append((clean, sigma))
        return moved

    with saved_as(tiny, prediction_type=prediction) as model:
        noise = initial_noise(SEED, SHAPE)[None]
        plain = list(denoise(model, noise, text, plan))
        still = list(denoise(model, noise, text, plan, push=lambda clean, sigma: 0 * clean))
        pushed = list(denoise(model, noise, text, plan, push=push))
    assert torch.equal(still[-1].latents, plain[-1].latents)
    scale = float(plain[0].clean.abs().max())
    assert (pushed[0].clean - plain[0].clean - moved).abs().max() < 2e-3 * scale
    assert (seen[0][0] - plain[0].clean).abs().max() < 2e-3 * scale
    assert [sigma for _, sigma in seen] == [step.sigma for step in pushed]
