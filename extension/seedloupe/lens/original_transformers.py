"""Transformers as their original code lays them out, which ComfyUI keeps."""

from __future__ import annotations

from torch import nn

from .transformer_family import (
    JOINED_ENDS,
    BlockList,
    TransformerKind,
    both_ends,
    joined_streams,
    layers_at,
)


def _own(model: nn.Module) -> int:
    size = getattr(model, "patch_size", 2)
    return int(size[-1] if isinstance(size, (tuple, list)) else size)


ORIGINAL_TRANSFORMERS = (
    TransformerKind(
        "Stable Diffusion 3",
        frozenset({"joint_blocks", "context_embedder", "x_embedder"}),
        frozenset({"context_block", "x_block"}),
        (
            BlockList(
                "joint_blocks",
                layers_at("q=x_block.attn.qkv k=x_block.attn.qkv v=x_block.attn.qkv", share=True)
                + layers_at(
                    "text-q=context_block.attn.qkv text-k=context_block.attn.qkv"
                    " text-v=context_block.attn.qkv",
                    share=True,
                )
                + layers_at("attn-out=x_block.attn.proj text-attn-out=context_block.attn.proj")
                + layers_at(
                    "self-q=x_block.attn2.qkv self-k=x_block.attn2.qkv self-v=x_block.attn2.qkv",
                    share=True,
                )
                + layers_at(
                    "self-out=x_block.attn2.proj ffn-inner=x_block.mlp.act ffn-out=x_block.mlp"
                )
                + layers_at("text-ffn-inner=context_block.mlp.act text-ffn-out=context_block.mlp")
                + both_ends(1, 0),
                "",
                "x_block.attn.proj",
                "context_block",
            ),
        ),
        _own,
        "context_embedder",
    ),
    TransformerKind(
        "Flux",
        frozenset({"double_blocks", "single_blocks", "img_in", "txt_in"}),
        frozenset({"img_attn", "txt_attn"}),
        (
            BlockList(
                "double_blocks",
                layers_at("q=img_attn.qkv k=img_attn.qkv v=img_attn.qkv", share=True)
                + layers_at(
                    "text-q=txt_attn.qkv text-k=txt_attn.qkv text-v=txt_attn.qkv", share=True
                )
                + layers_at("attn-out=img_attn.proj text-attn-out=txt_attn.proj")
                + layers_at("ffn-out=img_mlp text-ffn-out=txt_mlp")
                + both_ends(0, 1),
                "",
                "img_attn.proj",
            ),
            BlockList(
                "single_blocks",
                joined_streams("q=linear1 k=linear1 v=linear1", share=True) + JOINED_ENDS,
                "",
                "linear2",
            ),
        ),
        _own,
        "txt_in",
        leading=True,
    ),
    TransformerKind(
        "Z-Image",
        frozenset({"cap_embedder", "layers", "context_refiner", "x_embedder"}),
        frozenset({"attention", "feed_forward"}),
        (
            BlockList(
                "layers",
                joined_streams("q=attention.qkv k=attention.qkv v=attention.qkv", share=True)
                + joined_streams("attn-out=attention.out ffn-out=feed_forward")
                + JOINED_ENDS,
                "attention",
                "attention.out",
            ),
        ),
        _own,
        "context_refiner.-1",
    ),
    TransformerKind(
        "PixArt",
        frozenset({"x_embedder", "y_embedder", "blocks", "t_block"}),
        frozenset({"attn", "cross_attn", "mlp"}),
        (
            BlockList(
                "blocks",
                layers_at("self-q=attn.qkv self-k=attn.qkv self-v=attn.qkv", share=True)
                + layers_at("self-out=attn.proj cross-q=cross_attn.q_linear")
                + layers_at("cross-k=cross_attn.kv_linear cross-v=cross_attn.kv_linear", share=True)
                + layers_at("cross-out=cross_attn.proj ffn-out=mlp")
                + layers_at("out="),
                "cross_attn",
                "attn.proj",
            ),
        ),
        _own,
        "",
    ),
)
