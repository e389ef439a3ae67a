"""The picture, what was brushed on it, and the part of both that a model is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from PIL import Image

from .....images import from_pil, in_8_bits
from .....inpaint_area import (
    InpaintArea,
    area_around,
    cut_out,
    in_picture,
    largest_area,
    masked_box,
    paste_back,
    soften_mask,
)
from ..pictures_in import PageError
from .mask_editor import brushed_mask, picture_in

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray


class CropChoice(str, Enum):
    """How much of a picture the model is shown."""

    MOST = "most"
    """As much as its shape holds."""
    CLOSE = "close"
    """What is brushed, with its surroundings."""


@dataclass(frozen=True)
class Framing:
    """What the model is shown, and how its work is put back.

    Attributes:
        seen: how much of the picture.
        surroundings: beside what is brushed, in lengths of that; only for a close look.
        softness: how wide an edge is, in percent of the longer side the model paints.
    """

    seen: CropChoice = CropChoice.MOST
    surroundings: float = 0.5
    softness: float = 1.0


@dataclass(frozen=True, eq=False)
class Canvas:
    """What a model is shown, and the way back to the whole picture.

    Attributes:
        image: ``(3, H, W)`` in [0, 1], what the model is shown, at the size it paints.
        mask: ``(H, W)``, 1 where that is repainted.
        original: ``(3, H, W)`` at full size.
        soft: ``(H, W)`` at full size, how much of the repainted picture shows.
        area: the part of the original that the model is shown.
    """

    image: torch.Tensor
    mask: torch.Tensor
    original: torch.Tensor
    soft: torch.Tensor
    area: InpaintArea

    @property
    def painted_size(self) -> tuple[int, int]:
        """Width and height the model paints."""
        return self.image.shape[2], self.image.shape[1]

    @property
    def full_size(self) -> tuple[int, int]:
        """Width and height of the whole picture."""
        return self.original.shape[2], self.original.shape[1]

    def whole(self, made: torch.Tensor) -> torch.Tensor:
        """Put what a model made ``(3, H, W)`` into the whole picture; outside nothing changes."""
        return paste_back(self.original, made, self.soft, self.area)

    def close(self, made: torch.Tensor) -> torch.Tensor:
        """Put it into the part the model was shown, at the size it paints, to be checked."""
        shown = cut_out(self.soft[None], self.area, self.painted_size)[0]
        width, height = self.painted_size
        return paste_back(self.image, made, shown, InpaintArea(0, 0, width, height))

    def in_whole(self, points: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return where points of the part ``(N, 2)`` lie in the whole picture."""
        return in_picture(points, self.area, self.painted_size)


def canvas_of(
    edited: Mapping[str, Any] | None,
    size: tuple[int, int],
    *,
    source: Image.Image | None = None,
    framing: Framing = Framing(),
) -> Canvas:
    """Turn what Gradio's editor holds into tensors of the model's size.

    Args:
        edited: ``background`` and ``layers``, Pillow pictures with a transparent channel.
        size: width and height the model draws at.
        source: the picture at full size of which the editor was given a view.
        framing: what the model is shown, and how its work is put back.

    Raises:
        PageError: there is no picture, or nothing is brushed, or all of it, or too little to be
            seen.
    """
    picture = picture_in(edited, source)
    assert edited is not None  # it holds a picture
    mask = brushed_mask(edited.get("layers") or (), picture.size)
    if not mask.any():
        raise PageError("Nothing is brushed. Brush over what should change.")
    if mask.all():
        raise PageError(
            "All of the picture is brushed. Leave some of it; a whole new one is drawn on Create."
        )
    area = _area(mask, size, framing)
    original = from_pil(picture)
    shown = (cut_out(mask[None], area, size)[0] >= 0.5).float()
    if not shown.any():
        raise PageError(
            "What is brushed is too small for the model to see. Brush more, or let it see only "
            "what is around the brush."
        )
    scale = max(area.size.width / size[0], area.size.height / size[1])
    soft = soften_mask(mask, framing.softness / 100 * max(size) * scale)
    return Canvas(in_8_bits(cut_out(original, area, size)), shown, original, soft, area)


def crop_words(picture: tuple[int, int], painted: tuple[int, int], seen: CropChoice) -> str:
    """Say which part of a picture the model will be shown, and what becomes of the rest.

    Args:
        picture: width and height of the picture.
        painted: width and height the model paints.
        seen: how much of the picture it is shown.
    """
    (width, height), (wide, high) = picture, painted
    share = min(width / wide, height / high)
    across, down = round(wide * share), round(high * share)
    rest = "Everything else stays as it is, at full size."
    if seen is CropChoice.CLOSE:
        what = "what is around the brush"
    elif (across, down) == (width, height):
        return f"The model sees the whole picture, {_by(picture)} pixels. {rest}"
    else:
        what = f"{_by((across, down))} of {_by(picture)} pixels, around the brush"
    return f"The model sees {what}, and paints it at {_by(painted)}. {rest}"


def area_words(canvas: Canvas) -> str:
    """Say which part of the picture the model was shown."""
    area, (width, height) = canvas.area, canvas.full_size
    if area == (0, 0, width, height):
        return ""
    return (
        f"The model saw {_by(area.size)} of {_by((width, height))} pixels, framed in the picture; "
        "the rest is untouched."
    )


def _area(mask: torch.Tensor, size: tuple[int, int], framing: Framing) -> InpaintArea:
    if framing.seen is CropChoice.MOST:
        return largest_area(mask, size)
    box = masked_box(mask)
    assert box is not None  # something is brushed
    return area_around(mask, size, padding=round(framing.surroundings * max(box.size)))


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]}"
