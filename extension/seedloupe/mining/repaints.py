"""Mining with pictures that are repainted: what a seed is asked, and what scorers are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from ..tensors import require_shape
from .scorers import PictureBatch


@dataclass(frozen=True, eq=False)
class RepaintCase:
    """One picture of which a part is repainted.

    Args:
        prompt: what is asked for.
        source: ``(3, H, W)`` in [0, 1], what stands there before.
        mask: ``(H, W)``, 1 where it is repainted.

    Raises:
        ShapeError: a tensor is laid out differently.
    """

    prompt: str
    source: Tensor
    mask: Tensor

    def __post_init__(self) -> None:
        """Check the layout."""
        _, height, width = require_shape(self.source, "3 H W", field="source").shape
        require_shape(self.mask, f"{height} {width}", field="mask")


@runtime_checkable
class RepaintGenerator(Protocol):
    """A generator that repaints; the prompts of its plan are names of cases.

    Many cases have one and the same prompt ("clear background"), so a plan needs names for them.
    """

    def case(self, name: str) -> RepaintCase:
        """Return the case of a name in the plan's prompts."""


@dataclass(frozen=True)
class RepaintedFor:
    """What the repaints of a plan are for; it decides its numbers, and stands in its table.

    Args:
        task: ``removal`` or ``completion``, as the readers of tables know them.
        origin: where the pictures come from, in words.
        looker: who looks for text.
        looks: what decides the looker's answers.
    """

    task: str
    origin: str
    looker: str
    looks: Mapping[str, object] = field(default_factory=dict)


def shown_batch(
    generator: object, images: Tensor, prompts: Sequence[str], seeds: Sequence[int]
) -> PictureBatch:
    """Return what scorers see of fresh pictures ``(B, 3, H, W)``: also masks and sources of cases.

    Args:
        generator: what made them.
        images: the pictures.
        prompts: of the plan, one a picture.
        seeds: one a picture.
    """
    if not isinstance(generator, RepaintGenerator):
        return PictureBatch(images, tuple(prompts), tuple(seeds))
    cases = [generator.case(name) for name in prompts]
    return PictureBatch(
        images,
        tuple(case.prompt for case in cases),
        tuple(seeds),
        masks=torch.stack([case.mask for case in cases]),
        sources=torch.stack([case.source for case in cases]),
    )
