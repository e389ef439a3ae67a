"""Seedling as ComfyUI's own MODEL, CLIP and VAE, built by ComfyUI's own loaders.

ComfyUI recognises a checkpoint by the widths of its U-Net, out of a list of classes it knows.
Seedling's widths are in no such list, so a class for it is added for the length of one load
and taken away again. Its text encoder is named by an option of the loader. The host's VAE
loader guesses Stable Diffusion's widths, so the VAE is described to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import comfy.sd
import comfy.supported_models
import comfy.utils
import folder_paths
import torch
from torch import Tensor

from ...errors import ModelError
from ...generation.preview_colours import SEEDLING_COLOURS
from ...seedling.training.architecture import TEXT, UNET, VAE
from .seedling_sampling import SeedlingSampling, begin_as_diffusers

__all__ = ["NativeModel", "load_seedling"]

_VAE_PREFIX = "first_stage_model."


@dataclass(frozen=True, eq=False)
class NativeModel:
    """One checkpoint as ComfyUI's nodes hand it around."""

    model: Any
    clip: Any
    vae: Any


def load_seedling(files: Sequence[Path]) -> NativeModel:
    """Read Seedling with ComfyUI's own loaders.

    Args:
        files: the checkpoint, in the layout of the original Stable Diffusion, and what is laid
            over it, if anything.

    Raises:
        ModelError: there is no such file.
    """
    for file in files:
        if not file.is_file():
            raise ModelError(
                "checkpoint",
                expected=f"Seedling's weights at {file}",
                got="no such file",
                advice="Install Seedloupe again, with the folder seedling/weights of its "
                "repository.",
            )
    model, clip = _load_model_and_clip(files)
    return NativeModel(model, clip, _load_vae(files))


def _load_model_and_clip(files: Sequence[Path], **options: bool) -> tuple[Any, Any]:
    with _recognised():
        model, clip, *_ = comfy.sd.load_state_dict_guess_config(
            _weights(files),
            output_vae=False,
            output_clip=True,
            embedding_directory=folder_paths.get_folder_paths("embeddings"),
            te_model_options=_text_options(),
            **options,
        )
    model.model.model_sampling = SeedlingSampling(model.model.model_config)
    begin_as_diffusers(model)
    _say_how_to_rebuild(model, files, part=0)
    _say_how_to_rebuild(clip.patcher, files, part=1)
    return model, clip


def _weights(files: Sequence[Path]) -> dict[str, Tensor]:
    """The checkpoint's weights, with those of a variant in the place of their namesakes."""
    whole: dict[str, Tensor] = {}
    for file in files:
        whole |= comfy.utils.load_torch_file(str(file), safe_load=True)
    return whole


def _load_vae(files: Sequence[Path]) -> Any:
    weights = _weights(files)
    weights = comfy.utils.state_dict_prefix_replace(weights, {_VAE_PREFIX: ""}, filter_keys=True)
    return comfy.sd.VAE(sd=weights, config={"params": _vae_params()})


@contextmanager
def _recognised() -> Iterator[None]:
    """Let ComfyUI's detection know Seedling's widths, inside this block only."""
    known = comfy.supported_models.models
    config = _config_class()
    known.append(config)
    try:
        yield
    finally:
        known.remove(config)


def _config_class() -> type:
    """SD 1.5 in small: everything but the widths is inherited."""
    base = comfy.supported_models.SD15
    widths = {
        "context_dim": UNET["cross_attention_dim"],
        "model_channels": UNET["block_out_channels"][0],
    }
    # Diffusers calls the number of heads "attention_head_dim"; ComfyUI cannot read it off weights.
    heads = {"num_heads": UNET["attention_head_dim"], "num_head_channels": -1}
    fields = {
        "unet_config": base.unet_config | widths,
        "unet_extra_config": heads,
        "latent_format": _latent_format(base.latent_format),
    }
    return type("Seedling", (base,), fields)


def _latent_format(base: type) -> type:
    """Stable Diffusion's latents in Seedling's own colours, as the VAE is another."""

    def coloured(form: Any, *scale: float) -> None:
        base.__init__(form, *scale)
        form.latent_rgb_factors = [list(row) for row in SEEDLING_COLOURS.factors]
        form.latent_rgb_factors_bias = list(SEEDLING_COLOURS.bias)
        form.taesd_decoder_name = None  # the small decoder of Stable Diffusion's VAE

    return type("SeedlingLatents", (base,), {"__init__": coloured})


def _text_options() -> dict[str, Any]:
    """The sizes of the text encoder, held in full precision: ComfyUI's default rounds to halves."""
    named = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
    sizes = {name: TEXT[name] for name in (*named, "hidden_act", "projection_dim")}
    return {"clip_l_model_config": sizes, "dtype": torch.float32}


def _vae_params() -> dict[str, Any]:
    widths = VAE["block_out_channels"]
    levels = {
        "double_z": True,
        "z_channels": VAE["latent_channels"],
        "resolution": VAE["sample_size"],
        "in_channels": VAE["in_channels"],
        "out_ch": VAE["out_channels"],
        "ch": widths[0],
        "ch_mult": [width // widths[0] for width in widths],
        "num_res_blocks": VAE["layers_per_block"],
        "attn_resolutions": [],
        "dropout": 0.0,
    }
    return {"embed_dim": VAE["latent_channels"], "ddconfig": levels}


def _say_how_to_rebuild(patcher: Any, files: Sequence[Path], *, part: int) -> None:
    """Newer hosts rebuild a model from the file, where their own detection would fail again."""
    if not hasattr(patcher, "cached_patcher_init"):
        return

    def rebuild(*, disable_dynamic: bool = False) -> Any:
        options = {"disable_dynamic": True} if disable_dynamic else {}
        rebuilt = _load_model_and_clip(files, **options)[part]
        return rebuilt if part == 0 else rebuilt.patcher

    patcher.cached_patcher_init = (rebuild, ())
