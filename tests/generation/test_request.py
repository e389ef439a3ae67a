from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch

from seedloupe.errors import ImageError, InputError, MaskError, SeedError, ShapeError

from ..requests import INFO, request_of

PICTURE = torch.zeros(3, 32, 48)


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"seeds": ()}, InputError, "seeds: expected at least one"),
        ({"seeds": (-1,)}, SeedError, "got -1"),
        ({"seeds": (2**64,)}, SeedError, "seed"),
        ({"steps": 0}, InputError, "steps"),
        ({"steps": 1001}, InputError, "1 to 1000, got 1001"),
        ({"guidance": -1.0}, InputError, "guidance"),
        ({"guidance": math.nan}, InputError, "guidance"),
        ({"strength": 0.0}, InputError, "strength"),
        ({"strength": 1.5}, InputError, "strength"),
        ({"strength": 0.1, "steps": 5}, InputError, "Take 0.2 or more, or more steps"),
        ({"width": 44}, ShapeError, "size: expected positive multiples of 8 pixels, got 44x32"),
        ({"width": 0}, ShapeError, "got 0x32"),
        ({"mask": torch.ones(32, 48)}, MaskError, "an image to repaint"),
        ({"image": torch.zeros(32, 48)}, ShapeError, "image"),
        ({"image": torch.zeros(3, 32, 48), "width": 64}, ImageError, "64x32 pixels, got 48x32"),
        ({"image": PICTURE, "mask": torch.ones(48, 32)}, MaskError, "size 48x32, got 32x48"),
        ({"image": torch.zeros(3, 33, 48)}, ShapeError, "got 48x33"),
    ],
)
def test_what_cannot_be_generated_is_refused_by_field(
    change: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        request_of(INFO, "x", change.pop("seeds", (1,)), **change)


def test_a_request_is_checked_again_where_it_is_changed() -> None:
    request = request_of(INFO, "x", (1,))
    with pytest.raises(InputError, match="at least one seed"):
        replace(request, seeds=())
    with pytest.raises(ShapeError, match="got 44x32"):
        replace(request, width=44)


def test_a_size_left_open_is_the_pictures_or_the_models() -> None:
    assert request_of(INFO, "x", (1,)).size == (32, 32)
    assert request_of(INFO, "x", (1,), image=PICTURE).size == (48, 32)
    assert request_of(INFO, "x", (1,), width=64, height=40).size == (64, 40)


def test_the_task_follows_from_what_is_given() -> None:
    mask = torch.ones(32, 48)
    tasks = [
        request_of(INFO, "x", (1,), image=i, mask=m).task
        for i, m in ((None, None), (PICTURE, None), (PICTURE, mask))
    ]
    assert tasks == ["txt2img", "img2img", "inpaint"]
