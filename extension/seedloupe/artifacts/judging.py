"""Deciding which text on the repainted part is held against a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .asked_text import TextRequest
from .coverage import cover
from .known import was_there
from .prompt import find_echo
from .region import TextRegion
from .report import ArtifactFlag, part_words
from .task import CheckTask

#: Most pieces of text quoted in a message.
_QUOTED = 3


@dataclass(frozen=True, eq=False)
class Finding:
    """Text on the mask, with what speaks for it.

    Attributes:
        flag: the text and the reason why it is flagged or excused.
        area: how much of it lies on the mask, in square pixels.
        known: whether the source picture shows it already.
        excused: whether it is not held against the picture.
    """

    flag: ArtifactFlag
    area: float
    known: bool
    excused: bool


def judge_regions(
    task: CheckTask, seen: Sequence[TextRegion], source: Sequence[TextRegion], request: TextRequest
) -> tuple[Finding, ...]:
    """Judge everything on the mask that counts as text at the task's level, the largest first.

    Args:
        task: the picture, its mask and what is known of them.
        seen: everything a reader saw in the picture.
        source: everything it saw in the source picture.
        request: what the prompt asks of text in the picture.
    """
    found = (region for region in seen if touches(task, region))
    findings = [_judge(task, region, source, request) for region in found]
    return tuple(sorted(findings, key=lambda finding: -finding.area))


def touches(task: CheckTask, region: TextRegion) -> bool:
    """Tell whether a region counts as text and reaches onto the mask."""
    if not task.level.thresholds.count(region):
        return False
    return cover([region.quad], task.extent).weigh(task.mask) > 0


def share(task: CheckTask, findings: Sequence[Finding]) -> float:
    """Return which share of the mask lies under the union of the findings' quads."""
    if not findings:
        return 0.0
    quads = [finding.flag.region.quad for finding in findings]
    return min(1.0, cover(quads, task.extent).weigh(task.mask) / float(task.mask.sum()))


def describe_findings(task: CheckTask, findings: Sequence[Finding]) -> str:
    """Say what was found in one line."""
    part = part_words(whole=task.whole)
    flagged = [finding.flag for finding in findings if not finding.excused]
    if flagged:
        return f"Text in {part}: {_list(flagged)}."
    if findings:
        return f"No text artifact found: {_list([finding.flag for finding in findings])}."
    return f"No text found in {part}."


def _judge(
    task: CheckTask, region: TextRegion, source: Sequence[TextRegion], request: TextRequest
) -> Finding:
    thresholds = task.level.thresholds
    patch = cover([region.quad], task.extent)
    area = patch.weigh(task.mask)
    coverage = min(1.0, area / patch.area)
    echo = find_echo(region.text, task.prompt)
    known = was_there(region, source, thresholds, task.extent)
    excuse = ""
    if known:
        excuse = "the source picture shows it already"
    elif coverage < thresholds.coverage:
        excuse = "most of it lies outside the repainted part"
    elif request.excuses(region.text):
        excuse = f"the prompt asks for text ({request.asked_by})"
    reason = excuse or _complaint(echo, request.doubts(region.text))
    return Finding(ArtifactFlag(region, coverage, echo, reason), area, known, bool(excuse))


def _complaint(echo: str | None, doubt: str) -> str:
    """Say what is wrong with text, and why it may be wanted all the same."""
    wrong = f"repeats the prompt ({echo})" if echo else "nobody asked for it"
    return f"{wrong}; it may be wanted: {doubt}" if doubt else wrong


def _list(flags: Sequence[ArtifactFlag]) -> str:
    named = [f"{flag.quoted}, {flag.reason}" for flag in flags[:_QUOTED]]
    more = len(flags) - len(named)
    return "; ".join(named) + (f"; and {more} more" if more else "")
