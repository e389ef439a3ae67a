"""Contact sheets: layers below each other, steps side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from ...errors import ShapeError
from ...tensors import require_shape
from ..features import FeatureMap
from .pca import PcaBasis

_GAP = 4
_BACKGROUND = 0.13
_INK = (222, 222, 222)


@dataclass(frozen=True, eq=False)
class StripRow:
    """One line of a contact sheet.

    Args:
        label: what stands above the line.
        tiles: pictures ``(3, H, W)`` in ``[0, 1]``, any sizes; None leaves the place empty.
    """

    label: str
    tiles: Sequence[Tensor | None]


def upscale(picture: Tensor, factor: int) -> Tensor:
    """Repeat every cell ``factor`` times both ways, so that cells stay visible as squares.

    Args:
        picture: ``(C, H, W)``, any dtype.
        factor: whole number from 1 on.

    Returns:
        ``(C, H * factor, W * factor)``.
    """
    require_shape(picture, "C H W", field="picture")
    return picture.repeat_interleave(factor, dim=1).repeat_interleave(factor, dim=2)


def contact_sheet(
    rows: Sequence[StripRow], *, columns: Sequence[str] = (), tile: int = 96
) -> Tensor:
    """Lay rows of small pictures out as one picture.

    Tiles keep their proportions and are enlarged by whole factors only; those larger than ``tile``
    stay as they are. The sheet is wide enough for every label.

    Args:
        rows: at least one row; rows may differ in length.
        columns: labels above the columns; may be empty.
        tile: how many pixels the longer side of a tile may have after enlarging.

    Returns:
        ``(3, H, W)``, float32 in ``[0, 1]``.

    Raises:
        ShapeError: a tile has another layout, or there is no tile at all.
    """
    lines = [[_enlarged(picture, tile) for picture in row.tiles] for row in rows]
    sizes = [picture.shape for line in lines for picture in line if picture is not None]
    if not sizes:
        raise ShapeError("rows", expected="at least one tile", got="none")
    labels = [_label(row.label) for row in rows]
    header = [_label(column) for column in columns]
    pitch = max(size[2] for size in (*sizes, *(label.shape for label in header))) + _GAP
    count = max(len(header), *(len(line) for line in lines))
    width = max(count * pitch, *(label.shape[2] + _GAP for label in labels)) + _GAP
    bands = [_band(header, pitch, width)] if header else []
    for label, line in zip(labels, lines, strict=True):
        bands += [_band([label], 0, width), _band(line, pitch, width)]
    return torch.cat([*bands, _band([], pitch, width)], dim=1)


def feature_strip(features: Sequence[FeatureMap], *, tile: int = 96, row: int = 0) -> Tensor:
    """Paint every layer at every step, each layer with one basis for all its steps.

    The line above each layer states its cells and how much of the variance the colours hold.

    Args:
        features: maps of any layers and steps, in any order; of several calls within one step the
            last is shown. Layers are listed in the order they first appear.
        tile: how many pixels the longer side of a tile may have after enlarging.
        row: which row of each map to paint.

    Returns:
        ``(3, H, W)``, float32 in ``[0, 1]``.

    Raises:
        ShapeError: there are no features, or a layer changes its channels.
        InputError: a layer has no finite position at all.
    """
    layers: dict[str, dict[int, FeatureMap]] = {}
    for feature in sorted(features, key=lambda feature: feature.call):
        layers.setdefault(feature.layer, {})[feature.step] = feature
    order = dict.fromkeys(feature.layer for feature in features)
    steps = sorted({feature.step for feature in features})
    rows = [_layer_row(layers[layer], steps, row) for layer in order]
    return contact_sheet(rows, columns=[f"step {step}" for step in steps], tile=tile)


def _layer_row(maps: dict[int, FeatureMap], steps: Sequence[int], row: int) -> StripRow:
    some = next(iter(maps.values()))
    basis = PcaBasis.fit(list(maps.values()))
    height, width = some.values.shape[2:]
    parts = [some.layer, f"{width}x{height} cells", f"{sum(basis.explained):.0%} of variance"]
    if basis.rejected:
        parts.append(f"{basis.rejected} positions not finite")
    tiles = [basis.render(maps[step], row=row) if step in maps else None for step in steps]
    return StripRow(", ".join(parts), tiles)


def _enlarged(picture: Tensor | None, tile: int) -> Tensor | None:
    if picture is None:
        return None
    require_shape(picture, "3 H W", field="tile")
    return upscale(picture.to("cpu", torch.float32), max(1, tile // max(picture.shape[1:])))


def _band(pictures: Sequence[Tensor | None], pitch: int, width: int) -> Tensor:
    """Set pictures side by side, ``pitch`` pixels apart, on a ground ``width`` pixels wide."""
    height = max((picture.shape[1] for picture in pictures if picture is not None), default=0)
    band = torch.full((3, height + _GAP, width), _BACKGROUND)
    for number, picture in enumerate(pictures):
        if picture is not None:
            left = _GAP + number * pitch
            band[:, _GAP : _GAP + picture.shape[1], left : left + picture.shape[2]] = picture
    return band


def _label(text: str) -> Tensor:
    """Write ``text`` on the ground of the sheet; the built-in font knows ASCII only."""
    text = text.encode("ascii", "replace").decode() or " "
    font = ImageFont.load_default()
    left, top, right, bottom = font.getbbox(text)
    size = max(1, int(right - left) + 1), max(1, int(bottom - top) + 1)
    ground = Image.new("RGB", size, (round(_BACKGROUND * 255),) * 3)
    ImageDraw.Draw(ground).text((-left, -top), text, fill=_INK, font=font)
    return torch.from_numpy(np.array(ground)).permute(2, 0, 1).to(torch.float32) / 255
