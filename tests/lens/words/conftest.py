"""An independent way to the probabilities: a processor that materialises them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from seedloupe.lens.words import AttentionMap, AttentionProbe

Inputs = tuple[Tensor, Tensor, Tensor]


@pytest.fixture(autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


class Materialising:
    """Attention as the formula has it, keeping every probability; DAAM's way."""

    def __init__(self, kept: dict[str, Tensor], name: str) -> None:
        self.kept = kept
        self.name = name

    def __call__(
        self, attn: Any, x: Tensor, encoder_hidden_states: Tensor | None = None, **_: object
    ) -> Tensor:
        context = x if encoder_hidden_states is None else encoder_hidden_states
        width = attn.to_q.weight.shape[0] // attn.heads
        rows = []
        for q, k, v in zip(attn.to_q(x), attn.to_k(context), attn.to_v(context), strict=True):
            heads = []
            for head in range(attn.heads):
                part = slice(head * width, (head + 1) * width)
                probabilities = torch.softmax(q[:, part] @ k[:, part].T / width**0.5, dim=-1)
                heads.append((probabilities, probabilities @ v[:, part]))
            rows.append(heads)
        self.kept[self.name] = torch.stack([torch.stack([p for p, _ in heads]) for heads in rows])
        mixed = torch.stack([torch.cat([o for _, o in heads], dim=-1) for heads in rows])
        return attn.to_out[1](attn.to_out[0](mixed))


def materialised(unet: nn.Module, inputs: Inputs) -> dict[str, Tensor]:
    """All probabilities ``(B, K, N, T)`` of a diffusers U-Net by the path of the attention."""
    before = unet.attn_processors
    kept: dict[str, Tensor] = {}
    names = {name: name.removesuffix(".processor") for name in before}
    unet.set_attn_processor({name: Materialising(kept, path) for name, path in names.items()})
    try:
        unet(*inputs)
    finally:
        unet.set_attn_processor(before)
    return kept


def output(unet: nn.Module, inputs: Inputs) -> Tensor:
    result = unet(*inputs)
    return result if isinstance(result, Tensor) else result.sample


@pytest.fixture
def watch() -> Callable[..., dict[str, AttentionMap]]:
    """Run a U-Net under a probe that has to be content."""

    def run(unet: nn.Module, inputs: Inputs, reading: Any, **how: Any) -> dict[str, AttentionMap]:
        maps: list[AttentionMap] = []
        with AttentionProbe(unet, reading, maps.append, **how) as probe:
            output(unet, inputs)
        assert not probe.failures
        assert not probe.silent
        assert [one.layer for one in maps] == list(probe.layers)
        return {one.layer: one for one in maps}

    return run


@pytest.fixture
def cross_names() -> dict[str, str]:
    """A few canonical names of the small U-Net, and where diffusers has them."""
    block = "transformer_blocks.{}.attn2"
    return {
        "down-level0-repeat1-vit-block0-cross-map": f"down_blocks.0.attentions.1.{block.format(0)}",
        "mid-vit-block1-cross-map": f"mid_block.attentions.0.{block.format(1)}",
        "up-level1-repeat2-vit-block1-cross-map": f"up_blocks.1.attentions.2.{block.format(1)}",
    }
