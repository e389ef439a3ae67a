"""Seedling's transformer in the place of a U-Net: a rectified flow that every sampler can step.

The flow goes straight from picture to noise, ``(1 - t) x + t n``, and its network gives the
velocity ``n - x``. Up to a factor that is the noisy picture ``x + s n`` of Stable Diffusion's
samplers at the level ``s = t / (1 - t)``, and the noise follows from the velocity; so samplers,
guidance and noise levels are Stable Diffusion 1's, and the path they approximate is the flow's.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

#: What the network counts time in, from the picture (0) to noise.
_TIME = 1000.0


def flow_denoiser(settings: dict[str, Any], tokens: int, levels: Tensor) -> nn.Module:
    """Build the transformer that is called as a U-Net that predicts noise; its weights are random.

    Args:
        settings: of diffusers' ``SD3Transformer2DModel``.
        tokens: how many of the prompt's it is shown.
        levels: ``(T,)``, the noise level of each training time of the schedule, rising.
    """
    from diffusers import SD3Transformer2DModel

    class FlowDenoiser(SD3Transformer2DModel):
        """Called as a U-Net is, with the prompt's pooled output among the added conditions."""

        #: Tells the text encoder that the prompt as a whole is wanted, too.
        reads_pooled = True

        def forward(
            self,
            sample: torch.Tensor,
            timestep: torch.Tensor,
            encoder_hidden_states: torch.Tensor,
            added_cond_kwargs: dict[str, torch.Tensor] | None = None,
            *,
            return_dict: bool = False,
        ) -> tuple[torch.Tensor]:
            """``(B, 4, H, W)`` of unit variance at a training time to the noise in it."""
            level = level_at(levels, timestep).to(sample.device)
            time = level / (1 + level)
            share = time.reshape(-1, 1, 1, 1).to(sample.dtype)
            noisy = sample * ((1 + level.square()).sqrt() / (1 + level)).reshape(-1, 1, 1, 1)
            noisy = noisy.to(sample.dtype)
            velocity = super().forward(
                hidden_states=noisy,
                encoder_hidden_states=encoder_hidden_states[:, :tokens],
                pooled_projections=(added_cond_kwargs or {})["text_embeds"],
                timestep=(time * _TIME).expand(len(sample)),
                return_dict=False,
            )[0]
            return (noisy + (1 - share) * velocity,)

    return FlowDenoiser(**settings)


def level_at(levels: Tensor, timestep: Tensor | float) -> Tensor:
    """The noise level ``(1,)`` or ``(B,)`` float32 at training times, between two by logarithm."""
    import torch

    time = torch.as_tensor(timestep, dtype=torch.float64).detach().cpu().reshape(-1)
    time = time.clamp(0, len(levels) - 1)
    below = time.floor().long().clamp(max=len(levels) - 2)
    logs = levels.double().log()
    between = torch.lerp(logs[below], logs[below + 1], time - below)
    return between.exp().float()


def put_flow(pipe: Any, weights: Path) -> None:
    """Put the transformer of ``weights`` into a pipeline of Seedling, in the place of its U-Net.

    Raises:
        RuntimeError: the weights are not the transformer's.
    """
    from safetensors.torch import load_file

    from ....seedling.transformer import TOKENS, TRANSFORMER
    from .loading import quiet_libraries

    kept = pipe.scheduler.alphas_cumprod
    unet = pipe.unet
    flow = flow_denoiser(TRANSFORMER, TOKENS, ((1 - kept) / kept) ** 0.5)
    flow.load_state_dict(load_file(weights))
    with quiet_libraries():
        pipe.register_modules(unet=flow.to(unet.dtype).eval().requires_grad_(False))
