"""The pictures of the seeds that paint most and least text, side by side on the same pairs."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape

import numpy as np
from PIL import Image, ImageDraw

from ...images import to_pil
from .findings import Findings
from .measure import Measured, PictureKey
from .pairs import InpaintTask
from .words import share_percent

_ROWS, _COLUMNS = 3, 6
_SIDE = 128
_FRAME = (230, 30, 60)


def gallery(findings: Findings, picture_of: Callable[[PictureKey], Image.Image | None]) -> str:
    """Return a table: a column a pair and task, a row a seed, text framed.

    The columns are those where all seeds together paint most text, whoever is shown. Seeds are
    placed by their mean over both tasks.

    Args:
        findings: of a whole run.
        picture_of: a kept picture, or None where it is gone.
    """
    measured, looker = findings.measured, findings.main.looker
    plan = measured.plan
    means = np.mean([found.rates.mean for found in findings.main.tasks.values()], axis=0)
    order = np.argsort(-means, kind="stable")
    shown = min(_ROWS, len(order) // 2) or 1
    columns = _columns(measured, looker)
    rows = [f"<tr><th>before</th>{''.join(_source(measured, column) for column in columns)}</tr>"]
    for name, chosen in (("most text", order[:shown]), ("least text", order[::-1][:shown])):
        if len(order) == 1 and name == "least text":
            break
        rows += [
            f"<tr><th>{'<i>' + name + '</i>' if place == 0 else ''}seed {plan.seeds[row]}"
            f"<span>{share_percent(float(means[row]))}</span></th>"
            + "".join(
                _picture(measured, replace(column, seed=plan.seeds[row]), looker, picture_of)
                for column in columns
            )
            + "</tr>"
            for place, row in enumerate(chosen.tolist())
        ]
    heads = "".join(f"<th>{_head(measured, column)}</th>" for column in columns)
    return f"<table><thead><tr><th></th>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _columns(measured: Measured, looker: str) -> list[PictureKey]:
    """Return the pairs with most text of each task, as pictures of the first seed."""
    tasks = measured.plan.tasks
    found = []
    for task in tasks:
        most = np.argsort(-measured.shares(task, looker).mean(1), kind="stable")
        chosen = sorted(most[: _COLUMNS // len(tasks)].tolist())
        found += [PictureKey(task, pair, measured.plan.seeds[0]) for pair in chosen]
    return found


def _head(measured: Measured, column: PictureKey) -> str:
    task: InpaintTask = column.task
    prompt = task.prompt(measured.plan.pairs[column.pair])
    return f"{task.value}<span>“{escape(prompt)}”</span>"


def _source(measured: Measured, column: PictureKey) -> str:
    """Show what was there, with the mask's edge."""
    pair = measured.plan.pairs[column.pair]
    picture = to_pil(pair.picture)
    rows, columns = pair.mask.nonzero(as_tuple=True)
    box = (int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max()))
    ImageDraw.Draw(picture).rectangle(box, outline=(255, 255, 255), width=1)
    return _cell(picture, f"{pair.name} before, a box around its mask", ())


def _picture(
    measured: Measured,
    picture: PictureKey,
    looker: str,
    picture_of: Callable[[PictureKey], Image.Image | None],
) -> str:
    found = picture_of(picture)
    if found is None:
        return "<td>picture gone</td>"
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
    return _cell(framed, alt, (*seen.texts[:2], share))


def _cell(picture: Image.Image, alt: str, words: Sequence[str]) -> str:
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE))
    coded = io.BytesIO()
    small.save(coded, "WEBP", quality=80)
    source = base64.b64encode(coded.getvalue()).decode()
    text = f"<span>{escape(', '.join(words))}</span>" if words else ""
    return (
        f'<td><img src="data:image/webp;base64,{source}" alt="{escape(alt)}" '
        f'width="{small.width}" height="{small.height}">{text}</td>'
    )
