"""What is kept of a run."""

from __future__ import annotations

import pytest
import torch

from seedloupe.errors import InputError
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.record import LensKey, LensRecord, LensSpec
from seedloupe.lens.views.pca import PcaBasis


def maps() -> list[FeatureMap]:
    generator = torch.Generator().manual_seed(6)
    return [
        FeatureMap(layer, step, None, torch.randn(2, 8, *size, generator=generator), call)
        for step, call in ((0, 0), (0, 1), (1, 0))
        for layer, size in (("mid-vit-out", (2, 3)), ("unet-out", (8, 12)))
    ]


def test_colours_come_from_one_basis_a_layer() -> None:
    features = maps()
    record = LensRecord.of_features(LensSpec("m", "euler"), features)
    basis = PcaBasis.fit([one for one in features if one.layer == "unet-out"])
    for one in features:
        if one.layer == "unet-out":
            key = LensKey(0, one.step, one.call, "unet-out")
            expected = basis.render(one, row=1)
            torch.testing.assert_close(record.picture(key, row=1), expected, atol=1 / 500, rtol=0)
    assert len(record.rgb) == len(features)


def test_layers_are_described_with_their_true_cells() -> None:
    record = LensRecord.of_features(LensSpec("m", "euler"), maps(), track=1)
    layers = [(x.name, x.height, x.width, x.channels, x.track) for x in record.spec.layers]
    assert layers == [("mid-vit-out", 2, 3, 8, 1), ("unet-out", 8, 12, 8, 1)]
    assert {key.track for key in record.rgb} == {1}


def test_a_layer_without_finite_positions_is_refused() -> None:
    broken = FeatureMap("unet-out", 0, None, torch.full((1, 4, 2, 3), torch.inf))
    with pytest.raises(InputError, match="finite"):
        LensRecord.of_features(LensSpec("m", "euler"), [broken])
