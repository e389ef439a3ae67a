"""Whole loaders and samplers of node packs that do what the core's do, in one node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...found_noise import LaterPass
from ..evaluation import Inputs, Rule
from ..flow import Flow
from ..values import OTHER, Bundle, GraphModel, NoiseMaker, Slots, Unknown, Value
from .empty_latents import EmptyKind, of_nothing
from .pixels import decoded
from .samplers import Pass, between_steps, is_adding, read_seed_of, sampled, schedule_by_share
from .schedules import part

_HIRES = "HighRes-Fix Script"
_SIDES = EmptyKind(4, width="empty_latent_width", height="empty_latent_height")


def _efficient_loader(inputs: Inputs) -> Slots:
    """Efficiency's loader: model, conditioning twice, empty latents, VAE, text encoder."""
    sides = inputs.number(_SIDES.width), inputs.number(_SIDES.height)
    return Slots((GraphModel(), None, None, of_nothing(inputs, sides, _SIDES), OTHER, OTHER))


def _efficient_loader_xl(inputs: Inputs) -> Slots:
    sides = inputs.number(_SIDES.width), inputs.number(_SIDES.height)
    models = Bundle({"base_model": GraphModel(), "refiner_model": GraphModel()})
    return Slots((models, of_nothing(inputs, sides, _SIDES), OTHER))


def _hires_script(inputs: Inputs) -> Value:
    """Efficiency's second pass, kept until the sampler it is wired to runs it."""
    if inputs.value("script") is not None:
        return inputs.unknown()
    return Bundle({"hires": OTHER, **inputs.values})


def _efficient(inputs: Inputs) -> Slots:
    run = Pass(
        NoiseMaker(read_seed_of(inputs, "seed")), inputs.model("model"), schedule_by_share(inputs)
    )
    latents = _with_script(inputs, _sampled(inputs, run))
    return Slots((inputs.value("model"), None, None, latents, OTHER, decoded(latents)))


def _efficient_advanced(inputs: Inputs) -> Slots:
    adds, doubts = is_adding(inputs)
    noise = NoiseMaker(read_seed_of(inputs, "noise_seed"), adds, doubts)
    run = Pass(noise, inputs.model("model"), between_steps(inputs))
    latents = _with_script(inputs, _sampled(inputs, run))
    return Slots((inputs.value("model"), None, None, latents, OTHER, decoded(latents)))


def _efficient_xl(inputs: Inputs) -> Slots:
    """Efficiency's sampler for SDXL: noise for the base model only, and the refiner goes on."""
    models = inputs.value("sdxl_tuple")
    model = models.items.get("base_model") if isinstance(models, Bundle) else models
    doubts = model.names if isinstance(model, Unknown) else ()
    known = model if isinstance(model, GraphModel) else GraphModel(doubts)
    noise = NoiseMaker(read_seed_of(inputs, "noise_seed", "seed"))
    latents = _with_script(inputs, _sampled(inputs, Pass(noise, known, between_steps(inputs))))
    return Slots((models, latents, OTHER, decoded(latents)))


def _sampled(inputs: Inputs, run: Pass) -> Flow | Unknown:
    latents = sampled(inputs, inputs.latents("latent_image"), run)
    if isinstance(latents, Unknown):
        return latents
    # Older versions could hold their last result; what that was is not in the graph.
    held = inputs.word("sampler_state", default="sample") not in ("sample", "script")
    return latents.doubted(f"{inputs.called}, which held an earlier result") if held else latents


def _with_script(inputs: Inputs, latents: Flow | Unknown) -> Flow | Unknown:
    """Run what is wired to ``script``: a second pass, or something not known here."""
    script = inputs.value("script")
    if script is None or isinstance(latents, Unknown):
        return latents
    if not isinstance(script, Bundle) or "hires" not in script.items:
        names = script.names if isinstance(script, Unknown) else ("a script",)
        return latents.doubted(*names)
    share = script.items.get("denoise")
    strength = part(share) if isinstance(share, (int, float)) else None
    same = script.items.get("use_same_seed", True)
    seed = inputs.value("seed", "noise_seed") if same else script.items.get("seed")
    step = LaterPass(_HIRES, seed if isinstance(seed, int) else None, None, strength)
    if script.items.get("upscale_type") == "pixel":
        return latents.resized(None)
    return replace(latents.resized(None), later=(*latents.later, step))


def _inspire(inputs: Inputs) -> Value:
    """Inspire's sampler where it draws as the core does: on the CPU, without a variation."""
    run = Pass(
        NoiseMaker(read_seed_of(inputs, "seed")), inputs.model("model"), schedule_by_share(inputs)
    )
    return _inspired(inputs, run)


def _inspire_advanced(inputs: Inputs) -> Value:
    adds, doubts = is_adding(inputs)
    noise = NoiseMaker(read_seed_of(inputs, "noise_seed"), adds, doubts)
    return _inspired(inputs, Pass(noise, inputs.model("model"), between_steps(inputs)))


def _inspired(inputs: Inputs, run: Pass) -> Value:
    latents = inputs.latents("latent_image")
    single = isinstance(latents, Flow) and latents.counted and len(latents.rows) == 1
    mode = inputs.word("batch_seed_mode", default="comfy")
    alike = mode == "comfy" or (mode == "incremental" and single)
    plain = inputs.share("variation_strength", 0.0) == 0 and inputs.value("noise_opt") is None
    if inputs.word("noise_mode") != "cpu" or not alike or not plain:
        return inputs.unknown()
    return sampled(inputs, latents, run)


def _inspire_noise(inputs: Inputs) -> Value:
    plain = inputs.share("variation_strength", 0.0) == 0
    if inputs.word("noise_mode") != "cpu" or not plain:
        return inputs.unknown()
    if inputs.word("batch_seed_mode", default="comfy") != "comfy":
        return inputs.unknown()
    return NoiseMaker(read_seed_of(inputs, "noise_seed"))


RULES: Mapping[str, Rule] = {
    "Efficient Loader": _efficient_loader,
    "Eff. Loader SDXL": _efficient_loader_xl,
    _HIRES: _hires_script,
    "KSampler (Efficient)": _efficient,
    "KSampler Adv. (Efficient)": _efficient_advanced,
    "KSampler SDXL (Eff.)": _efficient_xl,
    "KSampler //Inspire": _inspire,
    "KSamplerAdvanced //Inspire": _inspire_advanced,
    "RandomNoise //Inspire": _inspire_noise,
}
