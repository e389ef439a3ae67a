"""Painting lens files: a sheet, a film, or a page that needs nothing else."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ImageError, InputError
from ..files import write_whole
from ..images import drawing_mark, save_plain, to_pil
from ..pages import data_address, render_page

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

    from .record import LensKey, LensLayer, LensRecord
    from .views import StripRow

#: What can be painted, by the ending of the file.
FORMATS = (".png", ".gif", ".webp", ".html")
_TILE = 96
_FRAME_MS = 200
_LAST_FRAME_MS = 1500


@dataclass(frozen=True, eq=False)
class Board:
    """Lines below each other, moments side by side.

    Attributes:
        lines: a line for each layer or word, with a tile for each moment.
        moments: what stands above the columns.
        title: of a page.
        words: what a page says below its title.
        alt: what the picture on a page shows.
    """

    lines: Sequence[StripRow]
    moments: Sequence[str]
    title: str
    words: str
    alt: str


def paint_layers(
    record: LensRecord,
    out: Path,
    *,
    beside: Path | None = None,
    between: Callable[[], object] = lambda: None,
) -> None:
    """Paint the layers of ``record`` into ``out``, whose ending says how.

    Args:
        record: what was recorded.
        out: where to; ends in one of :data:`FORMATS`.
        beside: the lens file, next to which a page looks for the finished picture.
        between: called before each moment of a film; what it raises ends the work.

    Raises:
        ImageError: the record holds no pictures.
        InputError: the place cannot be written to.
    """
    if not record.rgb:
        raise ImageError("lens file", expected="at least one recorded layer", got="none")
    if out.suffix == ".html":
        from .explorer import RecordedRun, explorer_page

        page = explorer_page([RecordedRun(record, picture_of(record, beside))])
        write_whole(out, page.encode("utf-8"))
    else:
        paint_board(_layers(record), out, between=between)


def paint_board(board: Board, out: Path, *, between: Callable[[], object] = lambda: None) -> None:
    """Paint ``board`` as a sheet, as a film of its moments, or as a page.

    Args:
        board: what to paint.
        out: where to; ends in one of :data:`FORMATS`.
        between: called before each moment of a film; what it raises ends the work.

    Raises:
        InputError: the place cannot be written to.
    """
    if out.suffix in (".gif", ".webp"):
        write_whole(out, _film(board, out.suffix, between))
    elif out.suffix == ".html":
        write_whole(out, _page(board).encode("utf-8"))
    else:
        save_plain(_sheet(board), out)


def moment_words(track: int, step: int) -> str:
    """Name a step."""
    return f"step {step}" if track == 0 else f"pass {track} step {step}"


def _sheet(board: Board, only: int | None = None) -> Image:
    """All moments, or one."""
    from .views import StripRow, contact_sheet

    taken = slice(None) if only is None else slice(only, only + 1)
    rows = [StripRow(line.label, line.tiles[taken]) for line in board.lines]
    return to_pil(contact_sheet(rows, columns=board.moments[taken], tile=_TILE))


def _film(board: Board, suffix: str, between: Callable[[], object]) -> bytes:
    frames = []
    for number in range(len(board.moments)):
        between()
        frames.append(_sheet(board, number))
    width, height = max(f.width for f in frames), max(f.height for f in frames)
    equal = [_on_ground(frame, width, height) for frame in frames]
    times = [_FRAME_MS] * (len(equal) - 1) + [_LAST_FRAME_MS]
    content = io.BytesIO()
    how = {"save_all": True, "append_images": equal[1:], "duration": times, "loop": 0}
    if suffix == ".webp":
        equal[0].save(content, "WEBP", lossless=True, **how, **drawing_mark("WEBP"))
    else:
        equal[0].save(content, "GIF", **how, **drawing_mark("GIF"))
    return content.getvalue()


def _page(board: Board) -> str:
    return render_page(
        "lens/sheet_page.html",
        {
            "title": board.title,
            "words": board.words,
            "alt": board.alt,
            "address": sheet_address(_sheet(board)),
        },
    )


def sheet_address(sheet: Image) -> str:
    """Return a sheet as an address that is the picture itself, as a PNG."""
    content = io.BytesIO()
    sheet.save(content, "PNG")
    return data_address(content.getvalue(), "image/png")


def picture_of(record: LensRecord, lens: Path | None) -> Image | None:
    """Open the picture a lens file was recorded of, as runs name it; nothing that only looks so.

    Args:
        record: what was recorded.
        lens: its file, ``000-5.lens.safetensors`` beside ``000-5.png``.
    """
    from PIL import Image

    from ..metadata.write_png import read_png_metadata

    if lens is None:
        return None
    path = lens.with_name(lens.name.partition(".")[0] + ".png")
    try:
        known = read_png_metadata(path).record or {}
        if (known.get("seed"),) != record.spec.seeds or known.get("prompt") != record.spec.prompt:
            return None
        with Image.open(path) as picture:
            return picture.convert("RGB")
    except (OSError, ValueError, InputError):
        return None


def _layers(record: LensRecord) -> Board:
    from .views import StripRow

    moments = sorted({(key.track, key.step) for key in record.rgb})
    described = {
        layer.name: f"{layer.name}, {layer.width}x{layer.height} cells, {_painted(layer)}"
        for layer in record.spec.layers
    }
    spec = record.spec
    words = (
        f"{spec.model}, {spec.sampler}, seed {', '.join(spec.seeds)}. Each layer is painted by its "
        "three strongest components, one choice of colours for all steps."
    )
    return Board(
        [
            StripRow(label, [_picture(record, name, *moment) for moment in moments])
            for name, label in described.items()
        ],
        [moment_words(*moment) for moment in moments],
        spec.prompt or "Lens",
        words,
        "layers by steps",
    )


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


def _on_ground(picture: Image, width: int, height: int) -> Image:
    from PIL import Image

    ground = Image.new("RGB", (width, height), picture.getpixel((0, 0)))
    ground.paste(picture, (0, 0))
    return ground
