"""A probe in trouble: nothing left behind, nothing passed on."""

from __future__ import annotations

import gc
import logging
import weakref

import pytest
import torch
from torch import Tensor, nn

from seedloupe.lens.words import AttentionMap, AttentionProbe, WordColumns

from .conftest import Inputs, output

WORDS = WordColumns((1, 4))
MIDDLE = "mid-vit-block0-cross-map"
ATTENTION = "mid_block.attentions.0.transformer_blocks.0.attn2"


@pytest.mark.parametrize(
    "broken", ["conv_in", f"{ATTENTION}.to_k", f"{ATTENTION}.to_out.0", "conv_out"]
)
@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt])
def test_no_hook_is_left_when_a_layer_raises(
    kind: type[BaseException], broken: str, unet: nn.Module, inputs: Inputs
) -> None:
    def explode(*_: object) -> None:
        raise kind("interrupted")

    bomb = unet.get_submodule(broken).register_forward_pre_hook(explode)
    with (
        pytest.raises(kind, match="interrupted"),
        AttentionProbe(unet, WORDS, lambda _: None),
    ):
        output(unet, inputs)
    bomb.remove()


def test_no_hook_is_left_when_attaching_fails_halfway(
    unet: nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("no more hooks")

    last = unet.get_submodule("up_blocks.2.attentions.2.transformer_blocks.0.attn2.to_v")
    monkeypatch.setattr(last, "register_forward_hook", refuse)
    with pytest.raises(RuntimeError, match="no more"), AttentionProbe(unet, WORDS, print):
        pass


def test_arming_twice_records_once(unet: nn.Module, inputs: Inputs) -> None:
    maps: list[AttentionMap] = []
    probe = AttentionProbe(unet, WORDS, maps.append, layers=[MIDDLE])
    probe.arm()
    with probe:
        output(unet, inputs)
    probe.disarm()
    output(unet, inputs)
    assert len(maps) == 1


def test_layers_that_did_not_run_are_named(unet: nn.Module) -> None:
    with AttentionProbe(unet, WORDS, print, layers=[MIDDLE]) as probe:
        assert probe.silent == probe.layers == (MIDDLE,)


def test_a_failing_sink_costs_its_layer_and_not_the_picture(
    unet: nn.Module, inputs: Inputs, caplog: pytest.LogCaptureFixture
) -> None:
    maps: list[AttentionMap] = []

    def sink(one: AttentionMap) -> None:
        if one.layer == MIDDLE:
            raise OSError("disk full")
        maps.append(one)

    before = output(unet, inputs)
    with caplog.at_level(logging.WARNING), AttentionProbe(unet, WORDS, sink) as probe:
        during = [output(unet, inputs) for _ in range(2)]
    assert all(torch.equal(before, one) for one in during)
    assert {name: str(error) for name, error in probe.failures.items()} == {MIDDLE: "disk full"}
    assert probe.failures[MIDDLE].__traceback__ is None
    assert len(maps) == 2 * 16
    assert caplog.text.count(MIDDLE) == 1


def test_projections_that_cannot_be_told_apart_cost_nothing(
    unet: nn.Module, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("an odd width")

    before = output(unet, inputs)
    monkeypatch.setattr("seedloupe.lens.words.sites.Tap.split", fail)
    with AttentionProbe(unet, WORDS, print) as probe:
        during = output(unet, inputs)
    assert torch.equal(before, during)
    assert {str(error) for error in probe.failures.values()} == {"an odd width"}
    assert set(probe.failures) == set(probe.layers)


def test_an_interruption_in_the_sink_goes_its_way(unet: nn.Module, inputs: Inputs) -> None:
    def interrupt(_: AttentionMap) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), AttentionProbe(unet, WORDS, interrupt):
        output(unet, inputs)


def test_columns_the_prompt_does_not_have_are_refused(unet: nn.Module, inputs: Inputs) -> None:
    with AttentionProbe(unet, WordColumns((2, 7)), print) as probe:
        output(unet, inputs)
    assert set(probe.failures) == set(probe.layers)
    assert "0 to 6" in str(probe.failures[MIDDLE])


def test_an_attention_that_does_not_say_its_heads_is_refused(
    unet: nn.Module, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    attention = unet.get_submodule(ATTENTION)
    plain, heads = attention.processor, attention.heads

    class Without:
        def __call__(self, attn: nn.Module, *args: object, **kwargs: object) -> Tensor:
            attn.heads = heads
            try:
                kept = attn.to_out[0].register_forward_pre_hook(forget, prepend=True)
                return plain(attn, *args, **kwargs)
            finally:
                kept.remove()
                attn.heads = heads

    def forget(*_: object) -> None:
        attention.heads = None

    attention.processor = Without()
    with AttentionProbe(unet, WORDS, lambda _: None) as probe:
        try:
            output(unet, inputs)
        finally:
            attention.processor = plain
            attention.heads = heads
    assert "a number of heads" in str(probe.failures[MIDDLE])


def test_nothing_of_the_model_is_held_on_to(unet: nn.Module, inputs: Inputs) -> None:
    held: list[weakref.ref[Tensor]] = []
    note = unet.get_submodule(ATTENTION).to_q.register_forward_hook(
        lambda _m, _i, out: held.append(weakref.ref(out))
    )

    def explode(*_: object) -> None:
        raise RuntimeError("interrupted")

    bomb = unet.get_submodule(ATTENTION).to_v.register_forward_pre_hook(explode)
    probe = AttentionProbe(unet, WORDS, lambda _: None)
    with pytest.raises(RuntimeError, match="interrupted"), probe:
        output(unet, inputs)
    note.remove()
    bomb.remove()
    gc.collect()
    assert held[0]() is None
