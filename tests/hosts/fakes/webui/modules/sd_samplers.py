"""A few of the web UI's samplers, with the number of calls each of them makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .sd_samplers_cfg_denoiser import CFGDenoiser
from .sd_samplers_common import Sampler, SamplerData, setup_img2img_steps

SIGMA_MAX, SIGMA_MIN = 14.6, 0.03


class _Sampler(Sampler):
    """Draws pictures by Euler's rule; what differs is how often it asks the U-Net, and for noise.

    ``sigma`` is a noise level, and a time step in DDIM.
    """

    def __init__(self, funcname: str) -> None:
        super().__init__(funcname)
        self.func = self._ddim if funcname == "ddim" else self._euler
        self.model_wrap_cfg = CFGDenoiser(self)

    def sample(
        self,
        p: Any,
        x: Tensor,
        conditioning: Any,
        unconditional_conditioning: Any,
        steps: int | None = None,
        image_conditioning: Any = None,
    ) -> Tensor:
        steps = steps or p.steps
        levels = self._levels(steps)
        self._prepare(p, conditioning, unconditional_conditioning, image_conditioning)
        start = x * self._sigma(levels[0])
        return self.launch_sampling(steps, lambda: self.func(start, levels))

    def sample_img2img(
        self,
        p: Any,
        x: Tensor,
        noise: Tensor,
        conditioning: Any,
        unconditional_conditioning: Any,
        steps: int | None = None,
        image_conditioning: Any = None,
    ) -> Tensor:
        steps, last = setup_img2img_steps(p, steps)
        levels = self._levels(steps)[max(steps - last - 1, 0) :]
        self._prepare(p, conditioning, unconditional_conditioning, image_conditioning)
        self.model_wrap_cfg.init_latent = x
        self.last_latent = x
        start = x + noise * self._sigma(levels[0])
        return self.launch_sampling(last + 1, lambda: self.func(start, levels))

    def _prepare(self, p: Any, cond: Any, uncond: Any, image: Any) -> None:
        self.initialize(p)
        self.sampler_extra_args = {
            "cond": cond,
            "image_cond": image,
            "uncond": uncond,
            "cond_scale": p.cfg_scale,
            "s_min_uncond": self.s_min_uncond,
        }

    def _levels(self, steps: int) -> Tensor:
        """Return the noise levels, or DDIM's time steps, highest first."""
        if self.funcname == "ddim":
            return torch.arange(0, 1000, 1000 // max(steps, 1)).add(1).clamp(0, 999).flip(0).float()
        ramp = torch.linspace(0, 1, steps)
        return torch.cat([SIGMA_MAX * (SIGMA_MIN / SIGMA_MAX) ** ramp, torch.zeros(1)])

    def _sigma(self, level: Tensor) -> Tensor:
        return level / 999 * SIGMA_MAX if self.funcname == "ddim" else level

    def _denoised(self, x: Tensor, level: Tensor) -> Tensor:
        return self.model_wrap_cfg(x, level.expand(len(x)), **self.sampler_extra_args)

    def _euler(self, x: Tensor, levels: Tensor) -> Tensor:
        ancestral = bool(self.config.options.get("uses_ensd"))
        twice = bool(self.config.options.get("second_order"))
        for step in range(len(levels) - 1):
            here, there = levels[step], levels[step + 1]
            denoised = self._denoised(x, here)
            self.callback_state({"x": x, "i": step, "sigma": here, "denoised": denoised})
            moved = x + (x - denoised) / here * (there - here)
            if twice and there > 0:
                moved = (moved + self._denoised(moved, there)) / 2
            x = moved + self.p.rng.next() * there * 0.1 * self.eta if ancestral else moved
        return x

    def _ddim(self, x: Tensor, levels: Tensor) -> Tensor:
        for step in range(len(levels) - 1):
            here = levels[step]
            denoised = self._denoised(x, here)
            self.callback_state({"x": x, "i": step, "sigma": 0, "denoised": denoised})
            x = denoised + (x - denoised) * (levels[step + 1] / here)
        return x


def _makes(funcname: str) -> Callable[[Any], Sampler]:
    return lambda model: _Sampler(funcname)


_KNOWN: dict[str, tuple[str, dict[str, Any]]] = {
    "DPM++ 2M": ("euler", {"scheduler": "karras"}),
    "Euler a": ("euler", {"uses_ensd": True}),
    "Euler": ("euler", {}),
    "Heun": ("euler", {"second_order": True}),
    "DDIM": ("ddim", {}),
}
all_samplers = [
    SamplerData(name, _makes(function), [], options) for name, (function, options) in _KNOWN.items()
]
all_samplers_map = {sampler.name: sampler for sampler in all_samplers}
samplers = samplers_for_img2img = all_samplers


def find_sampler_config(name: str | None) -> SamplerData | None:
    return all_samplers[0] if name is None else all_samplers_map.get(name)


def create_sampler(name: str | None, model: Any) -> Sampler:
    config = find_sampler_config(name)
    assert config is not None, f"bad sampler name: {name}"
    sampler = config.constructor(model)
    sampler.config = config
    return sampler
