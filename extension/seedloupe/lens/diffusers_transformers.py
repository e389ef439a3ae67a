"""Transformers as diffusers lays them out."""

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


def _configured(model: nn.Module) -> int:
    return int(getattr(getattr(model, "config", None), "patch_size", 2))


def _listed(model: nn.Module) -> int:
    return int(getattr(model, "all_patch_size", (2,))[0])


def _packed(_model: nn.Module) -> int:
    """Flux in diffusers: its pipelines pack two by two cells before the network sees them."""
    return 2


_PROJECTIONS = "q=attn.to_q k=attn.to_k v=attn.to_v "
_ADDED = "text-q=attn.add_q_proj text-k=attn.add_k_proj text-v=attn.add_v_proj "
_JOINT = layers_at(f"{_PROJECTIONS} {_ADDED} attn-out=attn.to_out.0 text-attn-out=attn.to_add_out")
_TEXT_FIRST = layers_at(
    f"{_PROJECTIONS} {_ADDED} text-attn-out=attn.to_add_out attn-out=attn.to_out.0"
)
_FEEDING = layers_at(
    "ffn-inner=ff.net.0 ffn-out=ff text-ffn-inner=ff_context.net.0 text-ffn-out=ff_context"
)
_SECOND = layers_at("self-q=attn2.to_q self-k=attn2.to_k self-v=attn2.to_v self-out=attn2.to_out.0")
_QWEN = BlockList(
    "transformer_blocks",
    _JOINT
    + layers_at(
        "ffn-inner=img_mlp.net.0 ffn-out=img_mlp text-ffn-inner=txt_mlp.net.0 text-ffn-out=txt_mlp"
    )
    + both_ends(1, 0),
    "attn",
    "attn.to_out.0",
)
_PIXART = BlockList(
    "transformer_blocks",
    layers_at(
        "self-q=attn1.to_q self-k=attn1.to_k self-v=attn1.to_v self-out=attn1.to_out.0 "
        "cross-q=attn2.to_q cross-k=attn2.to_k cross-v=attn2.to_v cross-out=attn2.to_out.0 "
        "ffn-inner=ff.net.0 ffn-out=ff out="
    ),
    "attn2",
    "attn1.to_out.0",
)
DIFFUSERS_TRANSFORMERS = (
    TransformerKind(
        "Flux",
        frozenset({"transformer_blocks", "single_transformer_blocks", "context_embedder"}),
        frozenset({"attn", "ff_context"}),
        (
            BlockList("transformer_blocks", _JOINT + _FEEDING + both_ends(1, 0), "attn", "ff"),
            BlockList(
                "single_transformer_blocks",
                joined_streams(
                    "ffn-inner=act_mlp q=attn.to_q k=attn.to_k v=attn.to_v attn-out=attn"
                )
                + both_ends(1, 0),
                "attn",
                "proj_out",
            ),
        ),
        _packed,
        "context_embedder",
        leading=True,
    ),
    TransformerKind(
        "Stable Diffusion 3",
        frozenset({"transformer_blocks", "context_embedder", "pos_embed"}),
        frozenset({"attn", "norm1_context"}),
        (
            BlockList(
                "transformer_blocks",
                _TEXT_FIRST + _SECOND + _FEEDING + both_ends(1, 0),
                "attn",
                "attn.to_out.0",
                "",
            ),
        ),
        _configured,
        "context_embedder",
        picture_first=True,
    ),
    TransformerKind(
        "Qwen-Image",
        frozenset({"transformer_blocks", "img_in", "txt_in"}),
        frozenset({"attn", "img_mlp", "txt_mlp"}),
        (_QWEN,),
        _configured,
        "txt_in",
        leading=True,
    ),
    TransformerKind(
        "PixArt",
        frozenset({"transformer_blocks", "pos_embed", "adaln_single"}),
        frozenset({"attn1", "attn2"}),
        (_PIXART,),
        _configured,
        "",
    ),
    TransformerKind(
        "Z-Image",
        frozenset({"all_x_embedder", "layers", "context_refiner"}),
        frozenset({"attention", "feed_forward"}),
        (
            BlockList(
                "layers",
                joined_streams(
                    "q=attention.to_q k=attention.to_k v=attention.to_v"
                    " attn-out=attention.to_out.0 ffn-out=feed_forward"
                )
                + JOINED_ENDS,
                "attention",
                "attention.to_out.0",
            ),
        ),
        _listed,
        "context_refiner.-1",
        picture_first=True,
        padded=32,
    ),
)
