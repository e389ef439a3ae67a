"""The host's loaders: they detect by width, and note what they were asked for."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from torch import Tensor

import comfy.supported_models
from comfy.model_patcher import ModelPatcher

_STEM = "model.diffusion_model.input_blocks.0.0.weight"
_CONTEXT = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"


patcher_class = ModelPatcher


def load_state_dict_guess_config(
    sd: dict[str, Tensor],
    output_vae: bool = True,
    output_clip: bool = True,
    embedding_directory: Sequence[str] | None = None,
    te_model_options: Mapping[str, object] | None = None,
    **newer: bool,
) -> tuple[ModelPatcher, SimpleNamespace, None, None]:
    assert (output_vae, output_clip) == (False, True)
    clip = SimpleNamespace(patcher=patcher_class(te=te_model_options, folders=embedding_directory))
    config = _detect(sd)
    patcher = patcher_class(config=config, stem=sd[_STEM], **newer)
    patcher.model.model_config = config
    patcher.model.latent_format = config.latent_format()
    return patcher, clip, None, None


def _detect(weights: dict[str, Tensor]) -> type:
    widths = {"model_channels": len(weights[_STEM]), "context_dim": weights[_CONTEXT].shape[1]}
    for known in comfy.supported_models.models:
        if widths.items() <= known.unet_config.items():
            return known
    raise RuntimeError("ERROR: Could not detect model type")


class VAE:
    def __init__(
        self,
        sd: dict[str, Tensor] | None = None,
        config: dict[str, dict[str, object]] | None = None,
    ) -> None:
        self.weights, self.config = sd, config
