"""Which layers of a denoiser style is taken from, where no network was made for that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..lens import OutputLayout, default_panel, list_layers

if TYPE_CHECKING:
    from torch import nn

_FIRST_OF_LEVEL = re.compile(r"((down|up)-level\d+|mid)-repeat0-res-out")


def style_layers(unet: nn.Module) -> tuple[str, ...]:
    """Choose the layers whose Gram matrices say how a picture looks.

    Of a U-Net the first residual block of each level, on the way down, in the middle and on the way
    up: as of VGG the first convolution of each size (Gatys, Ecker and Bethge, 2016). Nobody has
    measured which layers of a U-Net hold style best. Of anything else the panel's layers.

    Raises:
        ModelError: ``unet`` is no denoiser of a known shape.
    """
    found = tuple(
        layer.name
        for layer in list_layers(unet)
        if _FIRST_OF_LEVEL.fullmatch(layer.name) and layer.layout is not OutputLayout.WORDS
    )
    return found or default_panel(unet)
