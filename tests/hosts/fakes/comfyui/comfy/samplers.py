"""How the host calls a model while it samples."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from comfy.k_diffusion import sampling
from comfy.patcher_extension import WrapperExecutor, WrappersMP, get_all_wrappers

SAMPLER_NAMES = [
    "euler",
    "euler_ancestral",
    "heun",
    "dpmpp_2m",
    "dpmpp_2m_sde",
    "dpmpp_sde",
    "ddim",
]
SCHEDULER_NAMES = [
    "simple",
    "sgm_uniform",
    "karras",
    "exponential",
    "ddim_uniform",
    "beta",
    "normal",
]

split_calls = False
"""Whether positive and negative come as separate calls, as they do where memory is short."""


class KSampler:
    SAMPLERS = SAMPLER_NAMES
    SCHEDULERS = SCHEDULER_NAMES


class Sampler:
    def max_denoise(self, model_wrap: Any, sigmas: Tensor) -> bool:
        return float(sigmas[0]) >= float(model_wrap.inner_model.model_sampling.sigma_max) - 1e-4


class KSAMPLER(Sampler):
    def __init__(
        self,
        sampler_function: Callable[..., Tensor],
        extra_options: Mapping[str, Any] = {},
        inpaint_options: Mapping[str, Any] = {},
    ) -> None:
        self.sampler_function = sampler_function
        self.extra_options, self.inpaint_options = extra_options, inpaint_options

    def sample(
        self,
        model_wrap: Any,
        sigmas: Tensor,
        extra_args: dict[str, Any],
        callback: Any,
        noise: Tensor,
        latent_image: Tensor | None = None,
        denoise_mask: Tensor | None = None,
        disable_pbar: bool = False,
    ) -> Tensor:
        levels = model_wrap.inner_model.model_sampling
        full = self.max_denoise(model_wrap, sigmas)
        x = levels.noise_scaling(sigmas[0], noise, latent_image, full)
        total = len(sigmas) - 1

        def told(state: dict[str, Any]) -> None:
            if callback is not None:
                callback(state["i"], state["denoised"], state["x"], total)

        found = self.sampler_function(
            model_wrap,
            x,
            sigmas,
            extra_args=extra_args,
            callback=told,
            disable=disable_pbar,
            **self.extra_options,
        )
        return levels.inverse_noise_scaling(sigmas[-1], found)


def ksampler(
    sampler_name: str,
    extra_options: Mapping[str, Any] = {},
    inpaint_options: Mapping[str, Any] = {},
) -> KSAMPLER:
    return KSAMPLER(getattr(sampling, f"sample_{sampler_name}"), extra_options, inpaint_options)


class CFGGuider:
    def __init__(self, model_patcher: Any) -> None:
        self.model_patcher = model_patcher
        self.model_options = model_patcher.model_options
        self.conds: dict[str, list[Any]] = {}
        self.cfg = 1.0

    def set_conds(self, positive: list[Any], negative: list[Any]) -> None:
        given = {"positive": positive, "negative": negative}
        self.conds = {name: [_named(*one) for one in conds] for name, conds in given.items()}

    def set_cfg(self, cfg: float) -> None:
        self.cfg = cfg

    def sample(
        self,
        noise: Tensor,
        latent_image: Tensor,
        sampler: Sampler,
        sigmas: Tensor,
        denoise_mask: Tensor | None = None,
        callback: Any = None,
        disable_pbar: bool = False,
        seed: int | None = None,
    ) -> Tensor:
        wrappers = get_all_wrappers(WrappersMP.OUTER_SAMPLE, self.model_options, True)
        executor = WrapperExecutor.new_class_executor(self.outer_sample, self, wrappers)
        return executor.execute(
            noise,
            latent_image,
            sampler,
            sigmas,
            denoise_mask,
            callback,
            disable_pbar,
            seed,
            latent_shapes=[latent_image.shape],
        )

    def outer_sample(
        self,
        noise: Tensor,
        latent_image: Tensor,
        sampler: Sampler,
        sigmas: Tensor,
        denoise_mask: Tensor | None = None,
        callback: Any = None,
        disable_pbar: bool = False,
        seed: int | None = None,
        latent_shapes: Sequence[Sequence[int]] | None = None,
    ) -> Tensor:
        self.inner_model = self.model_patcher.model
        options = {**self.model_options}
        inner = options.get("transformer_options", {})
        options["transformer_options"] = {**inner, "sample_sigmas": sigmas}
        extra_args = {"model_options": options, "seed": seed}
        wrappers = get_all_wrappers(WrappersMP.SAMPLER_SAMPLE, options, True)
        executor = WrapperExecutor.new_class_executor(sampler.sample, sampler, wrappers)
        found = executor.execute(
            self, sigmas, extra_args, callback, noise, latent_image, denoise_mask, disable_pbar
        )
        return self.inner_model.process_latent_out(found.float())

    def __call__(
        self, x: Tensor, sigma: Tensor, model_options: Mapping[str, Any], seed: int | None = None
    ) -> Tensor:
        """The guided prediction, by one call with the rows reversed, or by one a conditioning."""
        wanted = [(0, one) for one in self.conds["positive"]]
        if self.cfg != 1.0:
            wanted += [(1, one) for one in self.conds["negative"]]
        calls = [[one] for one in wanted] if split_calls else [wanted[::-1]]
        sums = [torch.zeros_like(x), torch.zeros_like(x)]
        counts = [0, 0]
        for call in calls:
            for (kind, _), part in zip(
                call, self._call(x, sigma, call, model_options).chunk(len(call)), strict=True
            ):
                sums[kind] = sums[kind] + part
                counts[kind] += 1
        positive = sums[0] / counts[0]
        if not counts[1]:
            return positive
        negative = sums[1] / counts[1]
        return negative + (positive - negative) * self.cfg

    def _call(
        self,
        x: Tensor,
        sigma: Tensor,
        call: list[tuple[int, Any]],
        model_options: Mapping[str, Any],
    ) -> Tensor:
        texts = [_repeated(one["cross_attn"], len(x)) for _, one in call]
        longest = math.lcm(*(text.shape[1] for text in texts))
        texts = [text.repeat(1, longest // text.shape[1], 1) for text in texts]
        options = {
            **model_options["transformer_options"],
            "cond_or_uncond": [kind for kind, _ in call],
            "uuids": [one["uuid"] for _, one in call],
            "sigmas": sigma.repeat(len(call)),
        }
        inner = self.inner_model
        return inner.apply_model(
            torch.cat([x] * len(call)),
            sigma.repeat(len(call)),
            transformer_options=options,
            c_crossattn=torch.cat(texts),
        )


def _named(text: Tensor, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A conditioning as guiders keep it: under an id of its own, by which its chunks are known."""
    return {**settings, "cross_attn": text, "uuid": uuid.uuid4()}


def _repeated(text: Tensor, batch: int) -> Tensor:
    """A conditioning of one row for a batch of many, or of several in turn."""
    return text.repeat(-(-batch // len(text)), 1, 1)[:batch]
