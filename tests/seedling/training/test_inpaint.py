"""Holes lie where they should, and nine channels begin as four."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from seedloupe.seedling.training.architecture import build_unet, build_vae
from seedloupe.seedling.training.inpaint import CHANNELS, cut_holes, hole_of
from seedloupe.seedling.training.pictures import load_pictures
from seedloupe.seedling.training.variants import widen_input
from seedloupe.seedling.world import Split


def test_nine_channels_begin_as_the_four_they_were() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        unet = build_unet()
        torch.nn.init.normal_(unet.get_submodule("conv_out").get_parameter("weight"), 0, 0.02)
        noisy, beside, words = (
            torch.randn(1, 4, 8, 16),
            torch.randn(1, 5, 8, 16),
            torch.randn(1, 77, 64),
        )
    time = torch.tensor([301])
    with torch.no_grad():
        before = unet(noisy, time, words).sample
        wide = widen_input(unet, CHANNELS)
        after = wide(torch.cat([noisy, beside], 1), time, words).sample
    assert before.std() > 1e-3
    assert torch.allclose(before, after, atol=1e-5)
    assert wide.config.in_channels == 9


def test_holes_are_things_words_boxes_or_everything() -> None:
    things = np.zeros((96, 96), np.uint8)
    things[60:80, 20:40], things[60:80, 60:70], things[5:15, 10:60] = 1, 5, 2
    drawn = [hole_of(things, np.random.default_rng(seed)) for seed in range(200)]
    shares = np.array([hole.mean() for hole in drawn])
    assert (shares > 0).all()
    assert 0.04 < (shares == 1).mean() < 0.2
    covers = [hole[things & 1 > 0].all() and hole.mean() < 0.5 for hole in drawn]
    second = [hole[things & 4 > 0].all() and not hole[70, 22] for hole in drawn]
    words = [hole[8, 20] and hole[8, 50] and not hole[40:].any() for hole in drawn]
    assert all(sum(found) > 5 for found in (covers, second, words))


def test_what_is_in_the_hole_is_not_in_the_latents(tmp_path: Path) -> None:
    pictures = load_pictures(tmp_path, Split.GENERATOR, 3)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        vae = build_vae()
    holes = cut_holes(vae, pictures, 0, 3)
    assert holes.masks.shape == (3, 1, 16, 16)
    assert holes.latents.shape == (3, 4, 16, 16)
    images = np.array(pictures.images)
    for row in range(3):
        hole = hole_of(pictures.masks[row], np.random.default_rng((13, row)))
        assert np.array_equal(holes.masks[row, 0].float().numpy() > 0, hole[::8, ::8])
        images[row][hole] = 99
    other = cut_holes(vae, type(pictures)(images, *list(vars(pictures).values())[1:]), 0, 3)
    assert torch.equal(other.latents, holes.latents)
