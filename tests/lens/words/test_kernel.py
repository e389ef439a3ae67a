"""Word maps of transformers: read at the kernel, checked against it, and nothing changed."""

from __future__ import annotations

import pytest
import torch
from tests.lens.transformer_stand_ins import (
    FAMILIES,
    ROWS,
    TOKENS,
    WORDS,
    StandIn,
    build_original_flux,
    build_stand_in,
)
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import _get_current_function_mode_stack

from seedloupe.errors import InputError
from seedloupe.lens import AttentionProbe, CellRows, Truth, WordColumns
from seedloupe.lens.words.kernel import KernelCall, watch_kernel
from seedloupe.lens.words.probe import AttentionMap


@pytest.fixture(params=FAMILIES)
def stand_in(request: pytest.FixtureRequest) -> StandIn:
    return build_stand_in(request.param)


def maps_of(
    one: StandIn, reading: WordColumns | CellRows
) -> tuple[dict[str, AttentionMap], AttentionProbe]:
    found: dict[str, AttentionMap] = {}

    def keep(one: AttentionMap) -> None:
        found[one.layer] = one

    with AttentionProbe(one.model, reading, keep) as probe:
        one.run()
    return found, probe


def probabilities(one: StandIn, module: str) -> Tensor:
    """The oracle: what the kernel of a module was given, put through a plain softmax."""
    calls: list[KernelCall] = []
    handles = watch_kernel(one.model.get_submodule(module), calls.append)
    one.run()
    for handle in handles:
        handle.remove()
    call = calls[0]
    logits = call.query @ call.key.mT * call.query.shape[-1] ** -0.5
    if call.mask is not None:
        mask = call.mask
        logits = (
            logits + mask if mask.is_floating_point() else logits.masked_fill(~mask, -torch.inf)
        )
    return logits.softmax(-1).mean(1)


def test_maps_are_of_the_attention_that_was_used(stand_in: StandIn) -> None:
    found, probe = maps_of(stand_in, WordColumns(tuple(range(WORDS))))
    assert probe.notes == ()
    assert found
    assert {one.truth.label for one in found.values()} == {Truth.SAME}
    assert all(one.values.shape == (ROWS, 1, WORDS, *TOKENS) for one in found.values())


def test_the_picture_is_the_same_to_the_bit_while_words_are_watched(stand_in: StandIn) -> None:
    before = stand_in.run()
    with AttentionProbe(stand_in.model, WordColumns((0,)), lambda _: None):
        assert torch.equal(stand_in.run(), before)
    assert _get_current_function_mode_stack() == []


@pytest.mark.parametrize(
    ("family", "module", "picture", "text"),
    [
        ("sd3", "transformer_blocks.0.attn", 0, TOKENS[0] * TOKENS[1]),
        ("flux", "transformer_blocks.0.attn", WORDS, 0),
        ("qwen_image", "transformer_blocks.0.attn", WORDS, 0),
        ("z_image", "layers.0.attention", 0, 32),
        ("pixart", "transformer_blocks.0.attn2", 0, 0),
    ],
)
def test_a_words_map_is_its_column_of_the_joint_softmax(
    family: str, module: str, picture: int, text: int
) -> None:
    one = build_stand_in(family)
    right = probabilities(one, module)
    found, _ = maps_of(one, WordColumns((1, 4)))
    cells = TOKENS[0] * TOKENS[1]
    wanted = right[:, picture : picture + cells, [text + 1, text + 4]].mT
    got = found["vit-block0-cross-map"].values[:, 0].flatten(2)
    assert torch.allclose(got, wanted, atol=1e-5)


def test_words_that_are_masked_get_nothing() -> None:
    found, _ = maps_of(build_stand_in("qwen_image"), WordColumns((WORDS - 1,)))
    shares = found["vit-block0-cross-map"].values
    assert float(shares[0].min()) > 0
    assert float(shares[1].max()) == 0


def test_a_spots_map_is_of_picture_tokens_alone() -> None:
    found, _ = maps_of(build_stand_in("sd3"), CellRows(((0.5, 0.5),)))
    values = found["vit-block0-self-map"].values
    assert values.shape == (ROWS, 1, 1, *TOKENS)
    assert 0 < float(values.sum((2, 3, 4)).max()) < 1


