"""What a folder in diffusers layout says about itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....errors import ModelError
from .checkpoint import Family

_TASKS = ("", "Img2Img", "Inpaint")
_CLASSES = {f"StableDiffusion{task}Pipeline": False for task in _TASKS} | {
    f"StableDiffusionXL{task}Pipeline": True for task in _TASKS
}
_NETWORKS = ("text_encoder", "text_encoder_2", "unet", "vae")


@dataclass(frozen=True)
class FolderLayout:
    """Which networks a folder has and which line of Stable Diffusion they belong to."""

    family: Family
    networks: tuple[str, ...]


@dataclass(frozen=True)
class FolderWeights:
    """The weight files of a folder, sorted by path, and diffusers' name for their precision."""

    files: tuple[Path, ...]
    variant: str | None


def read_layout(folder: Path) -> FolderLayout:
    """Read a folder's model index.

    Raises:
        ModelError: there is none, it is damaged, or it names a pipeline we cannot run.
    """
    index = _read_json(folder / "model_index.json")
    name = index.get("_class_name")
    if not isinstance(name, str) or name not in _CLASSES:
        raise ModelError(
            "model",
            expected="a Stable Diffusion 1, 2 or XL pipeline",
            got=f"{name} in {folder / 'model_index.json'}",
        )
    networks = tuple(part for part in _NETWORKS if _is_present(index.get(part)))
    return FolderLayout(_family(folder, xl=_CLASSES[name]), networks)


def find_weights(folder: Path, layout: FolderLayout) -> FolderWeights:
    """Find the safetensors files of every network; plain ones before half-precision copies.

    Raises:
        ModelError: a network has none, or only pickled ones.
    """
    found: list[Path] = []
    variants: set[str | None] = set()
    for network in layout.networks:
        files = sorted((folder / network).glob("*.safetensors"))
        plain = [file for file in files if ".fp16" not in file.name]
        if not files:
            raise _no_weights(folder / network)
        variants.add(None if plain else "fp16")
        found += plain or files
    return FolderWeights(tuple(found), "fp16" if "fp16" in variants else None)


def _family(folder: Path, *, xl: bool) -> Family:
    if xl:
        return Family.SDXL
    unet = _read_json(folder / "unet" / "config.json")
    context = unet.get("cross_attention_dim")
    if context == 64:
        return Family.SEEDLING
    return Family.SD2 if context == 1024 else Family.SD1


def _is_present(entry: object) -> bool:
    return isinstance(entry, list) and bool(entry) and entry[0] is not None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        content = None
    if isinstance(content, dict):
        return content
    raise ModelError(
        "model",
        expected="a folder in diffusers layout",
        got=f"no readable {path.name} in {path.parent}",
    )


def _no_weights(folder: Path) -> ModelError:
    pickled = any(folder.glob("*.bin")) or any(folder.glob("*.ckpt"))
    got = "only pickled weights, which can run any program when opened," if pickled else "none"
    return ModelError("model", expected="safetensors weights", got=f"{got} in {folder}")
