"""What one job of the web UI uses a table with: noise, size, model and sampling."""

from __future__ import annotations

from typing import Any

from ...noise import NoiseResize, ResizeWay
from ...tables import SamplingSpec, TableUse, Task
from .loras import loras_in
from .noise_in_use import noise_in_use

_CELL = 8
"""Pixels a side of one latent cell, in every model this host runs."""
_MASK_FILLS = ("fill", "original", "latent noise", "latent nothing")


def use_of_processing(p: Any, opts: Any, device: Any, sampler: Any) -> TableUse:
    """Translate the web UI's processing object, in its ``process`` stage.

    The first draw of every picture's generator is its starting noise, so there are none before.

    Args:
        p: the processing object.
        opts: the web UI's ``shared.opts``.
        device: the ``torch.device`` the web UI computes on.
        sampler: the web UI's configuration of the sampler (``sd_samplers.find_sampler_config``).

    Raises:
        NoiseError: the device has a generator nobody can name.
    """
    loras = loras_in(p.all_prompts)
    return TableUse(
        noise_in_use(opts, device),
        _latent_shape(p),
        # What cannot be told of the networks in the prompts, cannot be told of the model.
        None if loras is None else checkpoint_sha256(p.sd_model),
        _sampling(p, opts, sampler),
        resize=_resize(p),
        loras=loras or (),
        model_name=checkpoint_name(p.sd_model),
    )


def _latent_shape(p: Any) -> tuple[int, int, int]:
    return latent_channels(p.sd_model), p.height // _CELL, p.width // _CELL


def latent_channels(model: Any) -> int:
    """Return how many channels a latent of the loaded model has."""
    parts = getattr(model, "forge_objects", None)
    if parts is not None:
        return int(parts.vae.latent_channels)
    # A1111 gives the number only for models that have others than four.
    return int(getattr(model, "latent_channels", 4))


def _resize(p: Any) -> NoiseResize | None:
    """Return where the web UI resizes seeds from; it does with both sides given only."""
    width, height = p.seed_resize_from_w or 0, p.seed_resize_from_h or 0
    if width <= 0 or height <= 0:
        return None
    shape = (latent_channels(p.sd_model), int(height) // _CELL, int(width) // _CELL)
    return NoiseResize(ResizeWay.MIDDLE, shape)


def checkpoint_sha256(model: Any) -> str | None:
    """Return the hash of the checkpoint's file; None where the web UI does not know it."""
    # Not there when the web UI runs with --no-hashing.
    return getattr(getattr(model, "sd_checkpoint_info", None), "sha256", None)


def checkpoint_name(model: Any) -> str:
    """Return what the web UI calls the checkpoint, without its ending; may be empty."""
    return str(getattr(getattr(model, "sd_checkpoint_info", None), "model_name", ""))


def _sampling(p: Any, opts: Any, sampler: Any) -> SamplingSpec:
    task = _task(p)
    options = {} if sampler is None else sampler.options
    return SamplingSpec(
        task,
        sampler=_key(p.sampler_name),
        scheduler=_scheduler(p, options),
        steps=p.steps,
        guidance=float(p.cfg_scale),
        eta=_eta(p, opts, options),
        size=(p.width, p.height),
        strength=None if task is Task.TXT2IMG else float(p.denoising_strength),
        mask_fill=_MASK_FILLS[p.inpainting_fill] if task is Task.INPAINT else None,
    )


def _task(p: Any) -> Task:
    if not getattr(p, "init_images", None):
        return Task.TXT2IMG
    return Task.IMG2IMG if p.image_mask is None else Task.INPAINT


def _scheduler(p: Any, options: Any) -> str:
    if p.scheduler in (None, "", "Automatic"):
        return str(options.get("scheduler") or "uniform")
    return _key(p.scheduler)


def _eta(p: Any, opts: Any, options: Any) -> float | None:
    """Return the share of fresh noise a step; nothing for samplers that have no such thing."""
    if p.eta is not None:
        return float(p.eta)
    if p.sampler_name.startswith("DDIM"):
        return float(opts.eta_ddim)
    return float(opts.eta_ancestral) if options.get("uses_ensd") else None


def _key(label: str) -> str:
    """``DPM++ 2M`` is ``dpmpp_2m`` in tables."""
    return label.lower().replace("++", "pp").replace(" ", "_")
