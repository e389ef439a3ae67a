"""What is where in a picture of Seedling's world, laid out as the lens takes it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from seedloupe.lens import Spot
from seedloupe.lens.views.cells import labels_on_grid
from seedloupe.seedling.world import RenderedPicture

SKY, GROUND, OBJECT = range(3)
#: Cells of the latent along each side.
CELLS = 16


@dataclass(frozen=True, eq=False)
class Truth:
    """One picture and what is where in it.

    Attributes:
        image: ``(3, H, W)``, float32 in [0, 1].
        labels: ``(h, w)`` on the latent's cells: sky, ground, object.
        mask: ``(H, W)``, bool, the object.
        keypoints: of the first thing, the same places in the same order on all of its kind.
    """

    image: Tensor
    labels: Tensor
    mask: Tensor
    keypoints: tuple[Spot, ...]


def truth_of(picture: RenderedPicture) -> Truth:
    """Lay the world's truth out as the lens takes it."""
    mask = torch.from_numpy(picture.object_mask.copy())
    height, width = mask.shape
    labels = torch.full((height, width), SKY)
    labels[round(picture.scene.horizon * height) :] = GROUND
    labels = torch.where(mask, OBJECT, labels)
    image = torch.from_numpy(picture.image.copy()).permute(2, 0, 1).float() / 255
    spots = tuple(Spot(point.x, point.y) for point in picture.keypoints[0])
    return Truth(image, labels_on_grid(labels, height=CELLS, width=CELLS), mask, spots)
