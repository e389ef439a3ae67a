"""The networks of Seedling, in the shapes every Stable Diffusion host can load.

Every group norm has 32 groups and every width is a multiple of the first and of 32,
because the hosts' loaders know nothing else. Diffusers and transformers build them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor, nn

from ...errors import ModelError
from ..transformer import CONTEXT_WIDTH, TRANSFORMER

if TYPE_CHECKING:

    class Posterior(Protocol):
        """What an encoder returns: a Gaussian on latents."""

        mean: Tensor

    class Encoded(Protocol):
        """Wraps the posterior."""

        latent_dist: Posterior

    class Sampled(Protocol):
        """Wraps a prediction."""

        sample: Tensor

    class Autoencoder(nn.Module):
        """The parts of diffusers' AutoencoderKL that training touches."""

        decoder: nn.Module
        quant_conv: nn.Conv2d
        post_quant_conv: nn.Conv2d

        def encode(self, images: Tensor) -> Encoded:
            """``(B, 3, H, W)`` in [-1, 1] to a posterior on ``(B, 4, H / 8, W / 8)``."""

        def decode(self, latents: Tensor) -> Sampled:
            """The way back."""


class Tokenizer(Protocol):
    """The part of transformers' CLIPTokenizer that training touches."""

    def __call__(
        self, texts: Sequence[str], *, padding: str, max_length: int, truncation: bool
    ) -> Any:  # noqa: ANN401 (a dictionary of lists with attributes)
        """Token ids of each text under ``input_ids``."""


LATENT_SCALE = 0.18215
VOCABULARY = 49408

UNET: dict[str, Any] = {
    "sample_size": 16,
    "in_channels": 4,
    "out_channels": 4,
    "block_out_channels": (64, 128, 128),
    "layers_per_block": 1,
    "down_block_types": ("CrossAttnDownBlock2D",) * 3,
    "up_block_types": ("CrossAttnUpBlock2D",) * 3,
    "cross_attention_dim": CONTEXT_WIDTH,
    "attention_head_dim": 4,
    "norm_num_groups": 32,
}
VAE: dict[str, Any] = {
    "in_channels": 3,
    "out_channels": 3,
    "block_out_channels": (64, 64, 128, 128),
    "layers_per_block": 1,
    "latent_channels": 4,
    "norm_num_groups": 32,
    "sample_size": 128,
    "scaling_factor": LATENT_SCALE,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
}
TEXT: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": CONTEXT_WIDTH,
    "intermediate_size": 4 * CONTEXT_WIDTH,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 77,
    "hidden_act": "quick_gelu",
    "projection_dim": CONTEXT_WIDTH,
    "bos_token_id": 49406,
    "eos_token_id": 49407,
    "pad_token_id": 49407,
}


def build_vae() -> Autoencoder:
    """An untrained VAE whose residual blocks start as the identity."""
    from diffusers import AutoencoderKL

    vae: Autoencoder = AutoencoderKL(**VAE)
    for module in vae.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.orthogonal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        if type(module).__name__ == "ResnetBlock2D":
            nn.init.zeros_(module.get_submodule("conv2").get_parameter("weight"))
    return vae


def build_unet() -> nn.Module:
    """An untrained U-Net with cross-attention at 16, 8 and 4 cells a side."""
    from diffusers import UNet2DConditionModel

    unet: nn.Module = UNet2DConditionModel(**UNET)
    for weight in unet.get_submodule("conv_out").parameters():
        nn.init.zeros_(weight)
    return unet


def build_transformer() -> nn.Module:
    """An untrained transformer whose blocks start as the identity."""
    from diffusers import SD3Transformer2DModel

    transformer: nn.Module = SD3Transformer2DModel(**TRANSFORMER)
    for name, module in transformer.named_modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
            if name.endswith(("norm1.linear", "norm1_context.linear", "proj_out")):
                nn.init.zeros_(module.weight)
    transformer.get_submodule("pos_embed").get_buffer("pos_embed").copy_(_places()[None])
    return transformer


def _places() -> Tensor:
    """Sines and cosines of column and row ``(cells ** 2, width)``, for a grid of few cells.

    Wavelengths go from 6 to 400 cells; Stable Diffusion 3's, made for 192 cells, would tell
    neighbours of this grid apart in few of their numbers.
    """
    side, width = TRANSFORMER["pos_embed_max_size"], TRANSFORMER["caption_projection_dim"]
    rates = 64.0 ** -torch.linspace(0, 1, width // 4)
    angles = torch.arange(side)[:, None] * rates
    line = torch.cat([angles.sin(), angles.cos()], 1)
    rows, columns = line[:, None].expand(-1, side, -1), line[None].expand(side, -1, -1)
    return torch.cat([columns, rows], -1).flatten(0, 1)


def build_text_encoder() -> nn.Module:
    """An untrained CLIP text tower with its projection."""
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection

    encoder: nn.Module = CLIPTextModelWithProjection(CLIPTextConfig(**TEXT))
    return encoder


def load_tokenizer(config: Path) -> Tokenizer:
    """CLIP's tokenizer from ``config/tokenizer``, all 49,408 entries of it.

    Raises:
        ModelError: the folder holds another vocabulary or none.
    """
    from transformers import CLIPTokenizer

    tokenizer = CLIPTokenizer.from_pretrained(config / "tokenizer", local_files_only=True)
    if len(tokenizer) != VOCABULARY:
        expected = f"CLIP's {VOCABULARY} tokens"
        raise ModelError("tokenizer", expected=expected, got=f"{len(tokenizer)} tokens")
    return tokenizer  # type: ignore[no-any-return]
