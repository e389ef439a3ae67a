"""Compressed Gram matrices keep the distances of whole ones, and change with style alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.mining.scorers import PictureBatch, ScorerPanel, ScorerSources
from seedloupe.mining.scorers.style import StylePlugin, StyleScorer, VggStages, compressed_gram


def maps(count: int, channels: int, *, seed: int = 0) -> Tensor:
    """Feature maps of pictures with different correlations between channels."""
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(count, channels, 6, generator=generator)
    causes = torch.randn(count, 6, 9 * 7, generator=generator)
    return (mixing @ causes).relu().reshape(count, channels, 9, 7)


def whole_gram(features: Tensor) -> Tensor:
    flat = features.flatten(2)
    return (flat @ flat.mT / (flat.shape[1] * flat.shape[2])).flatten(1)


def apart(vectors: Tensor) -> np.ndarray:
    return torch.pdist(vectors.double()).numpy()


def test_a_small_matrix_is_kept_whole() -> None:
    features = maps(12, 20)
    assert compressed_gram(features).shape == (12, 210)
    assert apart(compressed_gram(features)) == pytest.approx(apart(whole_gram(features)), rel=1e-4)


@pytest.mark.parametrize("channels", [64, 320])
def test_a_sketch_keeps_distances_within_a_tenth(channels: int) -> None:
    features = maps(30, channels)
    sketched = compressed_gram(features)
    assert sketched.shape == (30, 256)
    wrong = np.abs(apart(sketched) / apart(whole_gram(features)) - 1)
    assert float(wrong.mean()) < 0.1


def test_where_things_stand_is_no_matter_of_style() -> None:
    features = maps(3, 64)
    assert torch.allclose(
        compressed_gram(features), compressed_gram(features.flip(-1).roll(2, -2)), atol=1e-5
    )


def test_a_hosts_layers_are_used_without_weights() -> None:
    def stages(images: Tensor) -> list[Tensor]:
        return [images, torch.cat([images, 1 - images], 1)]

    scorer = StylePlugin().open(ScorerSources(stages=stages))
    batch = PictureBatch(torch.rand(2, 3, 16, 24), ("a", "b"), (0, 1))
    assert ScorerPanel({"it": scorer}).measure(batch)["feature.style"].shape == (2, 6 + 21)
    with pytest.raises(InputError, match="stages"):
        StyleScorer(lambda images: [])


def test_vgg_is_read_by_torchvisions_names(tmp_path: Path) -> None:
    """13 convolutions with 14,714,688 numbers, as torchvision's VGG-16 without its classes."""
    torch.manual_seed(0)
    network = VggStages()
    assert sum(parameter.numel() for parameter in network.parameters()) == 14_714_688
    assert "features.28.weight" in network.state_dict()
    save_file(network.state_dict(), tmp_path / "vgg16.safetensors")
    scorer = StylePlugin().open(ScorerSources(weights={"style": tmp_path}))
    batch = PictureBatch(torch.rand(1, 3, 40, 32), ("a",), (0,))
    found = ScorerPanel({"it": scorer}).measure(batch)["feature.style"]
    assert found.shape == (1, 5 * 256)
    with torch.no_grad():
        widths = [one.shape[1] for one in network(batch.images)]
    assert widths == [64, 128, 256, 512, 512]


def test_no_weights_are_one_clear_line() -> None:
    with pytest.raises(InputError, match="no weights: give style=FOLDER"):
        StylePlugin().open(ScorerSources())
