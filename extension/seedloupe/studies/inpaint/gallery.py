"""The pictures of the seeds that paint most and least text, side by side on the same pairs."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw

from ...images import to_pil
from ...pages import data_address
from .findings import Findings
from .measure import Measured, PictureKey
from .words import share_percent

_ROWS, _COLUMNS = 3, 6
_SIDE = 128
_FRAME = (230, 30, 60)


@dataclass(frozen=True)
class GalleryCell:
    """One small picture, its address empty where the picture is gone, and what was seen in it."""

    words: str
    address: str = ""
    alt: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class GalleryRow:
    """Pictures of one seed, or the sources.

    Attributes:
        name: which seed.
        cells: a picture for each column.
        share: how much of the masks its text covers, in words; empty for the sources.
        group: what this row and those below it are; empty where the row above says it.
    """

    name: str
    cells: tuple[GalleryCell, ...]
    share: str = ""
    group: str = ""


@dataclass(frozen=True)
class GalleryColumn:
    """What was repainted in a column, and by which words."""

    task: str
    prompt: str


@dataclass(frozen=True)
class Gallery:
    """A column a pair and task, a row a seed."""

    columns: tuple[GalleryColumn, ...]
    rows: tuple[GalleryRow, ...]


def gallery(findings: Findings, picture_of: Callable[[PictureKey], Image.Image | None]) -> Gallery:
    """Return the sources, and below them the seeds with most and with least text, text framed.

    The columns are those where all seeds together paint most text, whoever is shown. Seeds are
    placed by their mean over both tasks.

    Args:
        findings: of a whole run.
        picture_of: a kept picture, or None where it is gone.
    """
    measured = findings.measured
    columns = _columns(measured, findings.main.looker)
    before = GalleryRow("before", tuple(_source(measured, column) for column in columns))
    return Gallery(
        tuple(_head(measured, column) for column in columns),
        (before, *_seed_rows(findings, columns, picture_of)),
    )


def _seed_rows(
    findings: Findings,
    columns: list[PictureKey],
    picture_of: Callable[[PictureKey], Image.Image | None],
) -> Iterator[GalleryRow]:
    measured, looker = findings.measured, findings.main.looker
    seeds = measured.plan.seeds
    means = np.mean([found.rates.mean for found in findings.main.tasks.values()], axis=0)
    order = np.argsort(-means, kind="stable").tolist()
    shown = min(_ROWS, len(order) // 2) or 1
    groups = {"most text": order[:shown]}
    if len(order) > 1:
        groups["least text"] = order[::-1][:shown]
    for group, chosen in groups.items():
        for place, row in enumerate(chosen):
            yield GalleryRow(
                f"seed {seeds[row]}",
                tuple(
                    _picture(measured, replace(column, seed=seeds[row]), looker, picture_of)
                    for column in columns
                ),
                share_percent(float(means[row])),
                "" if place else group,
            )


def _columns(measured: Measured, looker: str) -> list[PictureKey]:
    """Return the pairs with most text of each task, as pictures of the first seed."""
    tasks = measured.plan.tasks
    found = []
    for task in tasks:
        most = np.argsort(-measured.shares(task, looker).mean(1), kind="stable")
        chosen = sorted(most[: _COLUMNS // len(tasks)].tolist())
        found += [PictureKey(task, pair, measured.plan.seeds[0]) for pair in chosen]
    return found


def _head(measured: Measured, column: PictureKey) -> GalleryColumn:
    prompt = column.task.prompt(measured.plan.pairs[column.pair])
    return GalleryColumn(column.task.value, prompt)


def _source(measured: Measured, column: PictureKey) -> GalleryCell:
    """Show what was there, with the mask's edge."""
    pair = measured.plan.pairs[column.pair]
    picture = to_pil(pair.picture)
    rows, columns = pair.mask.nonzero(as_tuple=True)
    box = (int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max()))
    ImageDraw.Draw(picture).rectangle(box, outline=(255, 255, 255), width=1)
    return _cell(picture, f"{pair.name} before, a box around its mask", "")


def _picture(
    measured: Measured,
    picture: PictureKey,
    looker: str,
    picture_of: Callable[[PictureKey], Image.Image | None],
) -> GalleryCell:
    found = picture_of(picture)
    if found is None:
        return GalleryCell("picture gone")
    seen = measured.seen[picture][measured.lookers.index(looker)]
    pair = measured.plan.pairs[picture.pair]
    scale = found.width / pair.size[0]
    framed = found.convert("RGB")
    draw = ImageDraw.Draw(framed)
    for left, top, right, bottom in seen.boxes:
        box = (left * scale, top * scale, right * scale - 1, bottom * scale - 1)
        if box[2] > box[0] and box[3] > box[1]:
            draw.rectangle(box, outline=_FRAME, width=2)
    share = share_percent(seen.share) if seen.share else "no text"
    alt = f"{pair.name}, {picture.task.value}, seed {picture.seed}: {share}"
    return _cell(framed, alt, ", ".join((*seen.texts[:2], share)))


def _cell(picture: Image.Image, alt: str, words: str) -> GalleryCell:
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE))
    coded = io.BytesIO()
    small.save(coded, "WEBP", quality=80)
    address = data_address(coded.getvalue(), "image/webp")
    return GalleryCell(words, address, alt, small.width, small.height)
