"""What pictures of each host say, as it writes it."""

from __future__ import annotations

import json
from typing import Any

PARAMETERS = "a hill\nSteps: 20, Sampler: Euler, Seed: 7, Size: 64x48, RNG: NV"
RECORD: dict[str, Any] = {
    "format": "seedloupe.image",
    "version": "1",
    "seed": "18446744073709551615",
    "noise": "cuda:256",
    "size": [64, 48],
    "task": "txt2img",
    "strength": None,
}
PROMPT = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 9, "latent_image": ["5", 0]}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 48}},
}
SHAPE = (4, 6, 8)


def workflow(mode: int = 0) -> dict[str, Any]:
    """The page's own file: values in order, links by number."""
    return {
        "last_node_id": 9,
        "nodes": [
            {
                "id": 3,
                "type": "KSampler",
                "mode": mode,
                "inputs": [
                    {"name": "model", "type": "MODEL", "link": 1},
                    {"name": "latent_image", "type": "LATENT", "link": 2},
                    {"name": "denoise", "type": "FLOAT", "widget": {"name": "denoise"}},
                ],
                "widgets_values": [11, "randomize", 20, 8, "euler", "normal", 1],
            },
            {"id": 5, "type": "EmptyLatentImage", "widgets_values": [64, 48, 1]},
            {
                "id": 9,
                "type": "SaveImage",
                "inputs": [{"name": "images", "link": 4}],
                "widgets_values": ["C"],
            },
            {"id": 8, "type": "VAEDecode", "inputs": [{"name": "samples", "link": 3}]},
            "odd",
        ],
        "links": [
            [1, 4, 0, 3, 0, "MODEL"],
            [2, 5, 0, 3, 3, "LATENT"],
            [3, 3, 0, 8, 0, "LATENT"],
            [4, 8, 0, 9, 0, "IMAGE"],
            "odd",
            [5],
        ],
        "version": 0.4,
    }


def texts(**kept: object) -> dict[str, str]:
    return {name: v if isinstance(v, str) else json.dumps(v) for name, v in kept.items()}
