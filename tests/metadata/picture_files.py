"""Picture files as other programs write them."""

from __future__ import annotations

import io

from PIL import Image
from PIL.PngImagePlugin import PngInfo

_EXIF, _COMMENT = 0x8769, 0x9286


def png(**texts: str) -> bytes:
    """A PNG with its texts before its pixels, as the web UI and ComfyUI write it."""
    chunks = PngInfo()
    for name, text in texts.items():
        chunks.add_text(name, text)
    content = io.BytesIO()
    noisy().save(content, "PNG", pnginfo=chunks)
    return content.getvalue()


def exif(comment: bytes, *, order: str = "II") -> bytes:
    """An EXIF block with a comment, written by Pillow in either byte order."""
    block = Image.Exif()
    block.endian = "<" if order == "II" else ">"
    block[_EXIF] = {_COMMENT: comment}
    return block.tobytes()


def unicode_comment(text: str, code: str = "utf-16-be") -> bytes:
    """A comment as the web UI writes it, the high byte first."""
    return b"UNICODE\0" + text.encode(code)


def lossy(kind: str, block: bytes = b"") -> bytes:
    """A JPEG or WebP with an EXIF block."""
    content = io.BytesIO()
    noisy().save(content, kind, exif=block)
    return content.getvalue()


def noisy() -> Image.Image:
    """A picture that takes some bytes."""
    return Image.effect_noise((48, 32), 80).convert("RGB")