def test_a_kernel_that_gives_something_else_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault planted: the output is not what queries, keys and values give."""
    one = build_stand_in("sd3")
    plain = KernelCall.__init__

    def wrong(self: KernelCall, *args: object) -> None:
        *given, output = args
        assert isinstance(output, Tensor)
        plain(self, *given, output * 1.5)  # type: ignore[arg-type]

    monkeypatch.setattr(KernelCall, "__init__", wrong)
    found, _ = maps_of(one, WordColumns((0,)))
    assert {one.truth.label for one in found.values()} == {Truth.ALTERED}


def test_attention_that_passes_by_the_kernel_is_said_not_to_be_seen() -> None:
    class ByHand:
        def __call__(
            self, attn: nn.Module, hidden_states: Tensor, encoder_hidden_states: Tensor, **_: object
        ) -> tuple[Tensor, Tensor]:
            return hidden_states, encoder_hidden_states

    one = build_stand_in("sd3")
    for block in one.model.get_submodule("transformer_blocks").children():
        block.attn.processor = ByHand()  # type: ignore[union-attr]
    found, probe = maps_of(one, WordColumns((0,)))
    assert found == {}
    assert "kernel" in probe.notes[0]


def test_a_model_that_fails_leaves_no_mode_behind() -> None:
    one = build_stand_in("flux")

    def fail(*_: object) -> None:
        raise RuntimeError("the model failed")

    inside = one.model.get_submodule("transformer_blocks.0.attn.to_v")
    inside.register_forward_hook(fail)
    with AttentionProbe(one.model, WordColumns((0,)), lambda _: None):
        with pytest.raises(RuntimeError, match="the model failed"):
            one.run()
        assert _get_current_function_mode_stack() == []
    assert _get_current_function_mode_stack() == []


def test_a_token_beyond_the_prompt_is_refused() -> None:
    _, probe = maps_of(build_stand_in("flux"), WordColumns((WORDS,)))
    assert isinstance(probe.failures["vit-block0-cross-map"], InputError)


def test_two_watches_of_one_module_both_see_every_call() -> None:
    class Attends(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return functional.scaled_dot_product_attention(x, x, x)

    module, first, second = Attends(), list[KernelCall](), list[KernelCall]()
    for seen in (first, second):
        watch_kernel(module, seen.append)
    module(torch.randn(1, 1, 3, 4))
    assert len(first) == len(second) == 1


def test_words_of_the_original_layout_are_read_in_joint_and_single_blocks() -> None:
    one = build_original_flux()
    found, probe = maps_of(one, WordColumns(tuple(range(WORDS))))
    assert probe.notes == ()
    assert len(found) == 4
    assert {one.truth.label for one in found.values()} == {Truth.SAME}
    right = probabilities(one, "double_blocks.0")[:, WORDS:, :WORDS].mT
    got = found["vit-block0-cross-map"].values[:, 0].flatten(2)
    assert torch.allclose(got, right, atol=1e-5)


def test_a_prompt_repeated_by_the_host_counts_as_one() -> None:
    one = build_original_flux()
    short = torch.randn(ROWS, WORDS, 8)
    given = torch.randn(ROWS, 4, 8, 12)

    def maps(times: int) -> Tensor:
        call = StandIn(one.model, lambda: one.model(given, short.repeat(1, times, 1)))
        return maps_of(call, WordColumns((2,), WORDS))[0]["vit-block0-cross-map"].values

    keys: list[KernelCall] = []
    for handle in watch_kernel(one.model.get_submodule("double_blocks.0"), keys.append):
        with torch.no_grad():
            one.model(given, short.repeat(1, 2, 1))
        handle.remove()
    logits = keys[0].query @ keys[0].key.mT * keys[0].query.shape[-1] ** -0.5
    whole = logits.softmax(-1).mean(1)[:, 2 * WORDS :]
    both = whole[..., 2] + whole[..., 2 + WORDS]
    assert torch.allclose(maps(2).flatten(1), both.flatten(1), atol=1e-5)
