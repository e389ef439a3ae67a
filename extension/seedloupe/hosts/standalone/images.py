"""Pictures and masks between files, Pillow and the core's tensors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...errors import ImageError, MaskError

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor


def to_pil(picture: Tensor) -> Image:
    """Turn ``(3, H, W)`` float in [0, 1] into a picture, rounding to the nearest of 256 levels."""
    from PIL import Image

    levels = (picture.detach().float().clamp(0, 1) * 255).round().byte()
    return Image.fromarray(np.ascontiguousarray(levels.permute(1, 2, 0).cpu().numpy()))


def to_tensor(picture: Image) -> Tensor:
    """Turn a picture into ``(3, H, W)``, float32 in [0, 1]; what is transparent becomes white."""
    import torch

    levels = np.asarray(_opaque(picture), np.float32) / 255
    return torch.from_numpy(levels).permute(2, 0, 1).contiguous()


def mask_to_tensor(picture: Image) -> Tensor:
    """Turn a mask into ``(H, W)``, float32 in [0, 1]: white, or what was painted, is 1.

    A picture with a transparent channel and one colour is a layer as paint programs save it; then
    the opaque part is the mask.
    """
    import torch

    levels = picture.convert("L")
    if "A" in picture.getbands() and len(set(levels.getextrema())) == 1:
        levels = picture.getchannel("A")
    return torch.from_numpy(np.asarray(levels, np.float32) / 255)


def load_image(path: Path, *, field: str = "image") -> Tensor:
    """Read a picture file as ``(3, H, W)``, float32 in [0, 1].

    Raises:
        ImageError: it is not there or no picture.
    """
    try:
        return to_tensor(_open(path))
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageError(field, expected="a picture file", got=_why(path, error)) from error


def load_mask(path: Path, *, size: tuple[int, int] | None = None, field: str = "mask") -> Tensor:
    """Read a mask file as ``(H, W)``, float32 in [0, 1], 1 where white.

    Raises:
        MaskError: it is not there, no picture, or not of ``size`` (width, height).
    """
    try:
        picture = _open(path)
    except (OSError, ValueError, SyntaxError) as error:
        raise MaskError(field, expected="a picture file", got=_why(path, error)) from error
    if size is not None and picture.size != size:
        raise MaskError(
            field,
            expected="the image's size {}x{}".format(*size),
            got="{}x{}".format(*picture.size),
        )
    return mask_to_tensor(picture)


def _open(path: Path) -> Image:
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as picture:
            picture.load()
            return ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError as error:
        raise ValueError(str(error)) from error


def _opaque(picture: Image) -> Image:
    from PIL import Image

    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), layered).convert("RGB")


def _why(path: Path, error: Exception) -> str:
    if not path.exists():
        return f"no file {path}"
    return f"{path.name}, which cannot be read ({type(error).__name__})"
