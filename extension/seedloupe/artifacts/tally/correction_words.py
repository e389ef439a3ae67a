"""What a user can say to a verdict, and what is said about it then."""

from __future__ import annotations

from ..report import ArtifactReport, Verdict
from .checks import Correction
from .result_log import Counted

#: What a correction says instead of the verdict.
CORRECTION_LABELS = {Correction.FINE: "fine, you say", Correction.MISSED: "text, you say"}
_REPLIES = {
    Correction.FINE: "You said that this picture is fine; it counts as one without text.",
    Correction.MISSED: "You said that text was missed; it counts as a picture with text.",
}
_NOT_THE_SEED = "Not counted: where the prompt asks for text, or may, it says nothing of the seed."


def correction_to(report: ArtifactReport, counted: Counted) -> Correction | None:
    """Return what a user may say to a verdict; ``None`` where it was not counted."""
    if not counted.check:
        return None
    return Correction.FINE if report.verdict is Verdict.FLAGGED else Correction.MISSED


def correction_notes(
    report: ArtifactReport, counted: Counted, said: Correction | None
) -> tuple[str, ...]:
    """Say what became of a check: counted, corrected, or not counted and why.

    Args:
        report: what was found.
        counted: what became of it.
        said: what its user says to it.
    """
    if counted.problem:
        return (f"Not counted. {counted.problem}",)
    if said is not None:
        return (_REPLIES[said],)
    if report.verdict is not Verdict.NOT_CHECKED and not report.informative:
        return (_NOT_THE_SEED,)
    return ()
