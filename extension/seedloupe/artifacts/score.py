"""Flagging text that an inpainted picture should not contain.

After the inpainting study of Xu, Zhang and Shi (2024), "Good Seed Makes a Good Crop": a reader
looks for text, and the score is the share of the mask that text covers. What the source picture
shows already and what the prompt asks for is no fault; text that repeats the prompt is the typical
one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from ..errors import ReaderError
from .coverage import cover
from .known import was_there
from .levels import Level
from .prompt import find_echo, find_request
from .region import OcrReader, TextRegion
from .report import ArtifactFlag, ArtifactReport, Verdict
from .task import Task
from .view import View, around, whole

#: Most pieces of text quoted in a message.
_QUOTED = 3


def flag_text_artifacts(
    image: Tensor,
    mask: Tensor,
    reader: OcrReader,
    *,
    before: Tensor | None = None,
    prompt: str = "",
    level: Level = Level.NORMAL,
) -> ArtifactReport:
    """Flag text that stands on the repainted part of a picture.

    A mask that is 0 everywhere says that nothing was repainted: the report is clean, both shares
    are 0, and the reader is not asked.

    Args:
        image: ``(3, H, W)``, numbers in ``[0, 1]``: the final, composited picture.
        mask: ``(H, W)``, 1 where the picture was repainted, 0 elsewhere; soft edges count by their
            weight.
        reader: finds the text.
        before: the source picture, laid out as ``image``. Text it shows at the same place with
            about the same wording is excused.
        prompt: what the repaint was asked for. Text that repeats it is named an echo; a prompt that
            asks for text excuses all text.
        level: how suspicious to be.

    Raises:
        ShapeError: ``image``, ``mask`` or ``before`` is laid out differently.
        ImageError: ``image`` or ``before`` is not finite or not in ``[0, 1]``.
        MaskError: ``mask`` is not finite or not in ``[0, 1]``.
        ReaderError: ``reader`` failed; its own error is the cause.
    """
    task = Task.of(image, mask, before=before, prompt=prompt, level=level)
    return _inspect(task, reader)


def check_text_artifacts(
    image: Tensor,
    mask: Tensor,
    reader: OcrReader | None,
    *,
    before: Tensor | None = None,
    prompt: str = "",
    level: Level = Level.NORMAL,
) -> ArtifactReport:
    """Flag text as :func:`flag_text_artifacts` does, but never fail because of the reader.

    Without a reader, or with one that fails, the verdict is ``NOT_CHECKED`` and the message says
    why: the picture must not suffer from the check, nor pass for clean without it.

    Args:
        image: as there.
        mask: as there.
        reader: as there, or ``None`` where none is to be had.
        before: as there.
        prompt: as there.
        level: as there.

    Raises:
        ShapeError: ``image``, ``mask`` or ``before`` is laid out differently.
        ImageError: ``image`` or ``before`` is not finite or not in ``[0, 1]``.
        MaskError: ``mask`` is not finite or not in ``[0, 1]``.
    """
    task = Task.of(image, mask, before=before, prompt=prompt, level=level)
    if reader is None:
        return _not_checked(task, "", "there is no text reader to look with")
    try:
        return _inspect(task, reader)
    except ReaderError as error:
        return _not_checked(task, _name(reader), str(error))


@dataclass(frozen=True, eq=False)
class _Finding:
    """Text on the mask, with what speaks for it."""

    flag: ArtifactFlag
    area: float
    known: bool
    excused: bool


def _inspect(task: Task, reader: OcrReader) -> ArtifactReport:
    if not task.mask.any():
        message = "The mask is blank: nothing was repainted, so there is no text to look for."
        return _report(task, reader, (), message)
    view = _view(task, reader)
    found = [region for region in _read(reader, view, task.image) if _touches(task, region)]
    source = _read(reader, view, task.before) if found and task.before is not None else ()
    request = find_request(task.prompt)
    findings = [_judge(task, region, source, request) for region in found]
    findings.sort(key=lambda finding: -finding.area)
    return _report(task, reader, findings, _describe(findings))


def _view(task: Task, reader: OcrReader) -> View:
    limit: int | None = getattr(reader, "side_limit", None)
    return whole(task.extent) if limit is None else around(task.mask, limit)


def _read(reader: OcrReader, view: View, image: Tensor) -> tuple[TextRegion, ...]:
    """Ask the reader, and put what it finds where it lies in the whole picture."""
    try:
        return tuple(view.place(region) for region in reader.read(view.of(image)))
    except ReaderError:
        raise
    except Exception as error:
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        raise ReaderError(f"{_name(reader)} could not read the picture ({cause})") from error


def _touches(task: Task, region: TextRegion) -> bool:
    if not task.level.thresholds.count(region):
        return False
    return cover([region.quad], task.extent).weigh(task.mask) > 0


def _judge(
    task: Task, region: TextRegion, source: Sequence[TextRegion], request: str | None
) -> _Finding:
    """Decide whether a piece of text is held against the picture."""
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
    elif request is not None:
        excuse = f"the prompt asks for text ({request})"
    reason = excuse or (f"repeats the prompt ({echo})" if echo else "nobody asked for it")
    return _Finding(ArtifactFlag(region, coverage, echo, reason), area, known, bool(excuse))


def _report(
    task: Task, reader: OcrReader, findings: Sequence[_Finding], message: str
) -> ArtifactReport:
    flags = tuple(finding.flag for finding in findings if not finding.excused)
    return ArtifactReport(
        verdict=Verdict.FLAGGED if flags else Verdict.CLEAN,
        flags=flags,
        text_in_mask=_share(task, [finding.flag for finding in findings]),
        new_text=_share(task, [finding.flag for finding in findings if not finding.known]),
        prompt_echo=tuple(dict.fromkeys(flag.echo for flag in flags if flag.echo)),
        reader=_name(reader),
        message=message,
        excused=tuple(finding.flag for finding in findings if finding.excused),
        reader_version=str(getattr(reader, "version", "")),
        level=task.level,
        size=task.extent,
    )


def _not_checked(task: Task, reader: str, why: str) -> ArtifactReport:
    return ArtifactReport(
        verdict=Verdict.NOT_CHECKED,
        flags=(),
        text_in_mask=math.nan,
        new_text=math.nan,
        prompt_echo=(),
        reader=reader,
        message=f"Not checked for text: {why}.",
        level=task.level,
        size=task.extent,
    )


def _share(task: Task, flags: Sequence[ArtifactFlag]) -> float:
    """Share of the mask under the union of the flagged quads."""
    if not flags:
        return 0.0
    covered = cover([flag.region.quad for flag in flags], task.extent).weigh(task.mask)
    return min(1.0, covered / float(task.mask.sum()))


def _describe(findings: Sequence[_Finding]) -> str:
    flagged = [finding.flag for finding in findings if not finding.excused]
    if flagged:
        return f"Text in the repainted part: {_list(flagged)}."
    if findings:
        return f"No text artifact: {_list([finding.flag for finding in findings])}."
    return "No text in the repainted part."


def _list(flags: Sequence[ArtifactFlag]) -> str:
    named = [f"{_quote(flag.region)}, {flag.reason}" for flag in flags[:_QUOTED]]
    more = len(flags) - len(named)
    return "; ".join(named) + (f"; and {more} more" if more else "")


def _quote(region: TextRegion) -> str:
    text = " ".join(region.text.split())
    return f'"{text}"' if text else "letter shapes"


def _name(reader: OcrReader) -> str:
    return str(getattr(reader, "name", type(reader).__name__))
