"""Pictures and what is true about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ...errors import InputError
from ...tensors import require_shape

IGNORED = -1
"""Label of pixels nobody vouches for: edges of outlines, crowds."""


@dataclass(frozen=True, eq=False)
class LabelledPicture:
    """A picture and the outlines of the objects in it.

    Attributes:
        name: what it is called, once among all.
        image: ``(3, H, W)`` float32 in [0, 1].
        objects: ``(H, W)`` int64: 0 background, 1 to N the objects, -1 for pixels left out.
        kinds: of the ``N`` objects; the first may be the whole foreground.
        prompt: a sentence that tells the picture; empty where there is none.
        complex: whether it shows more than one thing.
        attributes: what else is known of the ``N`` objects, such as their colours, by name.

    Raises:
        ShapeError: a tensor is laid out differently.
        InputError: there are other labels than kinds, or an attribute is not of each object.
    """

    name: str
    image: Tensor
    objects: Tensor
    kinds: tuple[str, ...]
    prompt: str = ""
    complex: bool = False
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the layout."""
        _, height, width = require_shape(self.image, "3 H W", field="image").shape
        require_shape(self.objects, f"{height} {width}", field="objects")
        highest = int(self.objects.max())
        if highest > len(self.kinds):
            got = f"label {highest} in {self.name}"
            raise InputError("objects", expected=f"labels up to {len(self.kinds)}", got=got)
        for name, values in self.attributes.items():
            if len(values) != len(self.kinds):
                got = f"{len(values)} in {self.name}"
                raise InputError(name, expected=f"one of {len(self.kinds)} objects each", got=got)

    @property
    def largest(self) -> Tensor:
        """``(H, W)`` bool, the object that covers most pixels; nothing where there is none."""
        counts = torch.bincount(self.objects[self.objects > 0].flatten(), minlength=2)
        return self.objects == (int(counts[1:].argmax()) + 1)


@dataclass(frozen=True, eq=False)
class ClassPicture:
    """A picture and the class it belongs to.

    Attributes:
        name: what it is called.
        image: ``(3, H, W)`` float32 in [0, 1].
        label: of its class.
        attributes: what else is known of it, by name.
    """

    name: str
    image: Tensor
    label: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class MovingPictures:
    """The frames of one moving scene, each with the same objects.

    Attributes:
        name: of the scene.
        frames: in order; object ``k`` is the same thing in all.
    """

    name: str
    frames: tuple[LabelledPicture, ...]


@dataclass(frozen=True, eq=False)
class KeypointPair:
    """Two pictures of one kind of thing with points that mean the same in both.

    Attributes:
        name: what the pair is called.
        kind: of thing.
        source: ``(3, H, W)`` float32 in [0, 1].
        target: ``(3, H, W)`` float32 in [0, 1].
        points: ``(K, 2, 2)``: for each point (x, y) in the source and in the target, in [0, 1] of
            width and height.
        box: left, top, right, bottom of the thing in the target, in [0, 1].
    """

    name: str
    kind: str
    source: Tensor
    target: Tensor
    points: Tensor
    box: tuple[float, float, float, float]
