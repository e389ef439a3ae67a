"""A U-Net as ComfyUI's: laid out as the original code's, and walking its containers' children."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from ...lens.ldm_stand_in import LDM_SMALL, LdmUNet, ResBlock, SpatialTransformer


class UNetModel(LdmUNet):
    """Hooks on its ``input_blocks[i]``, ``middle_block`` and ``output_blocks[i]`` never fire."""

    dtype = torch.float32

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
        executor = WrapperExecutor.new_class_executor(self._walked, self, wrappers)
        return executor.execute(x, timesteps, context, y, control, options, **kwargs)

    def _walked(
        self,
        x: Tensor,
        timesteps: Tensor,
        context: Tensor,
        y: Tensor | None,
        control: Any,
        transformer_options: dict[str, Any],
        **kwargs: Any,
    ) -> Tensor:
        half = self.config.width // 2
        speeds = torch.exp(-math.log(10000) * torch.arange(half) / half)
        angles = timesteps[:, None].float() * speeds
        time = self.time_embed(torch.cat([angles.cos(), angles.sin()], dim=-1))
        skips = []
        for block in self.input_blocks:
            x = _children(block, x, time, context)
            skips.append(x)
        x = _children(self.middle_block, x, time, context)
        for block in self.output_blocks:
            x = _children(block, torch.cat([x, skips.pop()], dim=1), time, context)
        return self.out(x)


def _children(block: nn.Sequential, x: Tensor, time: Tensor, context: Tensor) -> Tensor:
    for layer in block:
        if isinstance(layer, ResBlock):
            x = layer(x, time)
        else:
            x = layer(x, context) if isinstance(layer, SpatialTransformer) else layer(x)
    return x


def small_network(seed: int = 0) -> UNetModel:
    """A network of a few thousand weights, the same for a seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return UNetModel(**LDM_SMALL).eval().requires_grad_(False)
