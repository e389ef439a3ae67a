"""Recording without massive channels, or those alone."""

from __future__ import annotations

import pytest
import torch

from seedloupe.errors import InputError
from seedloupe.lens.channels import ChannelChoice, ChannelFilter
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.record import LensSpec
from seedloupe.lens.run_record import Recording


def made(step: int = 0, *, layer: str = "vit-block2-out", massive: bool = True) -> FeatureMap:
    values = torch.randn(1, 12, 5, 7, generator=torch.Generator().manual_seed(step))
    values[:, 4] += 500.0 * massive
    return FeatureMap(layer, step, 0.5, values)


@pytest.mark.parametrize(("choice", "kept"), [("others", False), ("massive", True)])
def test_the_channels_not_chosen_are_zero_and_the_shape_stays(choice: str, kept: bool) -> None:
    feature = made()
    found = ChannelFilter(ChannelChoice(choice)).of(feature).values
    massive = torch.arange(12) == 4
    mask = massive if kept else ~massive
    assert torch.equal(found[:, mask], feature.values[:, mask])
    assert float(found[:, ~mask].abs().max()) == 0


def test_all_channels_pass_untouched() -> None:
    feature = made()
    assert ChannelFilter().of(feature) is feature


def test_channels_found_in_the_first_map_hold_for_the_run() -> None:
    channels = ChannelFilter(ChannelChoice.OTHERS)
    channels.of(made())
    later = channels.of(made(1, massive=False))
    assert float(later.values[:, 4].abs().max()) == 0


def test_massive_channels_of_a_transformer_are_said() -> None:
    channels = ChannelFilter()
    channels.of(made())
    channels.of(made(layer="up-level1-repeat0-res-out"))
    assert len(channels.notes) == 1
    assert channels.notes[0].startswith("vit-block2-out: 1 of 12 channels (4) hold 100%")


def test_massive_channels_alone_are_refused_where_there_are_none() -> None:
    with pytest.raises(InputError, match="none in this layer"):
        ChannelFilter(ChannelChoice.MASSIVE).of(made(massive=False))


def test_a_recording_says_them_and_shows_what_they_hid() -> None:
    """With them one colour ramp; without them what the other channels hold."""
    whole, others = Recording(), Recording(channels=ChannelChoice.OTHERS)
    for step in range(3):
        feature = made(step)
        feature.values[:, 4] *= torch.linspace(1, 2, 7)
        whole.take(feature)
        others.take(feature)
    shown, without = (one.finish_as(LensSpec("m", "s")) for one in (whole, others))
    assert "1 of 12 channels" in str(shown.spec.truth["notes"])
    assert shown.spec.layers[0].explained[0] > 0.99
    assert without.spec.layers[0].explained[0] < 0.5
