"""Flagging text that an inpainted picture should not contain.

After the inpainting study of Xu, Zhang and Shi (2024), "Good Seed Makes a Good Crop": a reader
looks for text, and the score is the share of the mask that text covers. What the source picture
shows already and what the prompt asks for is no fault; text that repeats the prompt is the typical
one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

from torch import Tensor

from ..errors import ReaderError
from .asked_text import TextRequest, find_request
from .judging import describe_findings, judge_regions, share, touches
from .levels import Level
from .region import OcrReader, TextRegion
from .report import ArtifactReport, Verdict
from .task import CheckTask
from .view import View, around, whole_view


def flag_text_artifacts(
    image: Tensor,
    mask: Tensor | None,
    reader: OcrReader,
    *,
    before: Tensor | None = None,
    prompt: str = "",
    level: Level = Level.NORMAL,
    negative: str = "",
) -> ArtifactReport:
    """Flag text that stands on the repainted part of a picture.

    A mask that is 0 everywhere says that nothing was repainted: the report is clean, both shares
    are 0, and the reader is not asked.

    Args:
        image: ``(3, H, W)``, numbers in ``[0, 1]``: the final, composited picture.
        mask: ``(H, W)``, 1 where the picture was repainted, 0 elsewhere; soft edges count by their
            weight. ``None`` where nobody says: the whole picture is checked, and spoken of.
        reader: finds the text.
        before: the source picture, laid out as ``image``. Text it shows at the same place with
            about the same wording is excused.
        prompt: what the repaint was asked for. Text that repeats it is named an echo; words it
            spells out are excused, and any text where it asks for text without saying which.
        level: how suspicious to be.
        negative: the negative prompt; what it refuses is not asked for.

    Raises:
        ShapeError: ``image``, ``mask`` or ``before`` is laid out differently.
        ImageError: ``image`` or ``before`` is not finite or not in ``[0, 1]``.
        MaskError: ``mask`` is not finite or not in ``[0, 1]``.
        ReaderError: ``reader`` failed; its own error is the cause.
    """
    check = TextCheck(mask, reader, before=before, prompt=prompt, level=level, negative=negative)
    return check.flag(image)


def check_text_artifacts(
    image: Tensor,
    mask: Tensor | None,
    reader: OcrReader | None,
    *,
    before: Tensor | None = None,
    prompt: str = "",
    level: Level = Level.NORMAL,
    negative: str = "",
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
        negative: as there.

    Raises:
        ShapeError: ``image``, ``mask`` or ``before`` is laid out differently.
        ImageError: ``image`` or ``before`` is not finite or not in ``[0, 1]``.
        MaskError: ``mask`` is not finite or not in ``[0, 1]``.
    """
    check = TextCheck(mask, reader, before=before, prompt=prompt, level=level, negative=negative)
    return check.check(image)


