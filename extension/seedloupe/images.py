"""Pictures and masks from files, and between tensors and Pillow.

Tensors are ``(3, H, W)`` float32 in ``[0, 1]``, masks ``(H, W)`` with 1 = repainted.
"""

from __future__ import annotations

import io
import re
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import PIL
import torch
from PIL import Image, ImageFile, ImageOps
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from .errors import ImageError, InputError, MaskError
from .files import write_whole
from .tensors import require_shape

#: Largest picture read, in pixels: 8192 x 8192 is more than any host paints.
MAX_PIXELS = 2**26
#: Only these are tried: Pillow would start Ghostscript for some of the others.
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "AVIF")
_DEEP_MODES = ("I", "F")
#: Least alpha of an opaque pixel: some programs hide text in its lowest bit (NovelAI, "stealth
#: pnginfo"), which nobody can see through.
_OPAQUE = 254
#: Marks a picture drawn over or about others: a check of a folder must not take it for a result.
_DRAWING = "seedloupe_drawing"
_DRAWING_WORDS = "drawn by Seedloupe over or about other pictures"
_EXIF_SOFTWARE = 0x0131
#: How an AVIF file begins, behind the length of its first box, and the brands it names there.
_BOX, _AVIF_BRANDS = b"ftyp", (b"avif", b"avis")


def read_image(path: str | Path) -> Tensor:
    """Read a picture, upright as its EXIF orientation says.

    Args:
        path: a PNG, JPEG, WebP, BMP, GIF or TIFF file, or AVIF where Pillow decodes that (11.3 or
            later, to 8 bits a channel); of an animation the first picture.

    Returns:
        ``(3, H, W)`` float32 in ``[0, 1]``.

    Raises:
        ImageError: the file is missing or broken, larger than ``MAX_PIXELS``, has more than 8 bits
            a channel, has transparent pixels, of which nobody can say how they look, or is an AVIF
            file and Pillow decodes none here.
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
    if on_white and is_transparent(picture):
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
    """Write a drawing as PNG, with nothing but a mark that it is one; folders on the way are made.

    Raises:
        InputError: the place cannot be written to.
    """
    content = io.BytesIO()
    picture.save(content, "PNG", **drawing_mark("PNG"))
    write_whole(path, content.getvalue())


def drawing_mark(kind: str) -> dict[str, Any]:
    """Return what to save a picture with so that :func:`is_drawing` knows it for one of ours.

    Args:
        kind: ``PNG``, ``GIF`` or ``WEBP``.
    """
    if kind == "GIF":
        return {"comment": f"{_DRAWING}: {_DRAWING_WORDS}"}
    if kind == "WEBP":
        exif = Image.Exif()
        exif[_EXIF_SOFTWARE] = f"{_DRAWING}: {_DRAWING_WORDS}"
        return {"exif": exif}
    text = PngInfo()
    text.add_text(_DRAWING, _DRAWING_WORDS)
    return {"pnginfo": text}


def is_drawing(path: str | Path) -> bool:
    """Tell whether a file says of itself that Seedloupe drew it over or about other pictures."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(path, formats=("PNG", "GIF", "WEBP"))
        with picture:
            if picture.format == "PNG":
                return _DRAWING in picture.info
            if picture.format == "GIF":
                return bytes(picture.info.get("comment", b"")).startswith(_DRAWING.encode())
            return str(picture.getexif().get(_EXIF_SOFTWARE, "")).startswith(_DRAWING)
    except Exception:  # noqa: BLE001 - what cannot be opened says nothing; reading it says why
        return False


def _to_tensor(picture: Image.Image) -> Tensor:
    return torch.from_numpy(np.array(picture, np.float32) / 255)


def _opaque(path: str | Path, problem: type[InputError], expected: str, advice: str) -> Image.Image:
    picture = _load(path, problem)
    if is_transparent(picture):
        got = f"mode {picture.mode} with some"
        raise problem(str(path), expected=expected, got=got, advice=advice)
    return picture


def _load(path: str | Path, problem: type[InputError]) -> Image.Image:
    """Read a whole picture of at most 8 bits a channel, upright, or say what stands in the way."""
    try:
        # A picture that Pillow only warns about is refused below, with our own words.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(path, formats=_formats(path, problem))
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


def _formats(path: str | Path, problem: type[InputError]) -> tuple[str, ...]:
    """Return what to try: AVIF only for such a file, as old versions of Pillow know none."""
    with Path(path).open("rb") as file:
        head = file.read(32)
    if head[4:8] != _BOX or not any(brand in head for brand in _AVIF_BRANDS):
        return tuple(name for name in FORMATS if name != "AVIF")
    Image.init()
    if "AVIF" not in Image.OPEN or not getattr(_avif_plugin(), "SUPPORTED", True):
        raise problem(
            str(path),
            expected="a picture that Pillow can decode here",
            got=f"AVIF, which this Pillow ({PIL.__version__}) cannot",
            advice="Get Pillow 11.3 or later, or save the picture as PNG.",
        )
    return ("AVIF",)


def _avif_plugin() -> object:
    return sys.modules.get("PIL.AvifImagePlugin")


def is_transparent(picture: Image.Image) -> bool:
    """Tell whether a picture shows what is behind it; the lowest bit of alpha alone does not."""
    if (
        picture.mode not in ("RGBA", "LA", "PA", "RGBa", "La")
        and "transparency" not in picture.info
    ):
        return False
    return bool(np.asarray(picture.convert("RGBA"))[:, :, 3].min() < _OPAQUE)
