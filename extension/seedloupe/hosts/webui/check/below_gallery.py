"""What the check says below the gallery, and the buttons to say that it is wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from ....artifacts import Correction
from ....artifacts.picture_check import CheckAnswer
from ....artifacts.tally.correction_words import CORRECTION_LABELS, correction_notes
from ....artifacts.verdict_html import StampTone, verdict_html
from .infotext import check_ids
from .recent import RecentCheck, RecentChecks

_TONES = {Correction.FINE: StampTone.GOOD, Correction.MISSED: StampTone.BAD}
_OFFERS = {
    Correction.FINE: "Wrong: it is fine",
    Correction.MISSED: "Wrong: there is text",
}


def build_below_gallery(generation_info: Any, recent: RecentChecks, element: str) -> None:
    """Add our part below a gallery; call it inside the page that is being built.

    Args:
        generation_info: the web UI's hidden text box, which holds a job's parameters as JSON.
        recent: the checks that are known.
        element: how our element ids begin.
    """
    verdicts = gr.HTML(visible=False, elem_id=f"{element}_verdicts")
    with gr.Row(visible=False, elem_id=f"{element}_answers") as row:
        picture = gr.Dropdown([], label="Verdict on", elem_id=f"{element}_picture")
        wrong = gr.Button(_OFFERS[Correction.FINE], size="sm", elem_id=f"{element}_wrong")
        undo = gr.Button("Take that back", size="sm", elem_id=f"{element}_undo")
    parts = _Parts(verdicts, row, picture, wrong, undo)
    everything = [verdicts, row, picture, wrong, undo]

    def show(info: str, chosen: str | None) -> list[Any]:
        return parts.shown(recent.find(ids_in(info)), chosen)

    def say(info: str, chosen: str | None, *, wrong: bool) -> list[Any]:
        ids = ids_in(info)
        place = _place_of(chosen)
        if place is not None and place < len(ids):
            recent.correct(ids[place], wrong=wrong)
        return show(info, chosen)

    known = [generation_info, picture]
    generation_info.change(lambda info: show(info, None), [generation_info], everything)
    picture.input(show, known, everything)
    wrong.click(lambda info, chosen: say(info, chosen, wrong=True), known, everything)
    undo.click(lambda info, chosen: say(info, chosen, wrong=False), known, everything)


def ids_in(generation_info: str | None) -> tuple[str, ...]:
    """Return the checks of a job by the web UI's JSON of it."""
    try:
        texts = json.loads(generation_info or "{}")["infotexts"]
        return check_ids([str(text) for text in texts])
    except (ValueError, KeyError, TypeError):
        return ()


@dataclass(frozen=True, eq=False)
class _Parts:
    """The components."""

    verdicts: Any
    row: Any
    picture: Any
    wrong: Any
    undo: Any

    def shown(self, checks: tuple[RecentCheck, ...], chosen: str | None) -> list[Any]:
        """Return what each component becomes."""
        names = [_name(place, check) for place, check in enumerate(checks)]
        place = _place_of(chosen)
        at = place if place is not None and place < len(checks) else _most_telling(checks)
        offer = checks[at].offer if checks else None
        said = checks[at].said if checks else None
        return [
            gr.update(value=verdicts_html(checks), visible=bool(checks)),
            gr.update(visible=any(check.offer for check in checks)),
            gr.update(choices=names, value=names[at] if names else None),
            gr.update(
                value=_OFFERS[offer or Correction.FINE], visible=offer is not None and said is None
            ),
            gr.update(visible=said is not None),
        ]


def _most_telling(checks: tuple[RecentCheck, ...]) -> int:
    """The first picture with text, or the first of all."""
    found = (check.checked.answer is CheckAnswer.TEXT_FOUND for check in checks)
    return next((place for place, has_text in enumerate(found) if has_text), 0)


def verdicts_html(checks: tuple[RecentCheck, ...]) -> str:
    """Return what is said of every picture of a job; nothing where nothing was checked."""
    if not checks:
        return ""
    pieces = "".join(_verdict(place, check) for place, check in enumerate(checks))
    return f'<div class="seedloupe-verdicts">{pieces}</div>'


def _verdict(place: int, check: RecentCheck) -> str:
    checked = check.checked
    title = f"Picture {place + 1}, seed {checked.seed}"
    notes = tuple(filter(None, (checked.retry_words, check.problem)))
    if checked.report is None:
        return (
            f'<div class="sl-verdict"><h3>{escape(title)} <i class="sl-mark sl-unknown">'
            f"{escape(checked.answer.value)}</i></h3><p>{escape(checked.why)}</p></div>"
        )
    overruled = None
    if check.said is not None:
        overruled = (CORRECTION_LABELS[check.said], _TONES[check.said])
    told = correction_notes(checked.report, checked.counted, check.said)
    return verdict_html(title, checked.report, notes=(*told, *notes), overruled=overruled)


def _name(place: int, check: RecentCheck) -> str:
    said = CORRECTION_LABELS[check.said] if check.said else check.checked.answer.value
    return f"{place + 1}: seed {check.checked.seed}, {said}"


def _place_of(chosen: str | None) -> int | None:
    """The picture a choice names; pictures are counted from 1."""
    number = str(chosen or "").partition(":")[0]
    return int(number) - 1 if number.isdecimal() and int(number) else None
