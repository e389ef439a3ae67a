"""Samplers: where noise is drawn, and where a picture that has some gets more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from ....errors import SeedloupeError
from ....noise import canonical_seed, parse_seeds
from ....noise.source import CPU_NOISE, NV_NOISE, NoiseSource
from ...found_noise import LaterPass
from ...parsing import read_seed, read_share, whole_number
from ..evaluation import Inputs, Rule
from ..flow import MOST_PICTURES, UNSTARTED, Draw, Flow, Form, Seed, TableSeed, UnknownSeed, united
from ..graph import Link
from ..values import GraphModel, Guide, Many, NoiseMaker, Schedule, Slots, Unknown, Value
from .schedules import part, schedule

_LARGEST_EXACT = 2**53
"""Beyond it a whole number written as a float may be another."""
_LATENTS = ("latent_image", "latent", "samples")


@dataclass(frozen=True)
class Pass:
    """One run of a sampler.

    Attributes:
        noise: what it asks for noise.
        model: what it samples with.
        schedule: its noise levels.
    """

    noise: NoiseMaker
    model: GraphModel
    schedule: Schedule


def sampled(inputs: Inputs, handed: Flow | Unknown, run: Pass) -> Flow | Unknown:
    """Return latents after a sampler.

    Pictures that began with no noise yet begin here; the others get a later pass. Where nothing is
    forgotten nothing is drawn that would count.

    Args:
        inputs: of the sampler.
        handed: the latents it is handed.
        run: how it samples.
    """
    if isinstance(handed, Unknown):
        if handed.is_broken:
            return handed
        handed = _not_known(handed)
    if run.schedule.strength == 0:
        return handed
    if handed.started:
        return _again(inputs, handed, run)
    if not run.noise.adds:
        return replace(handed, empty=False, doubts=united(handed.doubts, run.schedule.doubts))
    if run.noise.each:
        return _each_its_own(inputs, handed, run)
    draw = len(inputs.draws)
    inputs.draws.append(_draw(inputs, handed, run))
    rows = tuple(row or frozenset({(draw, place)}) for place, row in enumerate(handed.rows))
    return replace(handed, rows=rows, empty=False, doubts=(), grown=Fraction(1))


def _each_its_own(inputs: Inputs, handed: Flow, run: Pass) -> Flow | Unknown:
    """Let each picture begin with the noise of its own seed, whatever else is in the batch."""
    places = handed.index or tuple(range(len(handed.rows)))
    seeds = run.noise.each
    if len(places) != len(handed.rows) or max(places) >= len(seeds):
        return replace(inputs.unknown(), is_broken=True)  # the node refuses it
    if not handed.counted and len(seeds) > 1:
        return inputs.unknown(f"a batch of {handed.size_from or 'pictures'} without a number")
    rows = []
    for place, row in zip(places, handed.rows, strict=True):
        rows.append(row or frozenset({(len(inputs.draws), 0)}))
        whole = _draw(inputs, handed, replace(run, noise=replace(run.noise, seed=seeds[place])))
        inputs.draws.append(replace(whole, batch=1, index=None, own_seed=True))
    return replace(handed, rows=tuple(rows), empty=False, doubts=(), grown=Fraction(1))


def _not_known(handed: Unknown) -> Flow:
    """Return latents of which nothing is known but who made them, and what may be in them."""
    begun = UNSTARTED.union(*(row for flow in handed.flows for row in flow.rows))
    return Flow(Form.LATENTS, None, (begun,), counted=False, doubts=handed.names)


def _again(inputs: Inputs, handed: Flow, run: Pass) -> Flow:
    """Let pictures that have begun go through another sampler."""
    doubts = united(handed.doubts, run.schedule.doubts)
    if not run.noise.adds:
        return replace(handed, doubts=doubts)
    seed = run.noise.seed if isinstance(run.noise.seed, int) else None
    step = LaterPass(inputs.called, seed, handed.pixels, run.schedule.strength)
    return replace(handed, later=(*handed.later, step), doubts=doubts)


def _draw(inputs: Inputs, handed: Flow, run: Pass) -> Draw:
    from_picture = not handed.empty
    strength = run.schedule.strength
    return Draw(
        sampler=f"{inputs.called} {inputs.name[:20]}",
        seed=run.noise.seed,
        size=handed.size,
        batch=len(handed.rows) if handed.counted else None,
        index=handed.index,
        source=run.noise.source if run.noise.drawer else _source(run.model),
        drawer=run.noise.drawer,
        channels=handed.channels if handed.empty else None,
        cell=handed.cell,
        task="inpaint" if handed.masked else "img2img" if from_picture else "txt2img",
        strength=strength if from_picture or handed.masked or strength != 1 else None,
        doubts=united(handed.doubts, run.noise.doubts, run.model.doubts, run.schedule.doubts),
        size_from=handed.size_from,
    )


def _source(model: GraphModel) -> NoiseSource | None:
    """Return who draws: the CPU, or what smZNodes' settings say of the model."""
    return {"": CPU_NOISE, "nv": NV_NOISE}.get(model.drawn_by)


def read_seed_of(inputs: Inputs, *names: str) -> Seed | None:
    """Return the seed a node is handed; None where it leads to no number.

    Raises:
        ImageError: it is a number that names no noise.
    """
    value = inputs.value(*names)
    if isinstance(value, Unknown):
        held = value.held if value.held is not None and 0 <= value.held < 2**64 else None
        return UnknownSeed(value.names[0], held)
    if isinstance(value, TableSeed):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_EXACT:
        value = int(value)
    if isinstance(value, bool) or whole_number(value) is None:
        return None
    return read_seed(value, f"{inputs.field}.seed")


