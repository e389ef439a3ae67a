"""The part of a picture that "only masked" draws, and what stands under the mask before."""

from __future__ import annotations

from PIL import Image, ImageFilter, ImageOps

Box = tuple[int, int, int, int]


def get_crop_region_v2(mask: Image.Image, pad: int = 0) -> Box | None:
    box = mask.getbbox()
    if box is None:
        return None
    left, top, right, bottom = box
    return (
        max(left - pad, 0),
        max(top - pad, 0),
        min(right + pad, mask.width),
        min(bottom + pad, mask.height),
    )


def expand_crop_region(
    crop_region: Box, processing_width: int, processing_height: int, width: int, height: int
) -> Box:
    """Give the crop the shape of what is drawn, as far as the picture allows."""
    left, top, right, bottom = crop_region
    ratio = processing_width / processing_height
    if (right - left) / (bottom - top) > ratio:
        top, bottom = _grown(top, bottom, (right - left) / ratio, height)
    else:
        left, right = _grown(left, right, (bottom - top) * ratio, width)
    return left, top, right, bottom


def _grown(start: int, end: int, wanted: float, limit: int) -> tuple[int, int]:
    more = int(wanted - (end - start))
    start -= more // 2
    end += more - more // 2
    if end >= limit:
        start, end = start - (end - limit), limit
    if start < 0:
        start, end = 0, min(end - start, limit)
    return start, end


def fill(image: Image.Image, mask: Image.Image) -> Image.Image:
    """Put blurred surroundings under the mask."""
    outside = ImageOps.invert(mask.convert("L"))
    blurred = image.convert("RGB").filter(ImageFilter.GaussianBlur(8))
    return Image.composite(image.convert("RGB"), blurred, outside)
