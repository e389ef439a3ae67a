"""The shape of Seedling's transformer, for whoever builds it: training, and hosts."""

from __future__ import annotations

from typing import Any

#: Width of a token of the text encoder.
CONTEXT_WIDTH = 64
#: Tokens of a caption that the transformer is shown; no caption of the world has more than 28.
TOKENS = 32
#: A small Stable Diffusion 3: joint blocks over patches of 2 cells a side and the caption's tokens.
TRANSFORMER: dict[str, Any] = {
    "sample_size": 16,
    "patch_size": 2,
    "in_channels": 4,
    "out_channels": 4,
    "num_layers": 6,
    "attention_head_dim": 32,
    "num_attention_heads": 4,
    "joint_attention_dim": CONTEXT_WIDTH,
    "caption_projection_dim": 128,
    "pooled_projection_dim": CONTEXT_WIDTH,
    "pos_embed_max_size": 16,
    "qk_norm": "rms_norm",
}
