"""The concepts of a finished picture as a sheet: moments side by side, and what each colour is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from ...errors import InputError
from ...images import save_plain, to_pil
from .live import ConceptFrame, ConceptShare

if TYPE_CHECKING:
    from torch import Tensor

_MOMENTS, _TILE, _GAP, _LINE, _SHOWN = 7, 128, 8, 18, 8


def concept_sheet(frames: Sequence[ConceptFrame], picture: Tensor) -> Image.Image:
    """Draw up to seven moments of a picture's concepts, the picture, and the legend.

    Args:
        frames: of all steps.
        picture: ``(3, H, W)`` float32 in [0, 1], finished.

    Raises:
        InputError: there is no frame.
    """
    if not frames:
        raise InputError("concepts", expected="a painting of one step at least", got="none")
    chosen = _spread(frames)
    shown = to_pil(picture)
    size = (_TILE, max(1, round(_TILE * shown.height / shown.width)))
    tiles = [to_pil(frame.picture).resize(size, Image.Resampling.NEAREST) for frame in chosen]
    tiles.append(shown.resize(size, Image.Resampling.LANCZOS))
    words = [f"step {frame.step + 1}" for frame in chosen] + ["picture"]
    legend = legend_of(frames)
    width = len(tiles) * (_TILE + _GAP) + _GAP
    height = _LINE + size[1] + _GAP * 3 + _LINE * (1 + (len(legend) + 3) // 4)
    sheet = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(sheet)
    for place, (tile, said) in enumerate(zip(tiles, words, strict=True)):
        left = _GAP + place * (_TILE + _GAP)
        draw.text((left, 4), said, fill="black")
        sheet.paste(tile, (left, _LINE + 2))
    top = _LINE + size[1] + 2 * _GAP
    for place, one in enumerate(legend):
        left, line = _GAP + (place % 4) * (width // 4), top + (place // 4) * _LINE
        draw.rectangle((left, line + 2, left + 12, line + 14), fill=one.colour)
        draw.text((left + 18, line + 2), one.name, fill="black")
    return sheet


def save_concept_sheet(frames: Sequence[ConceptFrame], picture: Tensor, path: Path) -> None:
    """Write :func:`concept_sheet` as PNG.

    Raises:
        InputError: there is no frame, or the place cannot be written to.
    """
    save_plain(concept_sheet(frames, picture), path)


def legend_of(frames: Sequence[ConceptFrame]) -> tuple[ConceptShare, ...]:
    """Return the concepts with most cells over all steps, at most eight, with their mean share."""
    shares: dict[str, list[float]] = {}
    colours: dict[str, tuple[int, int, int]] = {}
    for frame in frames:
        for one in frame.shares:
            shares.setdefault(one.name, []).append(one.cells)
            colours[one.name] = one.colour
    mean = {name: sum(found) / len(frames) for name, found in shares.items()}
    most = sorted(mean, key=lambda name: -mean[name])[:_SHOWN]
    return tuple(ConceptShare(name, colours[name], mean[name]) for name in most)


def _spread(frames: Sequence[ConceptFrame]) -> list[ConceptFrame]:
    if len(frames) <= _MOMENTS:
        return list(frames)
    last = len(frames) - 1
    return [frames[round(place * last / (_MOMENTS - 1))] for place in range(_MOMENTS)]
