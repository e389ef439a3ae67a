"""What the page shows, as plain HTML: frames of pictures, the preview with its layers, notes.

Everything that did not come from this file is escaped; no function here touches Gradio.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote

from PIL import Image

if TYPE_CHECKING:
    from ....services.table_fit import TableFit
    from ..engine.models import Model


class Glyph(str, Enum):
    """The small drawings of the page, as the inside of a 24 by 24 SVG."""

    LOUPE = (
        '<circle cx="10" cy="10" r="7.2"/><path d="M15.4 15.4 21.5 21.5"/>'
        '<path d="M6.6 8.6h6.8l-3.4 5zM6.6 8.6l1.5-2h3.8l1.5 2"/>'
    )
    RANDOM = '<path d="M5 9.5 9.5 4l7 1.2L20 12l-3.5 6.8-8 .9L4 14.5z"/>'
    GOLDEN = (
        '<path d="M7 4.5h10l4 5-9 10.5L3 9.5z"/>'
        '<path d="M3 9.5h18M7 4.5l2.5 5L12 20l2.5-10.5 2.5-5"/>'
    )
    DIVERSE = (
        '<path d="M7.5 3 12 7.5 7.5 12 3 7.5z"/><circle cx="17" cy="8" r="3.6"/>'
        '<path d="M12 13.5 17.5 21h-11z"/>'
    )
    LAYOUT = '<path d="M3.5 4.5h17v15h-17z"/><path d="M6.5 8h6v7h-6z" stroke-dasharray="2 1.6"/>'
    CLEAN = (
        '<path d="M12 3.5c1 4.6 3 6.7 7.5 7.5-4.5.8-6.5 2.9-7.5 7.5-1-4.6-3-6.7-7.5-7.5 '
        '4.5-.8 6.5-2.9 7.5-7.5z"/><path d="M19 17.5v4M17 19.5h4"/>'
    )
    EARLY = '<path d="M4 19.5h4l11-11-4-4-11 11z"/><path d="M13 6.5l4 4" stroke-dasharray="2 1.6"/>'
    LIKED = '<path d="M8 20.5H4v-9h4zm0-9 3.5-8c2.2 0 3 1.5 2.5 3.5l-.8 3h6.3l-2 10.5H8"/>'
    PLUGIN = '<path d="M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v3.5"/>'
    CHOSEN = '<path d="M12 20.5 4.6 13a4.9 4.9 0 0 1 7.4-6.3A4.9 4.9 0 0 1 19.4 13z"/>'


#: What a picture can be asked for, and what its button says.
_ACTS = (
    ("create-seed", "Keep this seed"),
    ("create", "Take its settings"),
    ("lens", "To the lens"),
    ("inpaint", "To Inpaint"),
)


@dataclass(frozen=True)
class Frame:
    """One place for a picture in a column, empty until it is drawn.

    Attributes:
        title: what stands in bold below it, such as the seed; empty for a place nobody has yet.
        aside: what stands beside the title.
        lines: what stands below that, each on its own line.
        url: where the picture lies; None while it is not drawn.
        key: what a click on the picture reports; empty when it cannot be clicked.
        drawing: whether it is being drawn right now.
        mark: a word and its tone (``good``, ``bad``, ``unknown``) set on the picture, or None.
        scores: figures for those who ask, folded away.
        thumbs: whether thumbs up and down stand below it.
    """

    title: str = ""
    aside: str = ""
    lines: tuple[str, ...] = ()
    url: str | None = None
    key: str = ""
    drawing: bool = False
    mark: tuple[str, str] | None = None
    scores: tuple[str, ...] = ()
    thumbs: bool = False


@dataclass(frozen=True)
class Column:
    """A headed column of frames.

    Attributes:
        name: a word that also names its colours, such as ``golden``.
        title: what stands at its head.
        caption: one sentence on how its seeds were chosen.
        frames: its places.
        why: the whole rule, and what there is to know about it, one sentence each.
    """

    name: str
    title: str
    caption: str
    frames: tuple[Frame, ...]
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class LayerView:
    """One layer of the network as a small picture.

    Attributes:
        title: what stands in bold below it.
        part: which part of the network it is.
        picture: a pixel a cell.
        legend: what its colours mean, each as ``#rrggbb`` and a word; none where they mean nothing
            by themselves.
    """

    title: str
    part: str
    picture: Image.Image
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Preview:
    """The picture being looked at and what the network's layers held.

    Attributes:
        title: what is in the preview.
        lines: what is to be said about it.
        picture: address of the picture or of its preview; empty before the first.
        layers: the layers beside it.
        share: how much of the picture is done, 0 to 1.
        link: where the picture lies in full; empty while it is being drawn.
    """

    title: str
    lines: tuple[str, ...] = ()
    picture: str = ""
    layers: tuple[LayerView, ...] = ()
    share: float = 0.0
    link: str = ""


def glyph(kind: Glyph, *, size: int = 20) -> str:
    """Return a line drawing as inline SVG."""
    return (
        f'<svg class="sl-glyph" width="{size}" height="{size}" viewBox="0 0 24 24" fill="none" '
        f'stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" '
        f'stroke-linecap="round" aria-hidden="true">{kind.value}</svg>'
    )


def header_html() -> str:
    """Return the head of the page."""
    return (
        f'<div class="sl-head">{glyph(Glyph.LOUPE, size=34)}<div><h1>Seedloupe</h1>'
        "<p>Pick the good seeds, see the flaws, watch the layers.</p></div></div>"
    )


def columns_html(columns: Sequence[Column]) -> str:
    """Return columns side by side."""
    inside = "".join(_column_html(column) for column in columns)
    grid = f'<div class="sl-columns" style="--columns:{len(columns)}">{inside}</div>'
    return grid + _why_html(columns)


def frames_html(frames: Sequence[Frame]) -> str:
    """Return frames in rows, without a head."""
    return f'<div class="sl-frames">{"".join(_frame_html(frame) for frame in frames)}</div>'


def preview_html(preview: Preview) -> str:
    """Return the picture being looked at beside the network's layers."""
    layers = "".join(_layer_html(layer) for layer in preview.layers) or _no_layers_html()
    lines = "".join(f"<p>{escape(line)}</p>" for line in preview.lines)
    link = actions_html(preview.link) if preview.link else ""
    picture = f'<img src="{escape(preview.picture)}" alt="{escape(preview.title)}">'
    stone = picture if preview.picture else glyph(Glyph.LOUPE, size=40)
    return (
        f'<div class="sl-preview"><div class="sl-stone">{stone}</div>'
        f'<div class="sl-said"><h2>{escape(preview.title)}</h2>{lines}{link}</div>'
        f'<div class="sl-layers">{layers}</div>'
        f'<div class="sl-share" style="width:{100 * preview.share:.0f}%"></div></div>'
    )


