"""Seedling as the studies see it."""

from __future__ import annotations

from functools import partial

import pytest
import torch

from seedloupe.hosts.standalone.engine.models import open_model
from seedloupe.hosts.standalone.engine.studied import StudiedModel
from seedloupe.studies.frame import Painting, StudiedNetwork
from seedloupe.studies.good_seed.repulsion import push_apart
from seedloupe.studies.labelled import world_pictures

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

PROMPT = "a red ball on grass"


@pytest.fixture(scope="module")
def studied() -> StudiedModel:
    return StudiedModel(open_model("seedling"), size=(96, 64))


def test_a_swap_at_either_end_is_one_of_the_two_pictures(studied: StudiedModel) -> None:
    for sampler in ("ddim", "euler_a"):
        how = Painting(4, sampler)
        ends = studied.paint(PROMPT, [1, 2], how)
        never = studied.paint_swapped(PROMPT, 1, 2, 4, how)
        at_once = studied.paint_swapped(PROMPT, 1, 2, 0, how)
        assert float((never[0] - ends[0]).abs().max()) <= 1.5 / 255
        assert float((never[1] - ends[0]).abs().max()) <= 1.5 / 255
        assert float((at_once[1] - ends[1]).abs().max()) <= 1.5 / 255


def test_step_noise_of_another_seed_changes_samplers_that_draw_and_no_other(
    studied: StudiedModel,
) -> None:
    for sampler, changes in (("ddim", False), ("euler_a", True)):
        how = Painting(4, sampler)
        picture = studied.paint(PROMPT, [1], how)[0]
        swapped, renewed = studied.paint_swapped(PROMPT, 1, 2, 2, how)
        apart = float((swapped - picture).abs().max())
        assert (apart > 3 / 255) is changes
        assert float((renewed - picture).abs().max()) > 3 / 255


def test_the_last_preview_is_the_picture_itself(studied: StudiedModel) -> None:
    how = Painting(4, "euler")
    seen = studied.previews(PROMPT, 7, how)
    assert len(seen) == 4
    assert seen[0].shape == (3, 64, 96)
    assert float((seen[-1] - studied.paint(PROMPT, [7], how)[0]).abs().max()) <= 1.5 / 255


def test_glimpses_are_the_previews_of_single_pictures_and_hold_the_prompted_rows(
    studied: StudiedModel,
) -> None:
    how, layer = Painting(4, "euler"), "mid-vit-out"
    seen = studied.glimpses(PROMPT, [7, 8], how, steps=(1, 3), layers=(layer,))
    assert [glimpse.step for glimpse in seen] == [1, 3]
    for place, seed in enumerate((7, 8)):
        alone = studied.previews(PROMPT, seed, how)
        for glimpse in seen:
            apart = (glimpse.pictures[place] - alone[glimpse.step - 1]).abs().max()
            assert float(apart) <= 1.5 / 255
    features = seen[0].features[layer]
    assert features.shape[0] == 2
    one = studied.glimpses(PROMPT, [8], how, steps=(1,), layers=(layer,))[0].features[layer]
    torch.testing.assert_close(features[1:], one, rtol=1e-3, atol=1e-3)
    unprompted = studied.glimpses("", [8], how, steps=(1,), layers=(layer,))[0].features[layer]
    assert float((unprompted - one).abs().max()) > 0.01


def test_every_layer_listed_can_be_looked_at_and_the_twin_sees_otherwise(
    studied: StudiedModel,
) -> None:
    before = torch.get_rng_state()
    picture = world_pictures(1)[0].image[:, :64, :96]
    twin: StudiedNetwork = studied.untrained()
    seen, blind = (one.features(picture, studied.layers, 100) for one in (studied, twin))
    assert set(seen) == set(studied.layers) == set(blind)
    for layer in ("mid-vit-out", "up-level1-repeat0-res-out"):
        assert seen[layer].shape == blind[layer].shape
        assert not torch.allclose(seen[layer], blind[layer], atol=1e-2)
    again = studied.untrained().features(picture, ("mid-vit-out",), 100)
    assert torch.equal(again["mid-vit-out"], blind["mid-vit-out"])
    assert torch.equal(before, torch.get_rng_state())


def test_repainting_a_little_keeps_the_picture_and_takes_the_steps_asked_for(
    studied: StudiedModel,
) -> None:
    picture = world_pictures(1)[0].image[:, :64, :96]
    for steps in (1, 4):
        again = studied.repaint(picture, "", 0, strength=0.1, steps=steps)
        assert float((again - picture).abs().mean()) < 0.08
    far = studied.repaint(picture, "", 0, strength=0.9, steps=4)
    assert float((far - picture).abs().mean()) > float((again - picture).abs().mean())


def test_pictures_painted_together_are_those_painted_alone_until_they_push_each_other(
    studied: StudiedModel,
) -> None:
    how = Painting(3, "euler")
    alone = studied.paint(PROMPT, [1, 2], how)
    still = studied.paint_together(PROMPT, [1, 2], how, lambda clean, sigma: 0 * clean)
    assert torch.equal(still, alone)
    pushed = studied.paint_together(PROMPT, [1, 2], how, partial(push_apart, strength=0.6))
    assert pushed.shape == alone.shape
    apart = [float((two[0] - two[1]).square().mean()) for two in (alone, pushed)]
    assert apart[1] > 1.05 * apart[0]
