"""What repainted pictures look like on the page: frames, attempts, and one seen closely."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from ....artifacts import ArtifactFlag, Correction, Verdict
from ....artifacts.before_after_html import split_html
from .html import Frame, frames_html
from .inpaint_state import MARKS, InpaintState, Result
from .retry_session import ending_words

_SAID = {
    Correction.FINE: ("fine, you say", "good"),
    Correction.MISSED: ("text, you say", "bad"),
}
_REPLIES = {
    Correction.FINE: "You said that this picture is fine; it counts as one without text.",
    Correction.MISSED: "You said that text was missed; it counts as a picture with text.",
}
#: Most pieces of text named below a small picture.
_NAMED = 2


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
        said = ending_words(retry)
        frames[retry.best] = replace(frames[retry.best], aside="kept")
    return (
        f'<section class="sl-attempts"><h3>Attempts</h3><p class="sl-status">{escape(said)}</p>'
        f"{frames_html(frames)}</section>"
    )


def chosen_split_html(sheet: InpaintState, result: Result, *, boxes: bool) -> str:
    """Return a result over the picture it was repainted from."""
    assert sheet.job is not None  # there is a result
    height, width = sheet.job.check.mask.shape
    after = result.overlay_url if boxes else result.url
    return split_html(sheet.job.before, after, (width, height), f"seed {result.seed}")


def verdict_html(result: Result) -> str:
    """Return everything the check has to say about a result, and what its user says to it."""
    report = result.report
    word, tone = MARKS[report.verdict]
    pieces = (
        *(_piece_html(flag, "sl-bad") for flag in report.flags),
        *(_piece_html(flag, "sl-good") for flag in report.excused),
    )
    found = f"<ul>{''.join(pieces)}</ul>" if pieces else ""
    share = (
        f"<p>Text covers {report.new_text:.1%} of the repainted part.</p>" if report.flags else ""
    )
    plain = "" if pieces else f"<p>{escape(report.message)}</p>"
    checked = report.verdict is not Verdict.NOT_CHECKED
    reader = f"{report.reader} {report.reader_version}".strip()
    by = f"<p>Read by {escape(reader)} at level {report.level.value}.</p>" if checked else ""
    replies = "".join(f"<p>{escape(line)}</p>" for line in _after_words(result))
    return (
        f'<div class="sl-verdict"><h3>Seed {result.seed} '
        f'<i class="sl-mark sl-{tone}">{escape(word)}</i></h3>{plain}'
        f"{found}{share}{by}{replies}</div>"
    )


def correction_of(result: Result) -> Correction | None:
    """Return what a user may say to a verdict; None where it was not counted."""
    if not result.counted.check:
        return None
    flagged = result.report.verdict is Verdict.FLAGGED
    return Correction.FINE if flagged else Correction.MISSED


def _frame(sheet: InpaintState, seed: int, *, boxes: bool) -> Frame:
    result = sheet.results.get(seed)
    if result is None:
        drawing = seed == sheet.drawing
        if drawing and sheet.looking:
            return Frame(str(seed), url=sheet.looking, drawing=True, mark=("reading", "unknown"))
        return Frame(str(seed), drawing=drawing)
    url = result.overlay_url if boxes else result.url
    mark = _SAID[result.said] if result.said else MARKS[result.report.verdict]
    return Frame(str(seed), "", _short_words(result), url, str(seed), mark=mark)


def _attempt(sheet: InpaintState, seed: int, why: str, *, boxes: bool) -> Frame:
    frame = _frame(sheet, seed, boxes=boxes)
    return replace(frame, lines=(why, *frame.lines))


def _short_words(result: Result) -> tuple[str, ...]:
    """What was read, as far as it fits below a small picture."""
    report = result.report
    if report.verdict is Verdict.NOT_CHECKED:
        return (report.message,)
    if report.verdict is Verdict.CLEAN:
        return tuple(f"{_quoted(flag)}, excused" for flag in report.excused[:_NAMED])
    named = tuple(
        f"{_quoted(flag)}, {'repeats the prompt' if flag.echo else 'unasked'}"
        for flag in report.flags[:_NAMED]
    )
    more = len(report.flags) - _NAMED
    return (*named, f"and {more} more") if more > 0 else named


def _after_words(result: Result) -> tuple[str, ...]:
    if result.counted.problem:
        return (f"Not counted. {result.counted.problem}",)
    if result.said is not None:
        return (_REPLIES[result.said],)
    if result.report.verdict is not Verdict.NOT_CHECKED and not result.report.telling:
        return (
            "Not counted: where the prompt asks for text, or may, it says nothing of the seed.",
        )
    return ()


def _piece_html(flag: ArtifactFlag, tone: str) -> str:
    sure = f"read with {flag.region.confidence:.0%} confidence" if flag.region.text.strip() else ""
    aside = f"<span>{sure}</span>" if sure else ""
    return f'<li class="{tone}"><b>{escape(_quoted(flag))}</b> {escape(flag.reason)}{aside}</li>'


def _quoted(flag: ArtifactFlag) -> str:
    text = " ".join(flag.region.text.split())
    return f'"{text}"' if text else "letter shapes"
