"""Steps, calls, passes and noise levels; U-Nets that come and go."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from types import MethodType

import pytest
import torch
from torch import Tensor, nn

from seedloupe.lens.capture import FeatureProbe
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.levels import NoiseLevels
from seedloupe.lens.rows import RowKind, one_kind, pipeline_rows

Inputs = tuple[Tensor, Tensor, Tensor]
LAYER = "mid-vit-out"


@pytest.fixture(autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


def test_a_sampler_of_second_order_counts_calls_within_its_steps(
    unet: nn.Module, inputs: Inputs
) -> None:
    frames: list[FeatureMap] = []
    levels = NoiseLevels((1.0, 4.0, 16.0))
    plan = one_kind(3)
    with FeatureProbe(unet, [LAYER], frames.append, levels=levels) as probe:
        for step, (sigma, following) in enumerate([(16.0, 4.0), (4.0, 1.0), (1.0, 0.0)]):
            probe.at(step=step, sigma=sigma, rows=plan)
            unet(*inputs)
            if following:  # Heun's last step is Euler's
                probe.again(sigma=following, rows=plan)
                unet(*inputs)
    found = [(frame.step, frame.call, frame.sigma, frame.timestep) for frame in frames]
    assert found == [
        (0, 0, 16.0, 2.0),
        (0, 1, 4.0, 1.0),
        (1, 0, 4.0, 1.0),
        (1, 1, 1.0, 0.0),
        (2, 0, 1.0, 0.0),
    ]


def test_split_calls_of_a_second_order_step_are_numbered_on(unet: nn.Module) -> None:
    frames: list[FeatureMap] = []
    plan = pipeline_rows(1, guided=True).keeping(RowKind)
    one_row = torch.zeros(1, 4, 8, 12), torch.tensor([1]), torch.zeros(1, 7, 16)
    with FeatureProbe(unet, [LAYER], frames.append) as probe:
        probe.at(step=4, sigma=2.0, rows=plan)
        for _ in range(2):
            unet(*one_row)
        probe.again(sigma=1.0)
        for _ in range(2):
            unet(*one_row)
    found = [(frame.call, frame.sigma, frame.labels[0].kind.value) for frame in frames]
    assert found == [(0, 2, "uncond"), (1, 2, "cond"), (2, 1, "uncond"), (3, 1, "cond")]


def test_a_second_pass_is_a_track_of_its_own_with_its_own_cells(unet: nn.Module) -> None:
    frames: list[FeatureMap] = []
    with FeatureProbe(unet, [LAYER], frames.append) as probe:
        for track, size in enumerate([(8, 12), (16, 24)]):
            for step in range(2):
                probe.at(step=step, track=track)
                unet(torch.zeros(1, 4, *size), torch.tensor([1]), torch.zeros(1, 7, 16))
    found = [(frame.track, frame.step, tuple(frame.values.shape[2:])) for frame in frames]
    assert found == [(0, 0, (2, 3)), (0, 1, (2, 3)), (1, 0, (4, 6)), (1, 1, (4, 6))]
    assert not probe.notes


def test_another_unet_is_noticed_watched_and_said(unet: nn.Module, inputs: Inputs) -> None:
    other = copy.deepcopy(unet)
    frames: list[FeatureMap] = []
    probe = FeatureProbe(unet, [LAYER], frames.append)
    for model in (unet, unet, other, unet):
        probe.arm(model)
        model(*inputs)
        probe.disarm()
    assert len(frames) == 4
    assert len(probe.notes) == 2
    assert "another U-Net came into use" in probe.notes[0]
    assert probe.hooks == 0


def test_layers_another_unet_does_not_have_are_said_and_come_back(
    unet: nn.Module, inputs: Inputs
) -> None:
    refiner = copy.deepcopy(unet)
    refiner.mid_block = None
    frames: list[FeatureMap] = []
    probe = FeatureProbe(unet, [LAYER, "unet-out"], frames.append)
    probe.arm(unet)
    probe.arm(refiner)
    refiner(*inputs)
    assert "expected a layer of the U-Net now in use" in str(probe.failures[LAYER])
    assert [frame.layer for frame in frames] == ["unet-out"]
    probe.arm(unet)
    unet(*inputs)
    probe.disarm()
    assert not probe.failures
    assert [frame.layer for frame in frames] == ["unet-out", LAYER, "unet-out"]


def test_a_part_the_host_took_out_is_said(unet: nn.Module, inputs: Inputs) -> None:
    changing = copy.deepcopy(unet)
    frames: list[FeatureMap] = []
    probe = FeatureProbe(changing, [LAYER, "unet-out"], frames.append)
    probe.arm()
    probe.disarm()
    changing.mid_block.attentions = nn.ModuleList()
    probe.arm()
    assert "none of that name" in str(probe.failures[LAYER])
    probe.disarm()
    assert probe.hooks == 0


def test_a_model_that_is_no_unet_costs_a_message_and_no_picture(unet: nn.Module) -> None:
    probe = FeatureProbe(unet, [LAYER], print)
    probe.arm(unet)
    probe.arm(nn.Sequential(nn.Identity()))
    probe.disarm()
    assert "cannot be watched" in probe.notes[0]
    assert LAYER in probe.failures


def test_an_engine_in_the_unets_place_leaves_every_layer_silent_and_that_is_said(
    unet: nn.Module, inputs: Inputs
) -> None:
    engine = copy.deepcopy(unet)
    engine.forward = MethodType(lambda self, latents, *_: latents, engine)
    frames: list[FeatureMap] = []
    with FeatureProbe(engine, [LAYER, "unet-out"], frames.append) as probe:
        engine(*inputs)
    assert not frames
    assert probe.silent == (LAYER, "unet-out")
    assert len(probe.notes) == 2
    assert all("TensorRT" in note for note in probe.notes)


def test_a_unet_that_never_ran_is_said_to_have_been_replaced(unet: nn.Module) -> None:
    with FeatureProbe(unet, [LAYER], print) as probe:
        pass
    assert "the U-Net did not run" in probe.notes[0]


class Plain(nn.Module):
    """The least that has a U-Net's shape; the compiler is slow with real ones."""

    def __init__(self) -> None:
        super().__init__()
        self.conv_in, self.conv_out = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)
        self.down_blocks, self.up_blocks = nn.ModuleList(), nn.ModuleList()

    def forward(self, latents: Tensor) -> Tensor:
        return self.conv_out(self.conv_in(latents))


