"""Pictures and masks from files, and between tensors and Pillow.

Tensors are ``(3, H, W)`` float32 in ``[0, 1]``, masks ``(H, W)`` with 1 = repainted.
"""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageFile, ImageOps
from torch import Tensor

from .errors import ImageError, InputError, MaskError
from .files import write_whole
from .tensors import require_shape

#: Largest picture read, in pixels: 8192 x 8192 is more than any host paints.
MAX_PIXELS = 2**26
#: Only these are tried: Pillow would start Ghostscript for some of the others.
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
_DEEP_MODES = ("I", "F")


def read_image(path: str | Path) -> Tensor:
    """Read a picture, upright as its EXIF orientation says.

    Args:
        path: a PNG, JPEG, WebP, BMP, GIF or TIFF file; of an animation the first picture.

    Returns:
        ``(3, H, W)`` float32 in ``[0, 1]``.

    Raises:
        ImageError: the file is missing or broken, larger than ``MAX_PIXELS``, has more than 8 bits
            a channel, or has transparent pixels, of which nobody can say how they look.
    """
    expected, advice = "a picture without transparent pixels", "Flatten it onto a background first."
    return from_pil(_opaque(path, ImageError, expected, advice))


def read_mask(path: str | Path, size: tuple[int, int]) -> Tensor:
    """Read a mask: white = 1 = repainted, black = 0.

    Args:
        path: a file as for :func:`read_image`; colours count by their brightness.
        size: ``(width, height)`` the mask must have, in pixels.

    Returns:
        ``(H, W)`` float32 in ``[0, 1]``.

    Raises:
        MaskError: the file cannot be read as a picture (as for :func:`read_image`), or the mask has
            another size.
    """
    advice = "Save the mask itself, white where the picture was repainted."
    expected = "black and white without transparent pixels"
    picture = _opaque(path, MaskError, expected, advice)
    if picture.size != tuple(size):
        raise MaskError(
            str(path),
            expected=f"{size[0]} x {size[1]} pixels, as the picture has",
            got=f"{picture.width} x {picture.height}",
        )
    return _to_tensor(picture.convert("RGB").convert("L"))


def from_pil(picture: Image.Image, *, on_white: bool = False) -> Tensor:
    """Return a Pillow picture as a tensor.

    Args:
        picture: of any mode.
        on_white: show white through what is transparent, as a browser does; otherwise transparency
            is dropped and the colours beneath count.

    Returns:
        ``(3, H, W)`` float32 in ``[0, 1]``.
    """
    if on_white and ("A" in picture.getbands() or "transparency" in picture.info):
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture.convert("RGBA"))
    return _to_tensor(picture.convert("RGB")).permute(2, 0, 1).contiguous()


def to_pil(image: Tensor) -> Image.Image:
    """Return a picture as Pillow has it, in mode ``RGB``.

    Args:
        image: ``(3, H, W)``, any floating point type and device; clipped to ``[0, 1]`` and rounded
            to 8 bits.

    Raises:
        ShapeError: ``image`` is laid out differently.
        ImageError: ``image`` holds no finite floating point numbers.
    """
    require_shape(image, "3 H W", field="image")
    if not image.is_floating_point():
        raise ImageError("image", expected="floating point numbers", got=str(image.dtype))
    if not torch.isfinite(image).all():
        raise ImageError("image", expected="finite numbers", got="NaN or infinity")
    bytes_ = image.detach().to("cpu", torch.float32).clamp(0, 1).mul(255).round().to(torch.uint8)
    return Image.fromarray(np.ascontiguousarray(bytes_.permute(1, 2, 0).numpy()))


def in_8_bits(image: Tensor) -> Tensor:
    """Round a picture to what 8 bits a channel can hold: to what a file of it reads as.

    Args:
        image: ``(3, H, W)``, any floating point type and device; clipped to ``[0, 1]``.

    Returns:
        ``(3, H, W)`` float32 on the CPU, multiples of 1/255.

    Raises:
        ShapeError: ``image`` is laid out differently.
    """
    shown = require_shape(image, "3 H W", field="image").detach().to("cpu", torch.float32)
    return shown.clamp(0, 1).mul(255).round().div(255)


def save_plain(picture: Image.Image, path: Path) -> None:
    """Write a picture as PNG, without metadata; folders on the way are made.

    Raises:
        InputError: the place cannot be written to.
    """
    content = io.BytesIO()
    picture.save(content, "PNG")
    write_whole(path, content.getvalue())


def _to_tensor(picture: Image.Image) -> Tensor:
    return torch.from_numpy(np.array(picture, np.float32) / 255)


def _opaque(path: str | Path, problem: type[InputError], expected: str, advice: str) -> Image.Image:
    picture = _load(path, problem)
    if _transparent(picture):
        got = f"mode {picture.mode} with some"
        raise problem(str(path), expected=expected, got=got, advice=advice)
    return picture


def _load(path: str | Path, problem: type[InputError]) -> Image.Image:
    """Read a whole picture of at most 8 bits a channel, upright, or say what stands in the way."""
    try:
        # A picture that Pillow only warns about is refused below, with our own words.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(path, formats=FORMATS)
        with picture:
            _require_plain(path, picture, problem)
            return ImageOps.exif_transpose(picture)
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(path, str(error), problem) from error
    except FileNotFoundError as error:
        raise problem(str(path), expected="a picture file", got="no such file") from error
    except Exception as error:
        raise problem(
            str(path),
            expected=f"a whole {', '.join(FORMATS)} file",
            got=f"{type(error).__name__}: {error}",
        ) from error


def _require_plain(
    path: str | Path, picture: ImageFile.ImageFile, problem: type[InputError]
) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_large(path, f"{picture.width} x {picture.height}", problem)
    # Pillow silently drops the lower bits of deep colours; only the file's own layout tells.
    layouts = " ".join(str(tile[3]) for tile in picture.tile)
    if picture.mode in _DEEP_MODES or ";" in picture.mode or re.search(r";(16|32|64)", layouts):
        raise problem(
            str(path),
            expected="8 bits a channel",
            got=f"more (mode {picture.mode})",
            advice="Save it with 8 bits a channel.",
        )


def _too_large(path: str | Path, size: str, problem: type[InputError]) -> InputError:
    return problem(
        str(path), expected=f"at most {MAX_PIXELS} pixels", got=size, advice="Scale it down first."
    )


def _transparent(picture: Image.Image) -> bool:
    if (
        picture.mode not in ("RGBA", "LA", "PA", "RGBa", "La")
        and "transparency" not in picture.info
    ):
        return False
    return bool(np.asarray(picture.convert("RGBA"))[:, :, 3].min() < 255)
