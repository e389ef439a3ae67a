"""The mask and the source of an inpainted picture, in the frame of the picture that is saved."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ....artifacts.repainted import Repainted
from ....geometry import Extent
from ....images import from_pil
from ....inpaint_area import InpaintArea

_LATENT_RESIZE = 3
"""The web UI's "Just resize (latent upscale)", which stretches the picture as 0 does."""


def repainted_in(p: Any, place: int, opts: Any, images: Any) -> Repainted:
    """Translate what the web UI knows of a picture it has just put together.

    "Only masked" leaves the whole source and its mask, and where the crop was (``p.paste_to``);
    otherwise both have the size of the job. A blank mask under "only masked" is no mask to the web
    UI: it draws everything anew.

    Args:
        p: the processing object, after its ``init``.
        place: the picture's number within its batch.
        opts: the web UI's ``shared.opts``.
        images: the web UI's ``modules.images``.
    """
    box = getattr(p, "paste_to", None)
    area = None if box is None else InpaintArea(box[0], box[1], box[0] + box[2], box[1] + box[3])
    before = _source(p, place, opts, images)
    mask = getattr(p, "mask_for_overlay", None)
    if mask is None:
        return Repainted(None, before, area, Extent(p.width, p.height))
    return Repainted(_grey(mask), before, area, Extent(p.width, p.height))


def place_in_batch(p: Any) -> int:
    """Return the number, within its batch, of the picture the web UI is finishing."""
    return int(getattr(p, "batch_index", 0))


def init_image_of(p: Any, place: int) -> Any:
    """Return the picture that one of a batch was made from, as the user gave it."""
    given = p.init_images
    return given[place] if place < len(given) else given[0]


def _source(p: Any, place: int, opts: Any, images: Any) -> Tensor:
    """The source as the web UI prepared it: on one colour, and at the size of the mask."""
    picture = images.flatten(init_image_of(p, place), opts.img2img_background_color)
    if getattr(p, "paste_to", None) is None:
        mode = 0 if p.resize_mode == _LATENT_RESIZE else p.resize_mode
        picture = images.resize_image(mode, picture, p.width, p.height)
    return from_pil(picture.convert("RGB"))


def _grey(mask: Any) -> Tensor:
    """``(H, W)`` in ``[0, 1]`` of the web UI's soft mask."""
    import numpy as np

    return torch.from_numpy(np.array(mask.convert("L"), dtype=np.float32) / 255)
