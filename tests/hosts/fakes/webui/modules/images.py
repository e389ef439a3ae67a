"""Saving and laying out pictures."""

from __future__ import annotations

import math
from typing import Any

from PIL import Image

from .script_callbacks import (
    ImageGridLoopParams,
    ImageSaveParams,
    before_image_saved_callback,
    image_grid_callback,
    image_saved_callback,
)

saved: list[ImageSaveParams] = []
"""What a real web UI would have written; ``pnginfo["parameters"]`` is the text in the file."""


def save_image(
    image: Any,
    path: Any,
    basename: Any,
    seed: Any = None,
    prompt: Any = None,
    extension: str = "png",
    info: Any = None,
    short_filename: bool = False,
    no_prompt: bool = False,
    grid: bool = False,
    pnginfo_section_name: str = "parameters",
    p: Any = None,
    existing_info: Any = None,
    forced_filename: Any = None,
    suffix: str = "",
    save_to_dirs: Any = None,
) -> tuple[str, None]:
    name = forced_filename or f"{len(saved):05}-{seed}{suffix}"
    written = {} if info is None else {pnginfo_section_name: info}
    params = ImageSaveParams(image, p, f"{path}/{name}.{extension}", written)
    before_image_saved_callback(params)
    image.already_saved_as = params.filename
    saved.append(params)
    image_saved_callback(params)
    return params.filename, None


def flatten(img: Image.Image, bgcolor: str = "#ffffff") -> Image.Image:
    if img.mode == "RGBA":
        background = Image.new("RGBA", img.size, bgcolor)
        background.paste(img, mask=img)
        img = background
    return img.convert("RGB")


def resize_image(
    resize_mode: int, im: Image.Image, width: int, height: int, upscaler_name: Any = None
) -> Image.Image:
    """Resize; mode 0 stretches, 1 crops, 2 fills the edges by stretching what is there."""
    if im.size == (width, height):
        return im.copy()
    if resize_mode == 0:
        return im.resize((width, height), Image.LANCZOS)
    choose = max if resize_mode == 1 else min
    scale = choose(width / im.width, height / im.height)
    inner = im.resize((round(im.width * scale), round(im.height * scale)), Image.LANCZOS)
    result = im.resize((width, height)) if resize_mode == 2 else Image.new(im.mode, (width, height))
    result.paste(inner, ((width - inner.width) // 2, (height - inner.height) // 2))
    return result


def image_grid(imgs: list[Any], batch_size: int = 1, rows: int | None = None) -> Image.Image:
    rows = rows or max(1, round(math.sqrt(len(imgs))))
    columns = math.ceil(len(imgs) / rows)
    params = ImageGridLoopParams(imgs, columns, rows)
    image_grid_callback(params)
    width, height = imgs[0].size
    grid = Image.new("RGB", (params.cols * width, params.rows * height))
    for place, picture in enumerate(params.imgs):
        grid.paste(picture, (place % params.cols * width, place // params.cols * height))
    return grid


def read_info_from_image(image: Image.Image) -> tuple[str | None, dict[str, Any]]:
    items = dict(image.info)
    return items.pop("parameters", None), items
