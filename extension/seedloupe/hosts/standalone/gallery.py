"""Painting lens files: a sheet, a film, or a page that needs nothing else."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import ImageError
from ...images import to_pil
from .outputs import save_plain, write_whole

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

    from ...lens.record import LensKey, LensLayer, LensRecord

_TILE = 96
_FRAME_MS = 200
_LAST_FRAME_MS = 1500


def paint(record: LensRecord, out: Path) -> None:
    """Paint ``record`` into ``out``, whose ending says how.

    Raises:
        ImageError: the record holds no pictures.
        InputError: the place cannot be written to.
    """
    if not record.rgb:
        raise ImageError("lens file", expected="at least one recorded layer", got="none")
    if out.suffix == ".gif":
        write_whole(out, _film(record))
    elif out.suffix == ".html":
        write_whole(out, _page(record, out).encode("utf-8"))
    else:
        save_plain(_sheet(record), out)


def _sheet(record: LensRecord, steps: set[tuple[int, int]] | None = None) -> Image:
    """Layers below each other, moments side by side."""
    from ...lens.views import StripRow, contact_sheet

    moments = sorted({(key.track, key.step) for key in record.rgb} & (steps or _moments(record)))
    rows = [
        StripRow(label, [_picture(record, layer, track, step) for track, step in moments])
        for label, layer in _lines(record)
    ]
    columns = [_moment(record, track, step) for track, step in moments]
    return to_pil(contact_sheet(rows, columns=columns, tile=_TILE))


def _film(record: LensRecord) -> bytes:
    frames = [_sheet(record, {moment}) for moment in sorted(_moments(record))]
    width, height = max(f.width for f in frames), max(f.height for f in frames)
    equal = [_on_ground(frame, width, height) for frame in frames]
    times = [_FRAME_MS] * (len(equal) - 1) + [_LAST_FRAME_MS]
    content = io.BytesIO()
    equal[0].save(content, "GIF", save_all=True, append_images=equal[1:], duration=times, loop=0)
    return content.getvalue()


def _page(record: LensRecord, out: Path) -> str:
    """The explorer, over the picture the record is of where that lies beside it."""
    from ...lens.explorer import Specimen, explorer_page

    return explorer_page([Specimen(record, _picture_beside(out))])


def _picture_beside(out: Path) -> Image | None:
    """Open ``000-5.png`` beside ``000-5.lens.html``, as runs name them."""
    from PIL import Image

    path = out.with_name(out.name.partition(".")[0] + ".png")
    try:
        with Image.open(path) as picture:
            return picture.convert("RGB")
    except (OSError, ValueError):
        return None


def _moments(record: LensRecord) -> set[tuple[int, int]]:
    return {(key.track, key.step) for key in record.rgb}


def _lines(record: LensRecord) -> list[tuple[str, str]]:
    described = {
        layer.name: f"{layer.name}, {layer.width}x{layer.height} cells, {_painted(layer)}"
        for layer in record.spec.layers
    }
    return [(label, name) for name, label in described.items()]


def _painted(layer: LensLayer) -> str:
    """Say what the colours of a layer stand for."""
    if layer.reduction != "pca":
        return layer.reduction
    return f"{sum(layer.explained):.0%} of variance"


def _picture(record: LensRecord, layer: str, track: int, step: int) -> Tensor | None:
    """The last call of a step counts."""
    calls = [key for key in record.rgb if (key.layer, key.track, key.step) == (layer, track, step)]
    last: LensKey | None = max(calls, default=None)
    return None if last is None else record.picture(last)


def _moment(record: LensRecord, track: int, step: int) -> str:
    return f"step {step}" if track == 0 else f"pass {track} step {step}"


def _on_ground(picture: Image, width: int, height: int) -> Image:
    from PIL import Image

    ground = Image.new("RGB", (width, height), picture.getpixel((0, 0)))
    ground.paste(picture, (0, 0))
    return ground
