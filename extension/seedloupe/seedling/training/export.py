"""From the diffusers layout to the original latent-diffusion layout, one file for all hosts.

Only names change, and the VAE's attention weights from ``(O, I)`` to ``(O, I, 1, 1)``.
Reading the file back with diffusers gives the same numbers; a test holds it to that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from .architecture import TEXT, UNET, VAE

State = Mapping[str, Tensor]

_UNET_INNER = (
    ("norm1.", "in_layers.0."),
    ("conv1.", "in_layers.2."),
    ("time_emb_proj.", "emb_layers.1."),
    ("norm2.", "out_layers.0."),
    ("conv2.", "out_layers.3."),
    ("conv_shortcut.", "skip_connection."),
)
_VAE_ATTENTION = (
    ("group_norm.", "norm."),
    ("to_q.", "q."),
    ("to_k.", "k."),
    ("to_v.", "v."),
    ("to_out.0.", "proj_out."),
)
_UNET_OUTER = (
    ("conv_in.", "input_blocks.0.0."),
    ("time_embedding.linear_1.", "time_embed.0."),
    ("time_embedding.linear_2.", "time_embed.2."),
    ("conv_norm_out.", "out.0."),
    ("conv_out.", "out.2."),
    ("mid_block.resnets.0.", "middle_block.0."),
    ("mid_block.attentions.0.", "middle_block.1."),
    ("mid_block.resnets.1.", "middle_block.2."),
)


def unet_to_ldm(state: State, *, resnets: int = 1) -> dict[str, Tensor]:
    """Rename a U-Net with ``resnets`` residual blocks a level."""
    return {_unet_name(name, resnets): value for name, value in state.items()}


def vae_to_ldm(state: State, *, levels: int = 4) -> dict[str, Tensor]:
    """Rename a VAE with ``levels`` levels; its attention becomes 1x1 convolutions."""
    renamed = {}
    for name, value in state.items():
        attention = "attentions" in name and value.ndim == 2
        renamed[_vae_name(name, levels)] = value[:, :, None, None] if attention else value
    return renamed


def checkpoint(unet: State, vae: State, text: State) -> dict[str, Tensor]:
    """The whole single-file checkpoint, float16, keys as Stable Diffusion 1 has them."""
    parts = {
        "model.diffusion_model.": unet_to_ldm(unet),
        "first_stage_model.": vae_to_ldm(vae),
        "cond_stage_model.transformer.": {
            name if name.startswith("text_model.") else f"text_model.{name}": value
            for name, value in text.items()
            if not name.startswith("text_projection") and "position_ids" not in name
        },
    }
    return {
        prefix + name: value.to(torch.float16).contiguous()
        for prefix, part in parts.items()
        for name, value in part.items()
    }


def save_half(state: State, path: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Write ``state`` as float16 safetensors."""
    half = {name: value.to(torch.float16).contiguous() for name, value in state.items()}
    save_file(half, path, dict(metadata or {}))


def write_config(folder: Path) -> None:
    """Write what diffusers wants beside a single file: everything but the tokenizer."""
    written: dict[str, dict[str, object]] = {
        "model_index.json": _INDEX,
        "unet/config.json": {"_class_name": "UNet2DConditionModel", **UNET},
        "vae/config.json": {"_class_name": "AutoencoderKL", **VAE},
        "text_encoder/config.json": {
            "architectures": ["CLIPTextModel"],
            "model_type": "clip_text_model",
            **TEXT,
        },
        "scheduler/scheduler_config.json": _SCHEDULER,
    }
    for name, content in written.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(content, indent=2) + "\n", "utf-8")


def _unet_name(name: str, resnets: int) -> str:
    for old, new in _UNET_OUTER:
        if name.startswith(old):
            return _inner(new + name[len(old) :])
    stage, level, part, index, rest = _split(name)
    first = level * (resnets + 1) + (1 if stage == "down" else 0)
    blocks = "input_blocks" if stage == "down" else "output_blocks"
    if part == "downsamplers":
        return f"{blocks}.{first + resnets}.0.op.{rest.removeprefix('conv.')}"
    if part == "upsamplers":
        return f"{blocks}.{first + resnets}.2.{rest}"
    child = 0 if part == "resnets" else 1
    return _inner(f"{blocks}.{first + index}.{child}.{rest}")


def _inner(name: str) -> str:
    if "transformer_blocks" in name:
        return name
    for old, new in _UNET_INNER:
        name = re.sub(rf"(?<=\.){re.escape(old)}", new, name)
    return name


def _split(name: str) -> tuple[str, int, str, int, str]:
    found = re.match(r"(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.*)", name)
    if found is None:
        raise KeyError(f"{name} is not the name of a U-Net or VAE weight")
    stage, level, part, index, rest = found.groups()
    return stage, int(level), part, int(index), rest


def _vae_name(name: str, levels: int) -> str:
    name = name.replace("conv_shortcut.", "nin_shortcut.").replace("conv_norm_out.", "norm_out.")
    half, _, rest = name.partition(".")
    if rest.startswith("mid_block."):
        rest = rest.replace("mid_block.resnets.0.", "mid.block_1.")
        rest = rest.replace("mid_block.resnets.1.", "mid.block_2.")
        rest = rest.replace("mid_block.attentions.0.", "mid.attn_1.")
        for old, new in _VAE_ATTENTION:
            rest = rest.replace(f"mid.attn_1.{old}", f"mid.attn_1.{new}")
        return f"{half}.{rest}"
    if not rest.startswith(("down_blocks.", "up_blocks.")):
        return name
    stage, level, part, index, tail = _split(rest)
    place = level if stage == "down" else levels - 1 - level
    inner = {"resnets": f"block.{index}", "downsamplers": "downsample", "upsamplers": "upsample"}
    return f"{half}.{stage}.{place}.{inner[part]}.{tail}"


_INDEX: dict[str, object] = {
    "_class_name": "StableDiffusionPipeline",
    "_diffusers_version": "0.42.1",
    "feature_extractor": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "EulerDiscreteScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}
_SCHEDULER: dict[str, object] = {
    "_class_name": "EulerDiscreteScheduler",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "num_train_timesteps": 1000,
    "prediction_type": "epsilon",
    "set_alpha_to_one": False,
    "steps_offset": 1,
    "timestep_spacing": "leading",
}
