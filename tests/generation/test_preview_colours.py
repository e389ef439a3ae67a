"""Latents painted cell by cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from seedloupe.generation.model_info import Family
from seedloupe.generation.preview_colours import PreviewColours, preview_colours

from ..requests import INFO


@pytest.mark.parametrize("family", list(Family))
def test_every_family_has_a_row_of_factors_for_each_channel(family: Family) -> None:
    colours = preview_colours(replace(INFO, family=family))
    assert colours is not None
    assert [len(row) for row in colours.factors] == [3] * 4
    assert len(colours.bias) == 3


def test_latents_nobody_knows_have_no_colours() -> None:
    assert preview_colours(replace(INFO, latent_channels=16)) is None


def test_a_cell_is_mixed_from_its_channels_and_cut_to_what_can_be_shown() -> None:
    colours = PreviewColours(((1.0, 0.0, 0.5), (0.0, -2.0, 0.5)), (0.0, 0.5, -0.25))
    latents = torch.linspace(-1.5, 1.5, 2 * 2 * 3 * 5, dtype=torch.float16).reshape(2, 2, 3, 5)
    painted = colours.paint(latents)
    expected = np.einsum("bchw,cr->brhw", latents.double().numpy(), np.array(colours.factors))
    expected = expected + np.array(colours.bias)[:, None, None]
    assert painted.dtype is torch.float32
    np.testing.assert_allclose(painted.numpy(), np.clip(expected / 2 + 0.5, 0, 1), atol=1e-6)
