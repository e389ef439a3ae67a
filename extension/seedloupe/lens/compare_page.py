"""Painting two runs side by side: where they differ at each step, and how far."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..files import write_whole
from ..images import save_plain, to_pil
from ..pages import render_page
from .sheets import sheet_address

if TYPE_CHECKING:
    from torch import Tensor

    from .compare import Comparison

_TILE = 96


def comparison_document(found: Comparison) -> dict[str, object]:
    """Return a comparison as plain JSON values."""
    return {
        "differing": {field: list(pair) for field, pair in found.differing.items()},
        "notes": list(found.notes),
        "layers": [
            {
                "name": curve.layer,
                "pass": curve.track,
                "points": [
                    {
                        "step": point.step,
                        "call": point.call,
                        "sigma": point.sigma,
                        "timestep": point.timestep,
                        "cosine": point.cosine,
                        "relative": point.relative,
                    }
                    for point in curve.points
                ],
            }
            for curve in found.curves
        ],
    }


def paint_differences(found: Comparison, out: Path) -> None:
    """Paint difference maps, layers below each other and steps side by side.

    Raises:
        InputError: the place cannot be written to.
    """
    sheet = to_pil(difference_sheet(found))
    if out.suffix != ".html":
        save_plain(sheet, out)
        return
    values = {
        "words": difference_words(found),
        "address": sheet_address(sheet),
        "curves": found.curves,
    }
    write_whole(out, render_page("lens/compare_page.html", values).encode("utf-8"))


def difference_words(found: Comparison) -> list[str]:
    """Say what differs between the runs, and what was left out."""
    lines = [
        f"{field}: {one or '(none)'} and {other or '(none)'}"
        for field, (one, other) in found.differing.items()
    ]
    return [*(lines or ["the same settings"]), *found.notes]


def difference_sheet(found: Comparison) -> Tensor:
    """Paint difference maps as ``(3, H, W)`` in ``[0, 1]``, a line a layer and a column a step."""
    from .views import StripRow, contact_sheet

    rows, moments = [], sorted({(key.track, key.step) for key in found.maps})
    for curve in found.curves:
        tiles: list[Tensor | None] = []
        for track, step in moments:
            calls = [
                k for k in found.maps if (k.layer, k.track, k.step) == (curve.layer, track, step)
            ]
            here = calls and curve.track == track
            tiles.append(_heat(found.maps[max(calls)][0]) if here else None)
        last = curve.points[-1]
        apart = f"{last.cosine:.2f} apart by cosine and {last.relative:.2f} in length at the end"
        rows.append(StripRow(f"{curve.layer}, {apart}", tiles))
    columns = [
        f"step {step}" if track == 0 else f"pass {track} step {step}" for track, step in moments
    ]
    return contact_sheet(rows, columns=columns, tile=_TILE)


def _heat(picture: Tensor) -> Tensor:
    """Paint one minus the cosine ``(H, W)``: black for equal, white for as unlike as can be."""
    import torch

    share = (picture / 2).sqrt().nan_to_num(0.0).clamp(0, 1)
    return torch.stack(
        [(3 * share).clamp(0, 1), (3 * share - 1).clamp(0, 1), (3 * share - 2).clamp(0, 1)]
    )