def schedule_by_share(inputs: Inputs, name: str = "denoise") -> Schedule:
    """Return a run of a sampler that has its levels from a share.

    Raises:
        ImageError: it is no share.
    """
    value = inputs.value(name)
    if isinstance(inputs.node.inputs.get(name), Link):
        share = inputs.share(name)
        return Schedule(None if share is None else part(share))
    if value is None and name not in inputs.node.inputs:
        value = 1.0
    return Schedule(part(read_share(value, f"{inputs.field}.{name}")))


def between_steps(inputs: Inputs) -> Schedule:
    """Return the run of an advanced sampler: from a step to a step."""
    steps = inputs.number("steps")
    start = inputs.number("start_at_step", default=0)
    if start is None or start < 0:
        return Schedule(None)
    if not steps or steps < 1:
        # From its first step on it forgets everything, however many there are.
        return Schedule(1.0 if start == 0 else None)
    return Schedule(part((steps - start) / steps), steps)


def is_adding(inputs: Inputs) -> tuple[bool, tuple[str, ...]]:
    """Return whether an advanced sampler draws noise, and what keeps that from being known."""
    value = inputs.value("add_noise")
    if isinstance(value, Unknown):
        return True, value.names
    return inputs.word("add_noise", default="enable") not in ("disable", "false"), ()


def _ksampler(inputs: Inputs) -> Value:
    noise = NoiseMaker(read_seed_of(inputs, "seed"))
    run = Pass(noise, inputs.model("model"), schedule_by_share(inputs))
    return sampled(inputs, inputs.latents(*_LATENTS), run)


def _ksampler_advanced(inputs: Inputs) -> Value:
    adds, doubts = is_adding(inputs)
    noise = NoiseMaker(read_seed_of(inputs, "noise_seed"), adds, doubts)
    run = Pass(noise, inputs.model("model"), between_steps(inputs))
    return sampled(inputs, inputs.latents(*_LATENTS), run)


def _sampler_custom(inputs: Inputs) -> Slots:
    adds, doubts = is_adding(inputs)
    noise = NoiseMaker(read_seed_of(inputs, "noise_seed"), adds, doubts)
    run = Pass(_with_method(inputs, noise), inputs.model("model"), schedule(inputs))
    latents = sampled(inputs, inputs.latents(*_LATENTS), run)
    return Slots((latents, latents))


def _sampler_custom_advanced(inputs: Inputs) -> Slots:
    noise = _with_method(inputs, _noise(inputs))
    run = Pass(noise, inputs.model("guider"), schedule(inputs))
    latents = sampled(inputs, inputs.latents(*_LATENTS), run)
    return Slots((latents, latents))


def _noise(inputs: Inputs) -> NoiseMaker:
    """Return what a sampler is handed as noise."""
    value = inputs.value("noise")
    if isinstance(value, NoiseMaker):
        return value
    if isinstance(value, Unknown):
        seed = value.seeds[0] if len(value.seeds) == 1 else None
        return NoiseMaker(seed, True, value.names)
    return NoiseMaker(None, True, ("noise from nowhere",))


def _with_method(inputs: Inputs, noise: NoiseMaker) -> NoiseMaker:
    """Add what is not known of the method that walks down the levels."""
    method = inputs.value("sampler")
    doubts = method.names if isinstance(method, Unknown) else ()
    doubts = (*doubts, *(method.model.doubts if isinstance(method, Guide) else ()))
    return replace(noise, doubts=united(noise.doubts, doubts)) if doubts else noise


def _random_noise(inputs: Inputs) -> NoiseMaker:
    return NoiseMaker(read_seed_of(inputs, "noise_seed"))


def _noise_from_seeds(inputs: Inputs) -> Value | Slots:
    """Our own node: a NOISE in which each picture has its own seed, and the seeds as a list."""
    text, source = inputs.value("seeds"), inputs.value("source")
    if not isinstance(text, str) or not isinstance(source, str):
        return inputs.unknown()
    try:
        drawn = NoiseSource.parse(source)
        seeds = tuple(canonical_seed(seed, drawn) for seed in parse_seeds(text))
    except SeedloupeError:
        return replace(inputs.unknown(), is_broken=True)
    if not 0 < len(seeds) <= MOST_PICTURES:
        return inputs.unknown()
    maker = NoiseMaker(None, drawer="Noise from Seeds", source=drawn, each=seeds)
    return Slots((maker, Many(seeds)))


def _no_noise(inputs: Inputs) -> NoiseMaker:
    return NoiseMaker(None, adds=False)


def _add_noise(inputs: Inputs) -> Value:
    """Core's "AddNoise": noise is laid onto latents without any sampling."""
    run = Pass(_noise(inputs), inputs.model("model"), schedule(inputs))
    return sampled(inputs, inputs.latents(*_LATENTS), run)


def _impact_ksampler(inputs: Inputs) -> Slots | Unknown:
    """Impact's sampler with a pipe: core's, with the model out of the pipe."""
    run = Pass(
        NoiseMaker(read_seed_of(inputs, "seed")),
        inputs.model("basic_pipe"),
        schedule_by_share(inputs),
    )
    latents = sampled(inputs, inputs.latents(*_LATENTS), run)
    return Slots((inputs.value("basic_pipe"), latents))


RULES: Mapping[str, Rule] = {
    "KSampler": _ksampler,
    "KSamplerAdvanced": _ksampler_advanced,
    "SamplerCustom": _sampler_custom,
    "SamplerCustomAdvanced": _sampler_custom_advanced,
    "RandomNoise": _random_noise,
    "SeedloupeNoiseFromSeeds": _noise_from_seeds,
    "DisableNoise": _no_noise,
    "AddNoise": _add_noise,
    "ImpactKSamplerBasicPipe": _impact_ksampler,
}
