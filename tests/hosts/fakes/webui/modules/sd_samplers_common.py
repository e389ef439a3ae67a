"""What all samplers share: who launches them, and how they are stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from torch import Tensor

from . import shared


class InterruptedException(BaseException):
    """No ``Exception``, so that nobody's ``except Exception`` keeps a job from stopping."""


class SamplerData(NamedTuple):
    name: str
    constructor: Any
    aliases: list[str]
    options: dict[str, Any]

    def total_steps(self, steps: int) -> int:
        return steps * 2 if self.options.get("second_order", False) else steps


def setup_img2img_steps(p: Any, steps: int | None = None) -> tuple[int, int]:
    if shared.opts.img2img_fix_steps or steps is not None:
        wanted = steps or p.steps
        strength = min(p.denoising_strength, 0.999)
        return (int(wanted / strength) if p.denoising_strength > 0 else 0), wanted - 1
    return p.steps, int(min(p.denoising_strength, 0.999) * p.steps)


def store_latent(decoded: Tensor) -> None:
    shared.state.current_latent = decoded


def is_sampler_using_eta_noise_seed_delta(p: Any) -> bool:
    from . import sd_samplers

    config = sd_samplers.find_sampler_config(p.sampler_name)
    eta = p.eta if p.eta is not None or p.sampler is None else p.sampler.eta
    return eta != 0 and bool(config is not None and config.options.get("uses_ensd", False))


class Sampler:
    """Made for one job; img2img uses one for all batches, a hires pass gets another."""

    def __init__(self, funcname: str) -> None:
        self.funcname = funcname
        self.func: Any = funcname
        self.config: Any = None
        self.last_latent: Any = None
        self.stop_at: int | None = None
        self.eta: float | None = None
        self.s_min_uncond: float = 0.0
        self.p: Any = None
        self.model_wrap_cfg: Any = None
        self.sampler_extra_args: Any = None
        self.options: dict[str, Any] = {}

    def callback_state(self, d: dict[str, Any]) -> None:
        step = d["i"]
        if self.stop_at is not None and step > self.stop_at:
            raise InterruptedException
        shared.state.sampling_step = step
        shared.total_tqdm.update()

    def launch_sampling(self, steps: int, func: Callable[[], Any]) -> Any:
        self.model_wrap_cfg.steps = steps
        self.model_wrap_cfg.total_steps = self.config.total_steps(steps)
        shared.state.sampling_steps = steps
        shared.state.sampling_step = 0
        try:
            return func()
        except InterruptedException:
            return self.last_latent

    def initialize(self, p: Any) -> dict[str, Any]:
        self.p = p
        self.model_wrap_cfg.p = p
        self.model_wrap_cfg.mask = getattr(p, "mask", None)
        self.model_wrap_cfg.nmask = getattr(p, "nmask", None)
        self.model_wrap_cfg.step = 0
        field = "eta_ddim" if self.funcname == "ddim" else "eta_ancestral"
        self.eta = p.eta if p.eta is not None else getattr(shared.opts, field)
        self.s_min_uncond = p.s_min_uncond or 0.0
        return {}