def actions_html(url: str, *, saved: bool = False) -> str:
    """Return what can be done with a picture.

    Each button says in ``data-act`` what is asked for and in ``data-picture`` of which picture; a
    click on it is answered by :class:`~.kept.strip.PictureStrip`, wherever the button is.

    Args:
        url: where the picture is.
        saved: whether it is in the folder of saved pictures, so that it can be deleted there.
    """
    asked = [*_ACTS, *([("delete", "Delete")] if saved else [])]
    buttons = "".join(
        f'<button type="button" class="sl-act" data-act="{act}" data-picture="{escape(url)}">'
        f"{words}</button>"
        for act, words in asked
    )
    return (
        f'<div class="sl-acts">{thumbs_html(url)}{buttons}'
        f'<a class="sl-act" href="{escape(url)}" download>Download</a>'
        f'<a class="sl-act" href="{escape(url)}" target="_blank">Full size</a></div>'
    )


def thumbs_html(url: str) -> str:
    """Return thumbs up and down on a picture.

    The page shows them once the server has said that the picture can have one, and which it has;
    see :mod:`.kept.thumbs`.
    """
    buttons = "".join(
        f'<button type="button" class="sl-act sl-thumb" data-thumb="{liked}" aria-pressed="false">'
        f"{words}</button>"
        for liked, words in (("up", "Like"), ("down", "Dislike"))
    )
    return f'<span class="sl-thumbs" data-rated="{escape(url)}" hidden>{buttons}</span>'


def status_html(text: str) -> str:
    """Return one line that screen readers announce when it changes."""
    return f'<p class="sl-status" role="status" aria-live="polite">{escape(text)}</p>'


def skipped_html(lines: Sequence[str]) -> str:
    """Return what is said of packages whose plug-ins could not be had."""
    count = "A plug-in was skipped" if len(lines) == 1 else f"{len(lines)} plug-ins were skipped"
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<details class="sl-note sl-bad" open><summary>{count}</summary>{said}</details>'


