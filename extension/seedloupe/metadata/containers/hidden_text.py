"""A text hidden in the lowest bits of a picture's pixels, as NovelAI and "stealth" extensions do.

The bits stand column by column, in the alpha channel or in red, green and blue: a mark of fifteen
letters, the number of bits that follow as 32 bits, and the text in UTF-8, packed by gzip or not.
This is the only text for which pixels are decoded.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MARKS = {
    b"stealth_pnginfo": False,
    b"stealth_pngcomp": True,
    b"stealth_rgbinfo": False,
    b"stealth_rgbcomp": True,
}
"""What a hidden text begins with, and whether it is packed."""
_MARK_BYTES = 15
_HEAD_BITS = (_MARK_BYTES + 4) * 8
_MOST_PIXELS = 2**25
_LONGEST = 2**24
_GZIP = 31


def hidden_texts(path: Path, *, in_colours: bool = False) -> dict[str, str]:
    """Read the texts hidden in a picture's pixels, by the names its program gives them.

    Args:
        path: a PNG or lossless WebP.
        in_colours: look among red, green and blue as well, where there is nothing in alpha.

    Returns:
        the texts; empty where there are none, and where the picture cannot be decoded or has more
        than 33 million pixels.
    """
    for bits in _planes(path, in_colours=in_colours):
        found = _text(bits)
        if found:
            return _by_name(found)
    return {}


def _planes(path: Path, *, in_colours: bool) -> list[NDArray[np.uint8]]:
    """Return the lowest bits of the pixels, column by column; none where there is no such plane."""
    from PIL import Image

    try:
        with Image.open(path, formats=("PNG", "WEBP")) as picture:
            has_alpha = picture.mode in ("RGBA", "LA")
            wanted = has_alpha or (in_colours and picture.mode == "RGB")
            if not wanted or picture.width * picture.height > _MOST_PIXELS:
                return []
            pixels = np.asarray(picture)
    except (
        OSError,
        ValueError,
        SyntaxError,
        MemoryError,
        EOFError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return []
    columns = pixels.swapaxes(0, 1)
    planes = [columns[:, :, -1].reshape(-1)] if has_alpha else []
    if in_colours and pixels.shape[-1] >= 3:
        planes.append(columns[:, :, :3].reshape(-1))
    return [plane & 1 for plane in planes]


def _text(bits: NDArray[np.uint8]) -> str:
    """Read the text that bits spell; empty where they spell none."""
    head = np.packbits(bits[:_HEAD_BITS]).tobytes()
    packed = _MARKS.get(head[:_MARK_BYTES])
    if packed is None or len(head) < _MARK_BYTES + 4:
        return ""
    length = int.from_bytes(head[_MARK_BYTES:], "big")
    content = np.packbits(bits[_HEAD_BITS : _HEAD_BITS + min(length, _LONGEST * 8)]).tobytes()
    if packed:
        unpacker = zlib.decompressobj(_GZIP)
        try:
            content = unpacker.decompress(content, _LONGEST)
        except zlib.error:
            return ""
    return content.decode("utf-8", "replace")


def _by_name(text: str) -> dict[str, str]:
    """Tell an object of several texts, as NovelAI hides it, from one text in the web UI's words."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {"parameters": text}
    if not isinstance(told, dict) or not {"Comment", "Software", "Description"} & told.keys():
        return {"parameters": text}
    return {
        str(name): value if isinstance(value, str) else json.dumps(value)
        for name, value in told.items()
    }
