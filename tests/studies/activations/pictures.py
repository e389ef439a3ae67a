"""Pictures of two kinds of thing that only stripes tell apart, not their colours."""

from __future__ import annotations

import torch
from torch import Tensor

from seedloupe.studies.labelled import LabelledPicture

from ..frame.stands import HEIGHT, WIDTH

KINDS = ("plank", "post")


def striped(number: int, kinds: tuple[str, ...]) -> LabelledPicture:
    """One or two boxes with lying (planks) or standing (posts) stripes, on plain ground."""
    image = torch.full((3, HEIGHT, WIDTH), 0.5)
    objects = torch.zeros(HEIGHT, WIDTH, dtype=torch.int64)
    for place, kind in enumerate(kinds):
        top, left = 4 + 4 * (number % 5), 4 + 32 * place + 4 * (number % 2)
        image[:, top : top + 20, left : left + 20] = _stripes(kind)
        objects[top : top + 20, left : left + 20] = 1 + place
    return LabelledPicture(f"p{number}", image.clamp(0, 1), objects, kinds, complex=len(kinds) > 1)


def striped_pictures(count: int) -> tuple[LabelledPicture, ...]:
    """Simple and complex scenes in turn, each kind of thing as often."""
    return tuple(
        striped(k, (KINDS[k // 2 % 2],) if k % 2 == 0 else KINDS[:: 1 if k // 2 % 2 else -1])
        for k in range(count)
    )


def _stripes(kind: str) -> Tensor:
    lines = 0.3 + 0.4 * (torch.arange(20) % 2).float()
    return lines[:, None].expand(20, 20) if kind == "plank" else lines[None].expand(20, 20)
