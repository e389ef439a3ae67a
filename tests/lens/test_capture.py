"""Watching layers without being noticed."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from seedloupe.lens.capture import FeatureProbe
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.layer import OutputLayout
from seedloupe.lens.layers import find_layers, list_layers
from seedloupe.lens.panel import default_panel
from seedloupe.lens.rows import second_half

HEIGHT, WIDTH = 8, 12
WATCHED = ("mid-vit-out", "up-level1-repeat1-vit-block0-cross-q", "up-level2-repeat0-res-out")


@pytest.fixture(autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


def output(unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    result = unet(*inputs)
    return result if isinstance(result, Tensor) else result.sample


def captured(
    unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor], *patterns: str
) -> dict[str, FeatureMap]:
    frames: list[FeatureMap] = []
    with FeatureProbe(unet, patterns, frames.append) as probe:
        output(unet, inputs)
    assert not probe.failures
    assert not probe.silent
    return {frame.layer: frame for frame in frames}


def test_the_picture_is_the_same_to_the_bit_with_every_layer_watched(
    unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    before = output(unet, inputs)
    frames: list[FeatureMap] = []
    with FeatureProbe(unet, ["*"], frames.append):
        during = output(unet, inputs)
    assert torch.equal(before, during)
    assert torch.equal(before, output(unet, inputs))
    assert [frame.layer for frame in frames] == [layer.name for layer in list_layers(unet)]


def test_features_are_what_the_modules_gave(
    unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    oracle: dict[str, Tensor] = {}
    layers = find_layers(unet, ["*-cross-q", "*-res-out", "*-vit-out", "*-ffn-inner", "*-cross-k"])
    hooks = [
        unet.get_submodule(layer.path).register_forward_hook(
            lambda _m, _i, out, name=layer.name: oracle.update(
                {name: out[0] if isinstance(out, tuple) else out}
            )
        )
        for layer in layers
    ]
    frames = captured(unet, inputs, *(layer.name for layer in layers))
    for hook in hooks:
        hook.remove()
    for layer in layers:
        seen = frames[layer.name].values
        if layer.layout is not OutputLayout.GRID:
            seen = seen.flatten(2).transpose(1, 2)
        assert torch.equal(seen, oracle[layer.name]), layer.name


def test_cells_come_from_the_module_around_and_not_from_a_square_root(
    unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    frames = captured(unet, inputs, "*")
    cells = {name: tuple(frame.values.shape[2:]) for name, frame in frames.items()}
    assert cells["down-level0-repeat0-vit-block0-self-k"] == (8, 12)
    assert cells["down-level1-repeat0-vit-block1-ffn-inner"] == (4, 6)
    assert cells["mid-vit-block0-cross-out"] == (2, 3)
    assert cells["up-level1-repeat1-vit-block0-cross-q"] == (4, 6)
    assert cells["mid-vit-block0-cross-v"] == (1, 7)


def test_a_grid_with_as_many_cells_as_the_prompt_has_words_is_not_taken_for_one(
    unet: nn.Module,
) -> None:
    inputs = torch.zeros(1, 4, 7, 11), torch.tensor([1]), torch.zeros(1, 77, 16)
    frames = captured(unet, inputs, "down-level0-repeat0-vit-block0-*-[qk]")
    stem = "down-level0-repeat0-vit-block0"
    assert frames[f"{stem}-self-k"].values.shape == (1, 32, 7, 11)
    assert frames[f"{stem}-cross-q"].values.shape == (1, 32, 7, 11)
    assert frames[f"{stem}-cross-k"].values.shape == (1, 32, 1, 77)


def test_both_shapes_of_one_unet_give_the_same_features_under_the_same_names(
    unet: nn.Module, ldm_small: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    ours, theirs = captured(unet, inputs, "*"), captured(ldm_small, inputs, "*")
    assert list(ours) == list(theirs)
    for name, frame in ours.items():
        here, there = frame.values, theirs[name].values
        assert here.shape == there.shape
        assert (here - there).abs().max() <= 1e-5 * here.abs().max(), name


def test_what_was_recorded_does_not_change_when_the_model_goes_on(
    inputs: tuple[Tensor, Tensor, Tensor],
) -> None:
    class InPlace(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv_in = nn.Identity()
            self.down_blocks, self.up_blocks = nn.ModuleList(), nn.ModuleList()
            self.conv_out = nn.Identity()

        def forward(self, latents: Tensor) -> Tensor:
            return self.conv_out(self.conv_in(latents).add_(1))

    latents = inputs[0].clone()
    frames: list[FeatureMap] = []
    unet = InPlace()
    with FeatureProbe(unet, ["IN00"], frames.append):
        unet(latents)
    assert torch.equal(frames[0].values, inputs[0])


def test_steps_count_the_calls_until_the_caller_says_otherwise(
    unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    frames: list[FeatureMap] = []
    with FeatureProbe(unet, ["mid-vit-out"], frames.append) as probe:
        for _ in range(2):
            output(unet, inputs)
        probe.at(step=7, sigma=3.5)
        for _ in range(2):
            output(unet, inputs)
        probe.at(step=8)
        output(unet, inputs)
    keys = [(frame.step, frame.call, frame.sigma) for frame in frames]
    assert keys == [(0, 0, None), (1, 0, None), (7, 0, 3.5), (7, 1, 3.5), (8, 0, None)]


def test_the_conditional_rows_carry_the_marker_of_the_prompt(unet: nn.Module) -> None:
    latents, time = torch.zeros(4, 4, HEIGHT, WIDTH), torch.tensor([1])
    prompt, empty = torch.full((2, 7, 16), 3.0), torch.full((2, 7, 16), -3.0)
    guided = latents, time, torch.cat([empty, prompt])
    alone = latents[:2], time, prompt
    frames: list[FeatureMap] = []
    with FeatureProbe(unet, ["mid-vit-block1-cross-k"], frames.append, rows=second_half):
        output(unet, guided)
    expected = captured(unet, alone, "mid-vit-block1-cross-k")["mid-vit-block1-cross-k"]
    torch.testing.assert_close(frames[0].values, expected.values)


@pytest.mark.parametrize(
    ("rows", "kept"),
    [(slice(1, 2), [1]), ([2, 0], [2, 0]), (lambda count: [count - 1], [2]), (None, [0, 1, 2])],
)
def test_rows_are_the_callers_choice(
    rows: object, kept: list[int], unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    everything = captured(unet, inputs, "mid-vit-out")["mid-vit-out"].values
    frames: list[FeatureMap] = []
    with FeatureProbe(unet, ["mid-vit-out"], frames.append, rows=rows):
        output(unet, inputs)
    assert torch.equal(frames[0].values, everything[kept])


def test_a_call_with_no_wanted_rows_sends_nothing_and_is_no_failure(
    unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    frames: list[FeatureMap] = []
    with FeatureProbe(unet, WATCHED, frames.append, rows=slice(0, 0)) as probe:
        output(unet, inputs)
    assert not frames
    assert not probe.failures
    assert not probe.silent


def test_layers_that_did_not_run_are_named(
    unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    with FeatureProbe(unet, ["mid-vit-out"], print) as probe:
        assert probe.silent == ("mid-vit-out",)
    assert probe.layers == ("mid-vit-out",)


def test_threads_keep_their_grids_apart(unet: nn.Module) -> None:
    frames: list[FeatureMap] = []
    both_inside = threading.Barrier(2, timeout=60)
    sizes = [(8, 12), (16, 4)]

    def run(size: tuple[int, int]) -> None:
        with torch.no_grad():
            output(unet, (torch.zeros(1, 4, *size), torch.tensor([1]), torch.zeros(1, 2, 16)))

    def meet(*_: object) -> None:
        both_inside.wait()

    block = unet.get_submodule("down_blocks.0.attentions.0.transformer_blocks.0")
    meeting = block.register_forward_pre_hook(meet)
    with FeatureProbe(unet, ["down-level0-repeat0-vit-block0-cross-q"], frames.append) as probe:
        threads = [threading.Thread(target=run, args=(size,)) for size in sizes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    meeting.remove()
    assert not probe.failures
    assert {tuple(frame.values.shape[2:]) for frame in frames} == set(sizes)


def test_half_precision_comes_out_as_float32(
    unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    frames: list[FeatureMap] = []
    with (
        torch.autocast("cpu", dtype=torch.bfloat16),
        FeatureProbe(unet, default_panel(unet), frames.append),
    ):
        output(unet, inputs)
    assert frames
    for frame in frames:
        assert frame.values.dtype is torch.float32
        assert frame.values.is_contiguous()
        assert torch.equal(frame.values, frame.values.bfloat16().float())


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_features_come_to_the_cpu_and_the_picture_stays_where_it_is(
    small_unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    unet = copy.deepcopy(small_unet).cuda()
    there = tuple(one.cuda() for one in inputs)
    frames: list[FeatureMap] = []
    before = output(unet, there)
    with FeatureProbe(unet, ["*"], frames.append):
        during = output(unet, there)
    assert torch.equal(before, during)
    assert {frame.values.device.type for frame in frames} == {"cpu"}
