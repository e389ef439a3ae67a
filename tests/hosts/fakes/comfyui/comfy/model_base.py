"""A model: a network, how it is sampled, and what its latents are."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

import comfy.model_sampling
from comfy.latent_formats import SD15
from comfy.patcher_extension import WrapperExecutor, WrappersMP, get_all_wrappers


class _Sampling(comfy.model_sampling.ModelSamplingDiscrete, comfy.model_sampling.EPS):
    pass


class BaseModel(nn.Module):
    def __init__(self, network: nn.Module | None) -> None:
        super().__init__()
        self.diffusion_model = network
        self.latent_format = SD15()
        self.model_sampling = _Sampling()

    def process_latent_out(self, latent: Tensor) -> Tensor:
        return self.latent_format.process_out(latent)

    def apply_model(
        self, x: Tensor, t: Tensor, *, transformer_options: dict[str, Any], c_crossattn: Tensor
    ) -> Tensor:
        wrappers = get_all_wrappers(WrappersMP.APPLY_MODEL, transformer_options)
        executor = WrapperExecutor.new_class_executor(self._apply_model, self, wrappers)
        return executor.execute(
            x, t, None, c_crossattn, control=None, transformer_options=transformer_options
        )

    def _apply_model(
        self,
        x: Tensor,
        t: Tensor,
        c_concat: Tensor | None,
        c_crossattn: Tensor,
        *,
        control: object,
        transformer_options: dict[str, Any],
    ) -> Tensor:
        sampling = self.model_sampling
        noise = self.diffusion_model(
            sampling.calculate_input(t, x),
            sampling.timestep(t).float(),
            context=c_crossattn,
            control=control,
            transformer_options=transformer_options,
        )
        return sampling.calculate_denoised(t, noise, x)
