"""What a check has to say about one picture, as HTML and in short lines."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from html import escape

from .report import ArtifactFlag, ArtifactReport, Verdict

#: Most pieces of text named below a small picture.
_NAMED = 2


class StampTone(str, Enum):
    """How an outcome is coloured; the class is ``sl-`` and the value."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


_TONES = {
    Verdict.CLEAN: StampTone.GOOD,
    Verdict.FLAGGED: StampTone.BAD,
    Verdict.NOT_CHECKED: StampTone.UNKNOWN,
}


def stamp_of(report: ArtifactReport) -> tuple[str, StampTone]:
    """Return the outcome in two or three words, and its tone."""
    word = "text found" if report.verdict is Verdict.FLAGGED else report.label
    return word, _TONES[report.verdict]


def verdict_html(
    title: str,
    report: ArtifactReport,
    *,
    notes: Sequence[str] = (),
    overruled: tuple[str, StampTone] | None = None,
) -> str:
    """Return everything a check has to say about a picture.

    Args:
        title: what the picture is called.
        report: what was found.
        notes: whole sentences to stand below, or first where the check was overruled.
        overruled: what somebody says instead, in two or three words, and its tone.
    """
    word, tone = overruled or stamp_of(report)
    pieces = (
        *(_piece_html(flag, StampTone.BAD) for flag in report.flags),
        *(_piece_html(flag, StampTone.GOOD) for flag in report.excused),
    )
    found = f"<ul>{''.join(pieces)}</ul>" if pieces else f"<p>{escape(report.message)}</p>"
    said = "".join(f"<p>{escape(line)}</p>" for line in notes)
    lines = "".join(f"<p>{escape(line)}</p>" for line in _measured(report))
    if overruled:
        found = f"{said}<p>What the check said:</p>{found}"
    else:
        lines += said
    return (
        f'<div class="sl-verdict"><h3>{escape(title)} '
        f'<i class="sl-mark sl-{tone.value}">{escape(word)}</i></h3>{found}{lines}</div>'
    )


def short_lines(report: ArtifactReport) -> tuple[str, ...]:
    """Return what was read, as far as it fits below a small picture."""
    if report.verdict is Verdict.NOT_CHECKED:
        return (report.message,)
    if report.verdict is Verdict.CLEAN:
        return tuple(f"{flag.quoted}, excused" for flag in report.excused[:_NAMED])
    named = tuple(
        f"{flag.quoted}, {'repeats the prompt' if flag.echo else 'unasked'}"
        for flag in report.flags[:_NAMED]
    )
    more = len(report.flags) - _NAMED
    return (*named, f"and {more} more") if more > 0 else named


def _measured(report: ArtifactReport) -> tuple[str, ...]:
    """How much text covers, and who read it at which level."""
    share = (f"Text covers {report.new_text:.1%} of {report.part}.",) if report.flags else ()
    if report.verdict is Verdict.NOT_CHECKED:
        return share
    reader = f"{report.reader} {report.reader_version}".strip()
    return (*share, f"Read by {reader} at level {report.level.value}.")


def _piece_html(flag: ArtifactFlag, tone: StampTone) -> str:
    readable = bool(flag.region.text.strip())
    sure = f"<span>read with {flag.region.confidence:.0%} confidence</span>" if readable else ""
    words = f"<b>{escape(flag.quoted)}</b> {escape(flag.reason)}"
    return f'<li class="sl-{tone.value}">{words}{sure}</li>'
