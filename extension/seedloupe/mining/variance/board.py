"""What a seed decides, for eyes: the shares with their intervals, and the pictures in a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from PIL import Image, ImageDraw

from .report import SpaceVariance, VarianceReport

#: A tile's longer side, the space for a label, and between tiles, in pixels.
TILE, _LABEL, _GAP = 72, 18, 2
_PAPER, _INK, _EMPTY = (250, 249, 246), (60, 60, 60), (225, 223, 218)
_LEFT = 76


def variance_html(report: VarianceReport) -> str:
    """Show the answer, and a bar of each space's share with its interval."""
    rows = "".join(_row(space) for space in (*report.spaces, report.control))
    head = (
        "<tr><th>what</th><th>the seed's share, with its 95 % interval</th><th>seed</th>"
        "<th>prompt</th><th>neither</th><th>p</th></tr>"
    )
    note = (
        "Neither: what a seed does with one prompt and not with another. control.noise is the "
        "starting noise itself, of which all is the seed's."
    )
    return (
        f'<div class="sl-mine sl-variance"><p><b>{escape(report.answer())}</b></p>'
        f"<table>{head}{rows}</table><p>{escape(note)}</p></div>"
    )


def grid_picture(
    tiles: Mapping[tuple[int, int], Image.Image], seeds: Sequence[int], prompts: int
) -> Image.Image:
    """Lay pictures out, a row a seed and a column a prompt, with the seeds and numbers beside.

    Args:
        tiles: pictures by the places of their seed and prompt; absent ones are left empty.
        seeds: in the order of the rows.
        prompts: how many there are.
    """
    width, height = next((tile.size for tile in tiles.values()), (TILE, TILE))
    across, down = width + _GAP, height + _GAP
    sheet = Image.new("RGB", (_LEFT + prompts * across, _LABEL + len(seeds) * down), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for column in range(prompts):
        draw.text((_LEFT + column * across + width // 2 - 4, 3), str(column + 1), fill=_INK)
    for row, seed in enumerate(seeds):
        top = _LABEL + row * down
        draw.text((3, top + height // 2 - 6), str(seed), fill=_INK)
        for column in range(prompts):
            left = _LEFT + column * across
            tile = tiles.get((row, column))
            if tile is None:
                draw.rectangle((left, top, left + width - 1, top + height - 1), fill=_EMPTY)
            else:
                sheet.paste(tile, (left, top))
    return sheet


def tile_of(picture: Image.Image) -> Image.Image:
    """Return a picture small enough for the grid."""
    scale = TILE / max(picture.size)
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    return picture.resize((size[0], size[1]), Image.Resampling.LANCZOS)


def _row(space: SpaceVariance) -> str:
    parts = space.parts
    if parts is None:
        return f'<tr><td>{escape(space.name)}</td><td colspan="5">nothing varies</td></tr>'
    low, high = 100 * parts.seed_low, 100 * parts.seed_high
    said = f"{parts.seed:.0%}, between {parts.seed_low:.0%} and {parts.seed_high:.0%}"
    marks = (
        f'<span class="sl-mine-reach" style="left:{low:.1f}%;width:{high - low:.1f}%"></span>'
        f'<span class="sl-mine-gain" style="left:{100 * parts.seed:.1f}%"></span>'
    )
    return (
        f'<tr><td>{escape(space.name)}</td><td><div class="sl-mine-axis" role="img" '
        f'aria-label="{said}" title="{said}">{marks}</div></td><td>{parts.seed:.0%}</td>'
        f"<td>{parts.prompt:.0%}</td><td>{parts.neither:.0%}</td><td>{parts.p:.3f}</td></tr>"
    )
