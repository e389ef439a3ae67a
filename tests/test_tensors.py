"""Layouts are checked axis by axis."""

from __future__ import annotations

from typing import cast

import pytest
import torch
from torch import Tensor

from seedloupe.errors import ShapeError
from seedloupe.tensors import require_shape


@pytest.mark.parametrize(
    ("shape", "layout"),
    [((2, 3, 8, 6), "B 3 H W"), ((5,), "S"), ((4, 4), "N N"), ((48, 64), "48 64"), ((), "")],
)
def test_a_fitting_tensor_comes_back_itself(shape: tuple[int, ...], layout: str) -> None:
    tensor = torch.zeros(shape)
    assert require_shape(tensor, layout) is tensor


@pytest.mark.parametrize(
    ("shape", "layout"),
    [
        ((3, 8, 6), "B 3 H W"),
        ((2, 4, 8, 6), "B 3 H W"),
        ((2, 3, 8, 6, 1), "B 3 H W"),
        ((4, 5), "N N"),
        ((64, 48), "48 64"),
        ((1,), ""),
    ],
)
def test_another_layout_is_refused_with_both_in_the_message(
    shape: tuple[int, ...], layout: str
) -> None:
    with pytest.raises(ShapeError) as caught:
        require_shape(torch.zeros(shape), layout, field="image")
    assert caught.value.field == "image"
    assert layout in caught.value.expected
    assert str(shape) == caught.value.got


def test_what_is_no_tensor_is_refused_by_its_type() -> None:
    with pytest.raises(ShapeError, match=r"tensor: expected a tensor \(B 3 H W\), got list"):
        require_shape(cast("Tensor", [[1.0]]), "B 3 H W")
