"""Small pictures of large ones."""

from __future__ import annotations

import io

from PIL import Image, features
from torch import Tensor

from ...images import to_pil

SIDE, MOST_BYTES = 208, 6144
_QUALITIES = (70, 50, 30, 15, 5)


def thumbnail(image: Tensor) -> bytes:
    """Return a picture as a WebP file of at most about 6 KB; a JPEG where Pillow has no WebP.

    Args:
        image: ``(3, H, W)`` in ``[0, 1]``.
    """
    picture = to_pil(image)
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    kind = "WEBP" if features.check("webp") else "JPEG"
    while True:
        for quality in _QUALITIES:
            coded = io.BytesIO()
            picture.save(coded, kind, quality=quality)
            if coded.tell() <= MOST_BYTES:
                return coded.getvalue()
        picture = picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)))
