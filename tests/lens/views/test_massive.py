"""Massive channels: found where they are, and only there."""

from __future__ import annotations

import pytest
import torch

from seedloupe.errors import InputError
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.views import find_massive, layer_properties, only_channels, without_channels


def made(*massive: int, seed: int = 0, size: float = 300.0) -> FeatureMap:
    values = torch.randn(2, 24, 5, 7, generator=torch.Generator().manual_seed(seed))
    values[:, list(massive)] += size
    return FeatureMap("vit-block3-out", 0, None, values)


def test_planted_channels_are_found_largest_first() -> None:
    feature = made(4, 17)
    feature.values[:, 17] *= 2
    found = find_massive(feature)
    assert found.channels == (17, 4)
    assert found.share > 0.99
    assert found.sentence.startswith("2 of 24 channels (17, 4) hold 100%")


def test_plain_features_have_none() -> None:
    found = find_massive(made())
    assert found.channels == ()
    assert found.share == 0
    assert found.sentence == ""


def test_one_large_cell_is_no_massive_channel() -> None:
    feature = made()
    feature.values[:, 3, 2, 2] = 200.0
    assert find_massive(feature).channels == ()


def test_a_channel_must_be_massive_in_every_map() -> None:
    assert find_massive([made(4, 17), made(17, seed=1)]).channels == (17,)


def test_channels_can_be_left_out_or_looked_at_alone() -> None:
    feature = made(4)
    assert find_massive(without_channels(feature, (4,))).channels == ()
    assert torch.equal(only_channels(feature, (4,)).values, feature.values[:, 4:5])


def test_channels_that_are_not_there_are_refused() -> None:
    with pytest.raises(InputError, match="0 to 23"):
        without_channels(made(), (24,))
    with pytest.raises(InputError, match="channels"):
        only_channels(made(), ())


def test_the_properties_of_a_layer_count_them() -> None:
    assert layer_properties(made(4)).massive == 1
    assert layer_properties(made(4)).massive_share > 0.99
    assert layer_properties(made()).massive == 0
