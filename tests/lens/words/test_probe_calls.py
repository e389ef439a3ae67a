"""Steps, passes, rows and exchanged U-Nets, for attention as for features."""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import MethodType

import pytest
import torch
from torch import nn

from seedloupe.errors import ShapeError
from seedloupe.lens import FeatureProbe, NoiseLevels
from seedloupe.lens.rows import RowKind, one_kind, pipeline_rows
from seedloupe.lens.words import AttentionAccumulator, AttentionMap, AttentionProbe, WordColumns

from ..conftest import count_hooks
from .conftest import Inputs, output

WORDS = WordColumns((1, 4))
MIDDLE = "mid-vit-block0-cross-map"
Probe = Callable[[nn.Module, Callable[..., None]], FeatureProbe | AttentionProbe]


def attention(unet: nn.Module, sink: Callable[..., None]) -> AttentionProbe:
    levels = NoiseLevels((1.0, 4.0, 16.0))
    return AttentionProbe(unet, WORDS, sink, layers=[MIDDLE], levels=levels)


def features(unet: nn.Module, sink: Callable[..., None]) -> FeatureProbe:
    levels = NoiseLevels((1.0, 4.0, 16.0))
    return FeatureProbe(unet, ["mid-vit-out"], sink, levels=levels)


@pytest.mark.parametrize("build", [attention, features])
def test_both_probes_file_what_they_see_alike(
    build: Probe, unet: nn.Module, inputs: Inputs
) -> None:
    found: list[AttentionMap] = []
    plan = one_kind(3)
    with build(unet, found.append) as probe:
        probe.at(step=2, sigma=16.0, track=1, rows=plan)
        output(unet, inputs)
        probe.again(sigma=4.0, rows=plan)
        output(unet, inputs)
        probe.at(step=3, sigma=1.0, track=1, rows=plan)
        output(unet, inputs)
    places = [(one.track, one.step, one.call, one.sigma, one.timestep) for one in found]
    assert places == [(1, 2, 0, 16.0, 2.0), (1, 2, 1, 4.0, 1.0), (1, 3, 0, 1.0, 0.0)]
    assert [len(one.labels) for one in found] == [3, 3, 3]
    assert probe.calls == 3


@pytest.mark.parametrize("build", [attention, features])
def test_both_probes_follow_another_unet_and_say_so(
    build: Probe, unet: nn.Module, inputs: Inputs
) -> None:
    other = copy.deepcopy(unet)
    found: list[AttentionMap] = []
    probe = build(unet, found.append)
    for model in (unet, other, unet):
        probe.arm(model)
        assert probe.hooks == count_hooks(model) > 0
        output(model, inputs)
    probe.arm(nn.Sequential(nn.Identity()))
    probe.disarm()
    assert len(found) == 3
    assert [note.split(";")[0][:28] for note in probe.notes[:2]] == [
        "another U-Net came into use"
    ] * 2
    assert "cannot be watched" in probe.notes[2]
    assert set(probe.failures) == set(probe.layers)
    assert probe.hooks == count_hooks(unet) == count_hooks(other) == 0


def test_a_unet_without_attention_that_comes_into_use_is_said(
    unet: nn.Module, build_meta: Callable[[dict[str, object]], nn.Module]
) -> None:
    bare = build_meta(
        {
            "down_block_types": ("DownBlock2D",) * 3,
            "up_block_types": ("UpBlock2D",) * 3,
            "mid_block_type": None,
        }
    )
    probe = attention(unet, print)
    probe.arm()
    probe.arm(bare)
    probe.disarm()
    assert "cross-attention" in probe.notes[0]


@pytest.mark.parametrize("build", [attention, features])
def test_an_engine_in_the_unets_place_is_named(
    build: Probe, unet: nn.Module, inputs: Inputs
) -> None:
    engine = copy.deepcopy(unet)
    engine.forward = MethodType(lambda self, latents, *_: latents, engine)
    with build(engine, print) as probe:
        engine(*inputs)
    (note,) = probe.notes
    assert "TensorRT" in note


def test_rows_are_those_of_the_plan_over_split_calls(unet: nn.Module) -> None:
    maps: list[AttentionMap] = []
    plan = pipeline_rows(1, guided=True)
    one_row = torch.zeros(1, 4, 8, 12), torch.tensor([1]), torch.zeros(1, 7, 16)
    with AttentionProbe(unet, WORDS, maps.append, layers=[MIDDLE], rows=plan) as probe:
        probe.at(step=0, rows=plan)
        for _ in range(2):  # the one without the prompt is not kept
            output(unet, one_row)
    (one,) = maps
    assert (one.call, [row.kind for row in one.labels]) == (1, [RowKind.COND])
    assert len(one.values) == 1


def test_more_rows_than_the_plan_has_cost_the_layer_and_not_the_picture(
    unet: nn.Module, inputs: Inputs
) -> None:
    before = output(unet, inputs)
    with AttentionProbe(unet, WORDS, print, layers=[MIDDLE], rows=one_kind(2)) as probe:
        during = output(unet, inputs)
    assert torch.equal(before, during)
    assert isinstance(probe.failures[MIDDLE], ShapeError)


def test_a_tally_is_of_one_pass_and_knows_its_levels(unet: nn.Module, inputs: Inputs) -> None:
    tally = AttentionAccumulator()
    with attention(unet, tally) as probe:
        for step, sigma in enumerate((16.0, 4.0)):
            probe.at(step=step, sigma=sigma, track=1)
            output(unet, inputs)
        probe.at(step=0, sigma=16.0)
        output(unet, inputs)
    assert tally.track == 1
    assert [tally.places[step].timestep for step in tally.seen_steps] == [2.0, 1.0]
    assert "in one pass" in str(probe.failures[MIDDLE])