@dataclass(frozen=True, eq=False)
class TextCheck:
    """One repaint to be looked over for text, as often as it is tried again.

    The source picture is read at most once, however many seeds repaint it.

    Attributes:
        mask: ``(H, W)``, as for :func:`flag_text_artifacts`.
        reader: finds the text; ``None`` where none is to be had.
        before: the source picture, ``(3, H, W)``, or ``None``.
        prompt: what the repaint was asked for.
        level: how suspicious to be.
        negative: the negative prompt; what it refuses is not asked for.
    """

    mask: Tensor | None
    reader: OcrReader | None
    before: Tensor | None = None
    prompt: str = ""
    level: Level = Level.NORMAL
    negative: str = ""

    def flag(self, image: Tensor) -> ArtifactReport:
        """Look one result over, as :func:`flag_text_artifacts` does.

        Raises:
            ShapeError: ``image`` or one of our pictures is laid out differently.
            ImageError: ``image`` or ``before`` is not finite or not in ``[0, 1]``.
            MaskError: ``mask`` is not finite or not in ``[0, 1]``.
            ReaderError: there is no reader, or it failed; its own error is the cause.
        """
        task = self._task(image)
        if self.reader is None:
            raise ReaderError("there is no text reader to look with")
        return self._inspect(task, self.reader)

    def check(self, image: Tensor) -> ArtifactReport:
        """Look one result over; without a working reader the verdict is ``NOT_CHECKED``.

        Raises:
            ShapeError: ``image`` or one of our pictures is laid out differently.
            ImageError: ``image`` or ``before`` is not finite or not in ``[0, 1]``.
            MaskError: ``mask`` is not finite or not in ``[0, 1]``.
        """
        task = self._task(image)
        if self.reader is None:
            return _not_checked(task, "", "there is no text reader to look with")
        try:
            return self._inspect(task, self.reader)
        except ReaderError as error:
            return _not_checked(task, _name(self.reader), str(error))

    def _task(self, image: Tensor) -> CheckTask:
        return CheckTask.of(
            image, self.mask, before=self.before, prompt=self.prompt, level=Level(self.level)
        )

    def _inspect(self, task: CheckTask, reader: OcrReader) -> ArtifactReport:
        _require_able(reader, task.level)
        request = find_request(self.prompt, self.negative)
        if not task.mask.any():
            message = "The mask is blank: nothing was repainted, so there is no text to look for."
            return replace(
                _report(task, reader, (), (), request), message=message, informative=False
            )
        seen = _read(reader, _view(task, reader), task.image)
        # Nothing in the source can excuse what is not there, and reading takes its time.
        suspicious = any(
            touches(replace(task, level=level), region) for level in Level for region in seen
        )
        source = self._source if suspicious else ()
        return _report(task, reader, seen, source, request)

    @cached_property
    def _source(self) -> tuple[TextRegion, ...]:
        """Everything the reader sees in the source picture."""
        if self.before is None or self.reader is None:
            return ()
        task = self._task(self.before)
        return _read(self.reader, _view(task, self.reader), task.image)


def _require_able(reader: OcrReader, level: Level) -> None:
    """Refuse a reader that could not see what the level asks for: its silence would mean nothing.

    Raises:
        ReaderError: the level counts only text that reads as something, and the reader cannot read.
    """
    if not getattr(reader, "reads", True) and level.thresholds.shapes is None:
        others = " or ".join(other.value for other in Level if other.thresholds.shapes)
        raise ReaderError(
            f"{_name(reader)} sees letter shapes but cannot read, and level {level.value} counts "
            f"only what can be read; choose {others}, or another reader"
        )


def _view(task: CheckTask, reader: OcrReader) -> View:
    limit: int | None = getattr(reader, "side_limit", None)
    return whole_view(task.extent) if limit is None else around(task.mask, limit)


def _read(reader: OcrReader, view: View, image: Tensor) -> tuple[TextRegion, ...]:
    """Ask the reader, and put what it finds where it lies in the whole picture."""
    try:
        return tuple(view.place(region) for region in reader.read(view.of(image)))
    except ReaderError:
        raise
    except Exception as error:
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        raise ReaderError(f"{_name(reader)} could not read the picture ({cause})") from error


def _report(
    task: CheckTask,
    reader: OcrReader,
    seen: tuple[TextRegion, ...],
    source: tuple[TextRegion, ...],
    request: TextRequest,
) -> ArtifactReport:
    judged = {
        level: judge_regions(replace(task, level=level), seen, source, request) for level in Level
    }
    findings = judged[task.level]
    flags = tuple(finding.flag for finding in findings if not finding.excused)
    return ArtifactReport(
        verdict=Verdict.FLAGGED if flags else Verdict.CLEAN,
        flags=flags,
        text_in_mask=share(task, findings),
        new_text=share(task, [finding for finding in findings if not finding.known]),
        prompt_echo=tuple(dict.fromkeys(flag.echo for flag in flags if flag.echo)),
        reader=_name(reader),
        message=describe_findings(task, findings),
        excused=tuple(finding.flag for finding in findings if finding.excused),
        reader_version=str(getattr(reader, "version", "")),
        level=task.level,
        size=task.extent,
        flagged_at=tuple(
            level
            for level, found in judged.items()
            if any(not finding.excused for finding in found)
        ),
        informative=not request.open,
        whole_picture=task.whole,
    )


def _not_checked(task: CheckTask, reader: str, why: str) -> ArtifactReport:
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
        informative=False,
        whole_picture=task.whole,
    )


def _name(reader: OcrReader) -> str:
    return str(getattr(reader, "name", type(reader).__name__))
