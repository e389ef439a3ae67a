"""Alterations of attention, each planted in one layer: that layer is flagged and no other."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from seedloupe.lens.words import AttentionMap, AttentionProbe, CellRows, Truth, WordColumns
from seedloupe.lens.words.sites import Heads
from seedloupe.lens.words.truth import TruthCheck, compare_projections

from .conftest import Inputs, output

WORDS = WordColumns((1, 4))
BLOCK = "up_blocks.1.attentions.1.transformer_blocks.0"
NAME = "up-level1-repeat1-vit-block0-{}-map"


class Altered:
    """A processor that lets its subclass change what attention gives."""

    def __call__(
        self, attn: Any, x: Tensor, encoder_hidden_states: Tensor | None = None, **_: object
    ) -> Tensor:
        context = x if encoder_hidden_states is None else encoder_hidden_states
        q, k, v = (
            part.unflatten(2, (attn.heads, -1)).transpose(1, 2)
            for part in (attn.to_q(x), attn.to_k(context), attn.to_v(context))
        )
        mixed = self.mix(q, k, v).transpose(1, 2).flatten(2)
        return attn.to_out[1](attn.to_out[0](mixed))

    def mix(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        raise NotImplementedError


class ImagePrompt(Altered):
    """An IP-Adapter: a second attention, to an image, added to the first."""

    def mix(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        text = functional.scaled_dot_product_attention(q, k, v)
        image = functional.scaled_dot_product_attention(q, k.flip(2), v.flip(3))
        return text + 0.3 * image


class Masked(Altered):
    """Some tokens may not be looked at, in one corner: a regional prompt."""

    def mix(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        allowed = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool)
        allowed[: q.shape[2] // 2, 1:4] = False
        return functional.scaled_dot_product_attention(q, k, v, attn_mask=allowed)


class Reweighted(Altered):
    """Logits of one word raised, as attention editing does."""

    def mix(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        k = k.clone()
        k[:, :, 3] *= 4
        return functional.scaled_dot_product_attention(q, k, v)


class Perturbed(Altered):
    """Perturbed-attention guidance: each cell sees itself alone."""

    def mix(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return v


class Plain(Altered):
    def mix(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return functional.scaled_dot_product_attention(q, k, v)


def maps_with(
    unet: nn.Module, inputs: Inputs, path: str, processor: object, reading: Any
) -> dict[str, AttentionMap]:
    attention = unet.get_submodule(path)
    before = attention.processor
    attention.set_processor(processor)
    maps: list[AttentionMap] = []
    try:
        with AttentionProbe(unet, reading, maps.append) as probe:
            output(unet, inputs)
    finally:
        attention.set_processor(before)
    assert not probe.failures
    return {one.layer: one for one in maps}


def flagged(maps: dict[str, AttentionMap]) -> set[str]:
    return {name for name, one in maps.items() if one.truth.label is not Truth.SAME}


@pytest.mark.parametrize("kind", [ImagePrompt, Masked, Reweighted])
def test_altered_attention_to_the_prompt_is_flagged_where_it_is(
    kind: type[Altered], unet: nn.Module, inputs: Inputs
) -> None:
    maps = maps_with(unet, inputs, f"{BLOCK}.attn2", kind(), WORDS)
    assert flagged(maps) == {NAME.format("cross")}
    truth = maps[NAME.format("cross")].truth
    assert truth.label is Truth.ALTERED
    assert truth.difference > 1e-2
    assert kind.__name__ in truth.reason


def test_perturbed_self_attention_is_flagged_and_leaves_words_alone(
    unet: nn.Module, inputs: Inputs
) -> None:
    where = f"{BLOCK}.attn1"
    assert flagged(maps_with(unet, inputs, where, Perturbed(), CellRows(((0.5, 0.5),)))) == {
        NAME.format("self")
    }
    assert flagged(maps_with(unet, inputs, where, Perturbed(), WORDS)) == set()


def test_a_processor_that_alters_nothing_is_not_flagged(unet: nn.Module, inputs: Inputs) -> None:
    assert flagged(maps_with(unet, inputs, f"{BLOCK}.attn2", Plain(), WORDS)) == set()


def test_a_mask_on_the_prompt_flags_every_layer_it_reaches(unet: nn.Module, inputs: Inputs) -> None:
    mask = torch.tensor([[1, 1, 0, 1, 1, 1, 0]]).repeat(3, 1)
    maps: list[AttentionMap] = []
    with AttentionProbe(unet, WORDS, maps.append):
        unet(*inputs, encoder_attention_mask=mask)
    assert {one.truth.label for one in maps} == {Truth.ALTERED}


def test_a_replaced_attention_of_the_original_code_is_flagged(
    ldm_small: nn.Module, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    attention = ldm_small.get_submodule("output_blocks.4.1.transformer_blocks.0.attn2")
    usual = attention.to_out[0].forward
    half = attention.to_out[0]
    monkeypatch.setattr(attention, "forward", lambda x, context: replaced(attention, x, context))
    maps: list[AttentionMap] = []
    with AttentionProbe(ldm_small, WORDS, maps.append):
        output(ldm_small, inputs)
    assert half.forward == usual
    assert flagged({one.layer: one for one in maps}) == {NAME.format("cross")}


def replaced(attention: Any, x: Tensor, context: Tensor) -> Tensor:
    """As an ``attn2`` replace patch: projections, then something else than attention."""
    q, k, v = attention.to_q(x), attention.to_k(context), attention.to_v(context)
    return attention.to_out(q * k.mean(1, keepdim=True) + v.mean(1, keepdim=True))


def test_a_hypernetwork_is_seen_and_so_not_flagged(unet: nn.Module, inputs: Inputs) -> None:
    attention = unet.get_submodule(f"{BLOCK}.attn2")
    handles = [
        linear.register_forward_pre_hook(lambda _m, args, by=by: (args[0] * by,))
        for linear, by in ((attention.to_k, 1.7), (attention.to_v, 0.4))
    ]
    maps: list[AttentionMap] = []
    with AttentionProbe(unet, WORDS, maps.append):
        output(unet, inputs)
    for handle in handles:
        handle.remove()
    assert flagged({one.layer: one for one in maps}) == set()


class Lora(nn.Module):
    """A low-rank addition around a projection, as training libraries put it there."""

    def __init__(self, base: nn.Module) -> None:
        super().__init__()
        self.base_layer = base
        self.down, self.up = nn.Linear(32, 2, bias=False), nn.Linear(2, 32, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.base_layer(x) + 3 * self.up(self.down(x))


def test_a_lora_around_a_projection_is_seen_and_so_not_flagged(
    unet: nn.Module, inputs: Inputs
) -> None:
    attention = unet.get_submodule(f"{BLOCK}.attn2")
    base = attention.to_q
    attention.to_q = Lora(base)
    maps: list[AttentionMap] = []
    try:
        with AttentionProbe(unet, WORDS, maps.append) as probe:
            output(unet, inputs)
    finally:
        attention.to_q = base
    assert not probe.failures
    assert flagged({one.layer: one for one in maps}) == set()


@pytest.mark.parametrize("which", ["attn1", "attn2"])
def test_merged_tokens_are_refused_where_they_are(
    which: str, unet: nn.Module, inputs: Inputs
) -> None:
    attention = unet.get_submodule(f"{BLOCK}.{which}")
    merge = attention.register_forward_pre_hook(lambda _m, args: (args[0][:, ::2], *args[1:]))
    spread = attention.register_forward_hook(lambda _m, _i, out: out.repeat_interleave(2, dim=1))
    words, cells = trouble(unet, inputs)
    merge.remove()
    spread.remove()
    there, elsewhere = (cells, words) if which == "attn1" else (words, cells)
    assert not elsewhere
    (error,) = there.values()
    assert "4 * 6 = 24 tokens, got 12" in str(error)


def test_tiled_rows_are_refused_where_they_are(unet: nn.Module, inputs: Inputs) -> None:
    attention = unet.get_submodule(f"{BLOCK}.attn1")
    tile = attention.register_forward_pre_hook(
        lambda _m, args: (args[0].unflatten(1, (2, -1)).flatten(0, 1), *args[1:])
    )
    join = attention.register_forward_hook(
        lambda _m, _i, out: out.unflatten(0, (-1, 2)).flatten(1, 2)
    )
    words, cells = trouble(unet, inputs)
    tile.remove()
    join.remove()
    assert not words
    (error,) = cells.values()
    assert "3 rows" in str(error)
    assert "HyperTile" in str(error)


def trouble(unet: nn.Module, inputs: Inputs) -> tuple[dict[str, Exception], dict[str, Exception]]:
    """What fails for words and for cells; nothing may be silent."""
    failures = []
    for reading in (WORDS, CellRows(((0.5, 0.5),))):
        with AttentionProbe(unet, reading, lambda _: None) as probe:
            output(unet, inputs)
        assert not probe.silent
        failures.append(dict(probe.failures))
    return failures[0], failures[1]


def test_what_was_not_seen_is_unchecked_and_says_why(unet: nn.Module, inputs: Inputs) -> None:
    maps: list[AttentionMap] = []
    with AttentionProbe(unet, WORDS, maps.append, check=False):
        output(unet, inputs)
    assert {one.truth.label for one in maps} == {Truth.UNCHECKED}
    assert {one.truth.reason for one in maps} == {"nobody asked for a check"}
    q, k, v = torch.zeros(1, 6, 4), torch.zeros(1, 3, 4), torch.zeros(1, 3, 4)
    assert "values" in compare_projections(q, k, None, q, Heads(2)).reason
    assert "output" in compare_projections(q, k, v, None, Heads(2)).reason
    assert "(1, 5, 4)" in compare_projections(q, k, v, torch.zeros(1, 5, 4), Heads(2)).reason


def test_rows_multiplied_behind_the_projections_leave_maps_unchecked(
    unet: nn.Module, inputs: Inputs
) -> None:
    attention = unet.get_submodule(f"{BLOCK}.attn2")
    last = attention.to_out[0]
    double = last.register_forward_pre_hook(lambda _m, args: (args[0].repeat(2, 1, 1),))
    halve = last.register_forward_hook(lambda _m, _i, out: out[:3])
    maps: list[AttentionMap] = []
    with AttentionProbe(unet, WORDS, maps.append, rows=[2]) as probe:
        output(unet, inputs)
    double.remove()
    halve.remove()
    assert not probe.failures
    (name,) = flagged({one.layer: one for one in maps})
    assert name == NAME.format("cross")
    truth = next(one.truth for one in maps if one.layer == name)
    assert truth.label is Truth.UNCHECKED
    assert "(6, 24, 32)" in truth.reason


def test_numbers_that_are_none_are_not_taken_for_the_same() -> None:
    q, k, v = torch.zeros(1, 6, 4), torch.zeros(1, 3, 4), torch.full((1, 3, 4), torch.nan)
    assert compare_projections(q, k, v, q, Heads(2)).label is Truth.ALTERED


def test_samples_move_with_the_steps_until_a_small_region_is_met() -> None:
    q, k, v = torch.randn(1, 400, 4), torch.randn(1, 3, 4), torch.randn(1, 3, 4)
    weights = torch.softmax(q @ k.mT / 2, -1)
    used = weights @ v
    used[:, 100:104] += 1
    labels = [compare_projections(q, k, v, used, Heads(1), call=step).label for step in range(20)]
    assert Truth.ALTERED in labels


def test_the_worst_of_several_checks_counts() -> None:
    same, bad = TruthCheck(Truth.SAME, 1e-7), TruthCheck(Truth.ALTERED, 0.2, "x")
    unknown = TruthCheck(Truth.UNCHECKED, reason="y")
    assert TruthCheck.worst([same, bad, unknown]) is bad
    assert TruthCheck.worst([unknown, same]) is unknown
    assert TruthCheck.worst([same, TruthCheck(Truth.SAME, 2e-7)]).difference == 2e-7
    assert TruthCheck.worst([]).label is Truth.UNCHECKED
