"""What every renderer that comes with Seedloupe must do."""

from __future__ import annotations

import pytest
import torch

from seedloupe.lens.features import FeatureMap
from seedloupe.lens.views import builtin_renderers


@pytest.mark.parametrize("name", builtin_renderers().names())
def test_renderers_paint_any_layer_of_any_size(name: str) -> None:
    renderer = builtin_renderers().get(name)
    for layer, shape in (("mid-vit-out", (2, 8, 3, 5)), ("unet-out", (1, 4, 6, 4))):
        for values in (torch.randn(shape, generator=torch.Generator()), torch.zeros(shape)):
            picture = renderer.render(FeatureMap(layer, 0, None, values))
            assert picture.shape == (3, *shape[2:])
            assert picture.dtype is torch.float32
            assert 0 <= picture.min() <= picture.max() <= 1


def test_renderers_are_fresh_each_time() -> None:
    first, second = builtin_renderers(), builtin_renderers()
    assert all(first.get(name) is not second.get(name) for name in first)
