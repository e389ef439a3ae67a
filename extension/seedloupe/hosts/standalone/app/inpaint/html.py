"""What repainted pictures look like on the page: frames, attempts, and one seen closely."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from .....artifacts import Correction
from .....artifacts.before_after_html import split_html
from .....artifacts.tally.correction_words import correction_notes, correction_to
from .....artifacts.verdict_html import short_lines, verdict_html
from ..html import Frame, frames_html
from .state import InpaintState, Result


def crop_html(words: str) -> str:
    """Return the line below the editor that says which part of the picture the model sees."""
    return f'<p class="sl-plan" role="status">{escape(words)}</p>' if words else ""


def results_html(sheet: InpaintState, *, boxes: bool) -> str:
    """Return the pictures somebody asked for, with or without boxes around what was read."""
    return frames_html([_frame(sheet, seed, boxes=boxes) for seed in sheet.seeds])


def attempts_html(sheet: InpaintState, *, boxes: bool) -> str:
    """Return the attempts of the latest retry, and which was kept; nothing where there is none."""
    retry = sheet.retry
    if retry is None:
        return ""
    tries = [(attempt.seed, attempt.why) for attempt in retry.attempts]
    upcoming = retry.upcoming if sheet.drawing is not None else None
    if upcoming is not None:
        tries.append((upcoming.seed, upcoming.why))
    frames = [_attempt(sheet, seed, why, boxes=boxes) for seed, why in tries]
    if upcoming is not None:
        said = f"Retry {len(retry.attempts)} of at most {retry.limit} is being drawn."
    else:
        said = retry.outcome
        frames[retry.best] = replace(frames[retry.best], aside="kept")
    return (
        f'<section class="sl-attempts"><h3>Attempts</h3><p class="sl-status">{escape(said)}</p>'
        f"{frames_html(frames)}</section>"
    )


def chosen_split_html(sheet: InpaintState, result: Result, *, boxes: bool) -> str:
    """Return a result over the picture it was repainted from."""
    assert sheet.job is not None  # there is a result
    canvas, name = sheet.job.canvas, f"seed {result.seed}"
    after = result.overlay_url if boxes else result.url
    all_of_it = canvas.area == (0, 0, *canvas.full_size)
    framed = None if all_of_it else canvas.area
    return split_html(sheet.job.before, after, canvas.full_size, name, framed=framed)


def result_html(result: Result) -> str:
    """Return everything the check has to say about a result, and what its user says to it."""
    notes = correction_notes(result.report, result.counted, result.said)
    overruled = result.stamp if result.said is not None else None
    return verdict_html(f"Seed {result.seed}", result.report, notes=notes, overruled=overruled)


def correction_of(result: Result) -> Correction | None:
    """Return what a user may say to a verdict; None where it was not counted."""
    return correction_to(result.report, result.counted)


def _frame(sheet: InpaintState, seed: int, *, boxes: bool) -> Frame:
    result = sheet.results.get(seed)
    if result is None:
        drawing = seed == sheet.drawing
        if drawing and sheet.looking:
            return Frame(str(seed), url=sheet.looking, drawing=True, mark=("reading", "unknown"))
        return Frame(str(seed), drawing=drawing)
    url = result.overlay_url if boxes else result.url
    return Frame(str(seed), "", short_lines(result.report), url, str(seed), mark=_mark(result))


def _mark(result: Result) -> tuple[str, str]:
    word, tone = result.stamp
    return word, tone.value


def _attempt(sheet: InpaintState, seed: int, why: str, *, boxes: bool) -> Frame:
    frame = _frame(sheet, seed, boxes=boxes)
    return replace(frame, lines=(why, *frame.lines))
