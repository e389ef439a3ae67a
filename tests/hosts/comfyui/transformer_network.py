"""A transformer as ComfyUI runs Flux: one row a picture, its guidance a number among its inputs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...lens.transformer_stand_ins import OriginalFlux
from .conftest import Host

#: Width of the tokens of the prompt.
CONTEXT = 16


class FluxNetwork(OriginalFlux):
    """Tiny, with random weights, for latents of any number of channels."""

    dtype = torch.float32

    def __init__(self, channels: int, guidance: float = 3.5) -> None:
        super().__init__()
        width = self.img_in.out_features
        self.img_in, self.txt_in = nn.Linear(4 * channels, width), nn.Linear(CONTEXT, width)
        self.guidance_in, self.final_layer = nn.Linear(2, width), nn.Linear(width, 4 * channels)
        self.guidance = guidance

    def forward(
        self,
        x: Tensor,
        timesteps: Tensor,
        context: Tensor | None = None,
        y: Tensor | None = None,
        control: Any = None,
        transformer_options: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Tensor:
        # Imported when called: each test starts the double anew.
        from comfy.patcher_extension import WrapperExecutor, WrappersMP, get_all_wrappers

        options = transformer_options or {}
        wrappers = get_all_wrappers(WrappersMP.DIFFUSION_MODEL, options)
        executor = WrapperExecutor.new_class_executor(self._run, self, wrappers)
        return executor.execute(x, timesteps, context, y, control, options, **kwargs)

    def _run(
        self, x: Tensor, timesteps: Tensor, context: Tensor, *_: object, **__: object
    ) -> Tensor:
        height, width = x.shape[-2] // 2, x.shape[-1] // 2
        told = torch.stack([timesteps / 1000, torch.full_like(timesteps, self.guidance)], 1)
        img = self.img_in(functional.pixel_unshuffle(x, 2).flatten(2).mT)
        img = img + self.guidance_in(told)[:, None]
        txt = self.txt_in(context)
        for block in self.double_blocks:
            img, txt = block(img, txt)
        whole = torch.cat([txt, img], 1)
        for block in self.single_blocks:
            whole = block(whole)
        patches = self.final_layer(whole[:, txt.shape[1] :]).mT.unflatten(2, (height, width))
        return functional.pixel_shuffle(patches, 2)


def flux_model(host: Host, channels: int = 16) -> Any:
    """A MODEL of such a network, whose latents are as many channels wide."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        network = FluxNetwork(channels).eval().requires_grad_(False)
    model = host.module("comfy.model_patcher").ModelPatcher(network)
    if channels != 4:
        model.model.latent_format = host.module("comfy.latent_formats").Flux()
    return model
