"""How large lens files of full-size models will be, by what is kept.

    python benchmarks/lens_file_sizes.py --steps 30

Predicts from the shapes of the default panel's layers; the U-Nets take no memory and nothing is
run or downloaded. Prints one JSON document: megabytes by model and by what is kept.
"""

from __future__ import annotations

import argparse
import json
import sys

import torch
from diffusers import UNet2DConditionModel

from seedloupe.lens import default_panel
from seedloupe.lens.budget import Keep, Recipe, RecordingPlan
from seedloupe.lens.shapes import predict_shapes

_CROSS_DOWN, _CROSS_UP = "CrossAttnDownBlock2D", "CrossAttnUpBlock2D"
#: By name: the side of the latent, and the U-Net.
MODELS = {
    "SD 1.5, 512 pixels": (64, {"cross_attention_dim": 768, "attention_head_dim": 8}),
    "SDXL, 1024 pixels": (
        128,
        {
            "block_out_channels": (320, 640, 1280),
            "down_block_types": ("DownBlock2D", _CROSS_DOWN, _CROSS_DOWN),
            "up_block_types": (_CROSS_UP, _CROSS_UP, "UpBlock2D"),
            "transformer_layers_per_block": (1, 2, 10),
            "attention_head_dim": (5, 10, 20),
            "cross_attention_dim": 2048,
            "use_linear_projection": True,
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": 256,
            "projection_class_embeddings_input_dim": 2816,
        },
    ),
}


def main() -> None:
    """Predict and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=30)
    args = parser.parse_args()
    document = {name: megabytes(*MODELS[name], steps=args.steps) for name in MODELS}
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def megabytes(side: int, config: dict[str, object], *, steps: int) -> dict[str, float]:
    """Return the size of a file by what it keeps of each layer."""
    with torch.device("meta"):
        unet = UNet2DConditionModel(**config)
    shapes = predict_shapes(unet, default_panel(unet), height=side, width=side)
    return {
        keep.value: round(RecordingPlan(shapes, steps, recipe=Recipe(keep)).file_bytes / 1e6, 2)
        for keep in Keep
    }


if __name__ == "__main__":
    main()