@pytest.mark.parametrize("in_place", [True, False])
def test_a_unet_compiled_before_it_was_watched_is_named_as_such(in_place: bool) -> None:
    model = Plain()
    if in_place:
        model.compile(backend="eager")
    compiled = model if in_place else torch.compile(model, backend="eager")
    latents = torch.zeros(1, 4, 2, 3)
    compiled(latents)
    frames: list[FeatureMap] = []
    with FeatureProbe(compiled, ["IN00"], frames.append) as probe:
        compiled(latents)
    if frames:  # newer compilers look out for new hooks
        assert not probe.notes
    else:
        assert "compiled before it was watched" in probe.notes[0]


def test_memory_that_runs_out_is_a_message(unet: nn.Module, inputs: Inputs) -> None:
    def full(_: FeatureMap) -> None:
        raise MemoryError

    before = unet(*inputs).sample
    with FeatureProbe(unet, [LAYER], full) as probe:
        during = unet(*inputs).sample
    assert torch.equal(before, during)
    assert probe.notes == (f"{LAYER} is not watched: there was not enough memory to keep it",)


def test_threads_label_their_own_calls_and_no_number_comes_twice(unet: nn.Module) -> None:
    frames: list[FeatureMap] = []
    kinds = (RowKind.COND, RowKind.UNCOND)
    both = threading.Barrier(2, timeout=60)

    def run(kind: RowKind) -> None:
        with torch.no_grad():
            probe.label(one_kind(2, kind).keeping(RowKind))
            both.wait()
            words = torch.full((2, 7, 16), float(kind is RowKind.COND))
            unet(torch.zeros(2, 4, 8, 12), torch.tensor([1]), words)

    with FeatureProbe(unet, ["mid-vit-block0-cross-k"], frames.append) as probe:
        probe.at(step=0)
        threads = [threading.Thread(target=run, args=(kind,)) for kind in kinds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(frame.call for frame in frames) == [0, 1]
    for frame in frames:
        prompted = frame.values.abs().sum() > 0
        assert {label.kind for label in frame.labels} == {kinds[0] if prompted else kinds[1]}
