"""How near a preview comes to the picture, by Seedling's own VAE."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch.nn.functional import avg_pool2d

from seedloupe.generation.model_info import Family
from seedloupe.generation.preview_colours import PreviewColours, preview_colours
from seedloupe.hosts.standalone.engine.latents import (
    decode_latents,
    encode_pictures,
    preview_of,
)
from seedloupe.hosts.standalone.engine.models import open_model
from seedloupe.seedling.world import Split, render


def explained(colours: PreviewColours, latents: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """The share of each colour's variance, over all cells of all pictures."""
    apart = (colours.paint(latents) - true).square().mean((0, 2, 3))
    return 1 - apart / true.movedim(1, 0).flatten(1).var(1, correction=0)


def test_seedlings_factors_explain_most_of_its_pictures_colours() -> None:
    model = open_model("seedling")
    pictures = np.stack([render(Split.HELD_OUT.seed(index)).image for index in range(4)])
    latents = encode_pictures(model, torch.tensor(pictures).permute(0, 3, 1, 2) / 255)
    true = avg_pool2d(decode_latents(model, latents), model.cell)
    own, others = (
        preview_colours(replace(model.info, family=family))
        for family in (Family.SEEDLING, Family.SD1)
    )
    assert own is not None
    assert others is not None
    assert explained(own, latents, true).min() > 0.6
    assert explained(others, latents, true).max() < 0  # worse than one colour for all
    shown = preview_of(model, latents[:1, :, :10])
    assert shown.size == (128, 80)
    cells = np.asarray(shown.resize((16, 10))).astype(float) / 255
    assert np.abs(cells - own.paint(latents[:1, :, :10])[0].movedim(0, -1).numpy()).mean() < 0.03
