"""Pictures that say how they were made, in the web UI's words and in ours.

The text chunk ``parameters`` is what AUTOMATIC1111 reads back into its fields ("PNG Info", or the
arrow below the prompt). The chunk ``seedloupe`` holds our own record (:mod:`.image_record`).
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ImageError
from ..files import write_whole
from ..images import to_pil

if TYPE_CHECKING:
    from torch import Tensor

_PARAMETERS = "parameters"
"""The chunk the web UI reads back."""


@dataclass(frozen=True)
class PngMetadata:
    """What a picture says about itself.

    Attributes:
        parameters: the web UI's text, or None.
        record: our JSON object, or None.
    """

    parameters: str | None
    record: Mapping[str, Any] | None


def save_png(image: Tensor, path: Path, texts: Mapping[str, str]) -> None:
    """Write a picture with its texts, whole or not at all.

    Args:
        image: ``(3, H, W)`` float32 in [0, 1].
        path: where to; folders on the way are made.
        texts: chunks of text by keyword; ``parameters`` is the web UI's, all others are UTF-8.

    Raises:
        InputError: the place cannot be written to.
    """
    from PIL.PngImagePlugin import PngInfo

    chunks = PngInfo()
    for keyword, text in texts.items():
        if keyword == _PARAMETERS:
            chunks.add_text(keyword, text)
        else:
            chunks.add_itxt(keyword, text)
    content = io.BytesIO()
    to_pil(image).save(content, "PNG", pnginfo=chunks)
    write_whole(path, content.getvalue())


def read_png_metadata(path: Path) -> PngMetadata:
    """Read what a picture says about itself.

    Raises:
        ImageError: the file is no readable PNG.
    """
    from PIL import Image

    try:
        with Image.open(path, formats=("PNG",)) as picture:
            picture.load()
            chunks = dict(getattr(picture, "text", {}))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        got = f"{path}, which is none or is not whole"
        raise ImageError("image", expected="a readable PNG file", got=got) from error
    try:
        record = json.loads(chunks["seedloupe"])
    except (KeyError, ValueError, RecursionError):
        record = None
    mine = record if isinstance(record, dict) else None
    return PngMetadata(chunks.get("parameters"), mine)
