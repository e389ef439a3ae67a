"""Watching attention without being noticed."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from seedloupe.errors import LayerNotFoundError
from seedloupe.lens import FeatureProbe, second_half
from seedloupe.lens.words import AttentionMap, AttentionProbe, CellRows, Truth, WordColumns

from .conftest import Inputs, materialised, output

SEVEN = WordColumns(tuple(range(7)), per_head=True)
Watch = Callable[..., dict[str, AttentionMap]]


def test_the_picture_is_the_same_to_the_bit(unet: nn.Module, inputs: Inputs) -> None:
    before = output(unet, inputs)
    maps: list[AttentionMap] = []
    with AttentionProbe(unet, SEVEN, maps.append):
        during = output(unet, inputs)
    assert torch.equal(before, during)
    assert torch.equal(before, output(unet, inputs))
    assert len(maps) == 17


def test_maps_are_the_probabilities_a_materialising_attention_has(
    unet: nn.Module, inputs: Inputs, watch: Watch, cross_names: dict[str, str]
) -> None:
    oracle = materialised(unet, inputs)
    found = watch(unet, inputs, SEVEN)
    for name, path in cross_names.items():
        ours = found[name].values.flatten(3).mT
        assert (ours - oracle[path]).abs().max() <= 1e-6, name


def test_all_tokens_of_a_cell_sum_to_one_and_the_model_went_on_with_them(
    unet: nn.Module, inputs: Inputs, watch: Watch
) -> None:
    for one in watch(unet, inputs, SEVEN).values():
        assert (one.values.sum(2) - 1).abs().max() <= 1e-5
        assert one.truth.label is Truth.SAME
        assert one.truth.difference <= 1e-5


@pytest.mark.parametrize(
    ("processor", "slices"),
    [("AttnProcessor", ()), ("AttnProcessor2_0", ()), ("SlicedAttnProcessor", (1,))],
)
def test_maps_do_not_depend_on_the_kernel(
    processor: str, slices: tuple[int, ...], unet: nn.Module, inputs: Inputs, watch: Watch
) -> None:
    from diffusers.models import attention_processor

    usual = watch(unet, inputs, SEVEN)
    before = unet.attn_processors
    unet.set_attn_processor(getattr(attention_processor, processor)(*slices))
    other = watch(unet, inputs, SEVEN)
    unet.set_attn_processor(before)
    for name, one in other.items():
        assert (one.values - usual[name].values).abs().max() <= 1e-5, name
        assert one.truth.label is Truth.SAME


def test_both_shapes_of_one_unet_give_the_same_maps_under_the_same_names(
    unet: nn.Module, ldm_small: nn.Module, inputs: Inputs, watch: Watch
) -> None:
    ours, theirs = watch(unet, inputs, SEVEN), watch(ldm_small, inputs, SEVEN)
    assert list(ours) == list(theirs)
    for name, one in ours.items():
        assert (one.values - theirs[name].values).abs().max() <= 1e-5, name


def test_cells_come_from_the_transformer_around(
    unet: nn.Module, inputs: Inputs, watch: Watch
) -> None:
    sizes = {name: tuple(one.values.shape) for name, one in watch(unet, inputs, SEVEN).items()}
    assert sizes["down-level0-repeat0-vit-block0-cross-map"] == (3, 4, 7, 8, 12)
    assert sizes["mid-vit-block0-cross-map"] == (3, 4, 7, 2, 3)


def test_sides_that_cannot_be_halved_evenly_keep_their_cells(unet: nn.Module, watch: Watch) -> None:
    inputs = torch.randn(2, 4, 9, 13), torch.tensor([1]), torch.randn(2, 7, 16)
    sizes = {name: tuple(one.values.shape[3:]) for name, one in watch(unet, inputs, SEVEN).items()}
    assert sizes["down-level0-repeat0-vit-block0-cross-map"] == (9, 13)
    assert sizes["down-level1-repeat1-vit-block0-cross-map"] == (5, 7)
    assert sizes["mid-vit-block1-cross-map"] == (3, 4)
    assert sizes["up-level2-repeat0-vit-block0-cross-map"] == (9, 13)


def test_a_grid_with_as_many_cells_as_the_prompt_has_tokens_is_not_taken_for_one(
    unet: nn.Module, watch: Watch
) -> None:
    inputs = torch.randn(1, 4, 7, 11), torch.tensor([1]), torch.randn(1, 77, 16)
    name = "down-level0-repeat0-vit-block0"
    words = watch(unet, inputs, WordColumns((0, 76)), layers=[f"{name}-cross-map"])
    cells = watch(unet, inputs, CellRows(((0.5, 0.5),)), layers=[f"{name}-self-map"])
    assert words[f"{name}-cross-map"].values.shape == (1, 1, 2, 7, 11)
    assert cells[f"{name}-self-map"].values.shape == (1, 1, 1, 7, 11)


def test_maps_stand_upright(unet: nn.Module, inputs: Inputs, watch: Watch) -> None:
    path = "down_blocks.0.attentions.0.transformer_blocks.0.attn2"
    attention = unet.get_submodule(path)
    mark = torch.zeros(3, 8, 12, 32)
    mark[:, 1, 9] = 50 * attention.to_k(inputs[2])[:, 4:5].squeeze(1)

    def shout(_m: object, _i: object, out: Tensor) -> Tensor:
        return out + mark.flatten(1, 2)

    handle = attention.to_q.register_forward_hook(shout)
    found = watch(unet, inputs, WordColumns((4,)), layers=[path])
    handle.remove()
    (one,) = found.values()
    for row in one.values[:, 0, 0]:
        assert divmod(int(row.argmax()), 12) == (1, 9)


def test_a_cell_asked_about_gives_the_row_of_self_attention(
    unet: nn.Module, inputs: Inputs, watch: Watch
) -> None:
    oracle = materialised(unet, inputs)
    found = watch(unet, inputs, CellRows(((0.99, 0.2), (0.0, 1.0)), per_head=True))
    one = found["down-level0-repeat0-vit-block0-self-map"]
    whole = oracle["down_blocks.0.attentions.0.transformer_blocks.0.attn1"]
    for number, cell in enumerate((1 * 12 + 11, 7 * 12 + 0)):
        torch.testing.assert_close(one.values[:, :, number].flatten(2), whole[:, :, cell])
    assert one.truth.label is Truth.SAME


def test_repeated_prompts_are_folded_where_their_length_is_known(
    unet: nn.Module, inputs: Inputs, watch: Watch
) -> None:
    latents, time, words = inputs
    twice = latents, time, words.repeat(1, 2, 1)
    reading = WordColumns((2, 5), length=7)
    alone, folded = watch(unet, inputs, reading), watch(unet, twice, reading)
    bare = watch(unet, twice, WordColumns((2, 5)))
    for name, one in alone.items():
        assert (one.values - folded[name].values).abs().max() <= 1e-6
        assert (one.values - 2 * bare[name].values).abs().max() <= 1e-6
        assert folded[name].truth.label is Truth.SAME


def test_rows_are_the_callers_choice(unet: nn.Module, watch: Watch) -> None:
    latents, time = torch.zeros(4, 4, 8, 12), torch.tensor([1])
    prompt, empty = torch.randn(2, 7, 16), torch.randn(2, 7, 16)
    guided = watch(unet, (latents, time, torch.cat([empty, prompt])), SEVEN, rows=second_half)
    alone = watch(unet, (latents[:2], time, prompt), SEVEN)
    for name, one in guided.items():
        torch.testing.assert_close(one.values, alone[name].values, rtol=0, atol=1e-5)
        assert one.truth.label is Truth.SAME


def test_no_wanted_rows_is_no_failure(unet: nn.Module, inputs: Inputs) -> None:
    maps: list[AttentionMap] = []
    with AttentionProbe(unet, SEVEN, maps.append, rows=[]) as probe:
        output(unet, inputs)
    assert not maps
    assert not probe.failures
    assert not probe.silent


def test_steps_count_the_calls_until_the_caller_says_otherwise(
    unet: nn.Module, inputs: Inputs
) -> None:
    maps: list[AttentionMap] = []
    with AttentionProbe(unet, SEVEN, maps.append, layers=["mid-vit-block0-cross-map"]) as probe:
        for _ in range(2):
            output(unet, inputs)
        probe.at(step=7, sigma=3.5)
        for _ in range(2):
            output(unet, inputs)
    keys = [(one.step, one.call, one.sigma) for one in maps]
    assert keys == [(0, 0, None), (1, 0, None), (7, 0, 3.5), (7, 1, 3.5)]


@pytest.mark.parametrize(
    ("pattern", "count"),
    [("up-*-cross-map", 9), ("mid-vit-block{0..1}-cross-map", 2), ("middle_block.1.*.attn2", 2)],
)
def test_layers_are_named_as_everywhere(pattern: str, count: int, unet: nn.Module) -> None:
    with AttentionProbe(unet, SEVEN, print, layers=[pattern]) as probe:
        assert len(probe.layers) == count


def test_a_wrong_name_leaves_no_hook(unet: nn.Module) -> None:
    with pytest.raises(LayerNotFoundError), AttentionProbe(unet, SEVEN, print, layers=["mid-vti"]):
        pass


def test_a_unet_without_attention_is_refused(
    build_meta: Callable[[dict[str, object]], nn.Module],
) -> None:
    bare = build_meta(
        {
            "down_block_types": ("DownBlock2D",) * 3,
            "up_block_types": ("UpBlock2D",) * 3,
            "mid_block_type": None,
        }
    )
    with pytest.raises(LayerNotFoundError, match="cross-attention"):
        AttentionProbe(bare, SEVEN, print).arm()


def test_threads_keep_their_projections_apart(unet: nn.Module) -> None:
    maps: list[AttentionMap] = []
    both_inside = threading.Barrier(2, timeout=60)
    sizes = [(8, 12), (16, 4)]

    def run(size: tuple[int, int]) -> None:
        with torch.no_grad():
            output(unet, (torch.ones(1, 4, *size), torch.tensor([1]), torch.ones(1, 7, 16)))

    def meet(*_: object) -> None:
        both_inside.wait()

    name = "down_blocks.0.attentions.0.transformer_blocks.0.attn2"
    meeting = unet.get_submodule(name).to_v.register_forward_pre_hook(meet)
    with AttentionProbe(unet, SEVEN, maps.append, layers=[name]) as probe:
        threads = [threading.Thread(target=run, args=(size,)) for size in sizes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    meeting.remove()
    assert not probe.failures
    assert {tuple(one.values.shape[3:]) for one in maps} == set(sizes)
    assert {one.truth.label for one in maps} == {Truth.SAME}


def test_it_does_not_disturb_a_feature_probe(unet: nn.Module, inputs: Inputs) -> None:
    maps: list[AttentionMap] = []
    frames: list[object] = []
    before = output(unet, inputs)
    with FeatureProbe(unet, ["*"], frames.append), AttentionProbe(unet, SEVEN, maps.append):
        during = output(unet, inputs)
    assert torch.equal(before, during)
    assert frames
    assert len(maps) == 17


def test_mixed_precision_is_checked_as_such(unet: nn.Module, inputs: Inputs) -> None:
    maps: list[AttentionMap] = []
    with torch.autocast("cpu", dtype=torch.bfloat16), AttentionProbe(unet, SEVEN, maps.append):
        output(unet, inputs)
    for one in maps:
        assert one.values.dtype is torch.float32
        assert (one.values.sum(2) - 1).abs().max() <= 1e-5
        assert one.truth.label is Truth.SAME


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_maps_come_to_the_cpu_and_are_those_of_the_cpu(
    dtype: torch.dtype, unet: nn.Module, inputs: Inputs, watch: Watch
) -> None:
    there = copy.deepcopy(unet).to("cuda", dtype)
    latents, time, words = (one.cuda() for one in inputs)
    moved = latents.to(dtype), time, words.to(dtype)
    before = output(there, moved)
    found = watch(there, moved, SEVEN)
    assert torch.equal(before, output(there, moved))
    for name, one in watch(unet, inputs, SEVEN).items():
        assert found[name].values.device.type == "cpu"
        assert (found[name].values - one.values).abs().max() <= 0.05
        assert found[name].truth.label is Truth.SAME
