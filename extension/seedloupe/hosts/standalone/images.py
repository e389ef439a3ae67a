"""Pictures as browsers hand them over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...images import from_pil, is_transparent, to_pil

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

__all__ = ["to_pil", "to_tensor"]


def to_tensor(picture: Image) -> Tensor:
    """Turn a picture into ``(3, H, W)``, float32 in [0, 1]; what is transparent becomes white."""
    from PIL import Image

    if not is_transparent(picture):
        return from_pil(picture)
    ground = Image.new("RGBA", picture.size, "white")
    return from_pil(Image.alpha_composite(ground, picture.convert("RGBA")))
