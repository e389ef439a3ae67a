"""Graphs of ComfyUI as they stand in pictures."""

from __future__ import annotations

import copy
from typing import Any

SEED = 1118178571024332
SHAPE = (4, 48, 64)


def graph(**changed: Any) -> dict[str, Any]:
    """ComfyUI's own first workflow, as it stands in a picture; ``None`` leaves a node out."""
    nodes: dict[str, Any] = {
        "3": {
            "class_type": "KSampler",
            "inputs": {
                "seed": SEED,
                "steps": 20,
                "cfg": 8.0,
                "sampler_name": "euler",
                "scheduler": "normal",
                "denoise": 1.0,
                "model": ["4", 0],
                "positive": ["6", 0],
                "negative": ["7", 0],
                "latent_image": ["5", 0],
            },
            "_meta": {"title": "KSampler"},
        },
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "v1-5.safetensors"}},
        "5": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": 512, "height": 384, "batch_size": 1},
        },
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a hill", "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "fog", "clip": ["4", 1]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "C", "images": ["8", 0]}},
    }
    for name, node in changed.items():
        nodes[name.lstrip("n")] = node
    return {name: node for name, node in copy.deepcopy(nodes).items() if node is not None}


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


def sampler(**changed: Any) -> dict[str, Any]:
    return node("KSampler", **{**graph()["3"]["inputs"], **changed})


def empty(width: Any = 512, height: Any = 384, batch_size: Any = 1) -> dict[str, Any]:
    return node("EmptyLatentImage", width=width, height=height, batch_size=batch_size)