def fit_html(known: TableFit) -> str:
    """Return what a table says about a model, unfolded where something is to be done."""
    said = "".join(f"<p>{escape(line)}</p>" for line in known.lines)
    command = f"<pre>{escape(known.command)}</pre>" if known.command else ""
    unfolded = " open" if known.command or known.tone == "bad" else ""
    return (
        f'<details class="sl-note sl-{known.tone}"{unfolded}>'
        f"<summary>{escape(known.title)}</summary>{said}{command}</details>"
    )


def model_html(model: Model) -> str:
    """Return one line about the open model."""
    width, height = model.native_size
    facts = f"{width} × {height} px · {model.device}"
    return f'<p class="sl-model"><b>{escape(model.name)}</b> {escape(facts)}</p>'


def data_url(picture: Image.Image) -> str:
    """Return a small picture as an address that holds it; for what is gone in a moment."""
    buffer = BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def file_url(path: str) -> str:
    """Return the address of a file in Gradio's cache, relative to the page."""
    return f"gradio_api/file={quote(path)}"


def _column_html(column: Column) -> str:
    mark = glyph(Glyph[column.name.upper()])
    return (
        f'<section class="sl-column sl-{column.name}"><header>'
        f"{mark}<h3>{escape(column.title)}</h3><p>{escape(column.caption)}</p></header>"
        f"{frames_html(column.frames)}</section>"
    )


def _why_html(columns: Sequence[Column]) -> str:
    """Everything there is to know about the choice, folded away."""
    said = "".join(
        f"<dt>{escape(column.title)}</dt>"
        + "".join(f"<dd>{escape(line)}</dd>" for line in column.why)
        for column in columns
        if column.why
    )
    scores = (
        "Scores are the table's means for a seed over the prompts it was mined with, which "
        "flatter the best. They describe the seed, not the picture above them."
    )
    return (
        f'<details class="sl-why"><summary>Why these seeds</summary><dl>{said}</dl>'
        f"<p>{scores}</p></details>"
        if said
        else ""
    )


def _frame_html(frame: Frame) -> str:
    lines = "".join(f"<span>{escape(line)}</span>" for line in frame.lines)
    scores = "".join(f"<span>{escape(line)}</span>" for line in frame.scores)
    folded = f"<details><summary>scores</summary>{scores}</details>" if scores else ""
    thumbs = thumbs_html(frame.url) if frame.thumbs and frame.url else ""
    aside = f"<span>{escape(frame.aside)}</span>" if frame.aside else ""
    title = f"<p><b>{escape(frame.title)}</b>{aside}</p>" if frame.title else ""
    state = "sl-done" if frame.url else "sl-drawing" if frame.drawing else "sl-waiting"
    return (
        f'<figure class="sl-frame {state}">{_picture_html(frame)}'
        f"<figcaption>{title}{lines}{thumbs}{folded}</figcaption></figure>"
    )


def _picture_html(frame: Frame) -> str:
    mark = (
        f'<i class="sl-mark sl-{frame.mark[1]}">{escape(frame.mark[0])}</i>' if frame.mark else ""
    )
    if frame.url is None:
        return f'<div class="sl-plate">{mark}</div>'
    picture = f'<img src="{escape(frame.url)}" alt="{escape(frame.title)}" decoding="sync">{mark}'
    if not frame.key:
        return f'<div class="sl-plate">{picture}</div>'
    return (
        f'<button type="button" class="sl-plate" data-key="{escape(frame.key)}">{picture}</button>'
    )


def _layer_html(layer: LayerView) -> str:
    return (
        f'<figure><img src="{data_url(layer.picture)}" alt="{escape(layer.title)}">'
        f"<figcaption><b>{escape(layer.title)}</b><span>{escape(layer.part)}</span>"
        f"<span>{layer.picture.width} × {layer.picture.height}</span>"
        f"{legend_html(layer.legend)}</figcaption></figure>"
    )


def legend_html(legend: Sequence[tuple[str, str]]) -> str:
    """Return what colours mean, each as ``#rrggbb`` and a word."""
    return "".join(
        f'<span class="sl-legend"><i style="background:{escape(colour)}"></i>{escape(word)}</span>'
        for colour, word in legend
    )


def _no_layers_html() -> str:
    place = '<div class="sl-plate"></div><figcaption></figcaption>'
    return f'<figure class="sl-waiting">{place}</figure>' * 3
