"""One picture's line in a report: small, and all of it text and numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ...metadata.generation_info import GenerationInfo
from ..levels import Level
from ..report import ArtifactFlag, ArtifactReport, Verdict
from .pictures import Picture, label

_LONGEST, _LONGEST_TEXT, _MOST_MARKS = 1000, 200, 60


@dataclass(frozen=True)
class Mark:
    """A piece of text in a picture.

    Attributes:
        quad: its corners ``x0, y0, ... x3, y3``, in pixels.
        text: what was read; empty for letter shapes.
        reason: why it is flagged, or why not.
        flagged: whether it is held against the picture.
    """

    quad: tuple[int, ...]
    text: str
    reason: str
    flagged: bool


@dataclass(frozen=True)
class Row:
    """What is reported of one picture.

    Attributes:
        file: its path as text.
        verdict: flagged, clean, or not checked.
        message: the outcome, or why there is none, in one line.
        problem: whether it could not be checked; not checking on purpose is none.
        text_in_mask: share of the mask covered by text, None where not checked.
        new_text: the same without text the source shows, None where not checked.
        echo: words of the prompt that flagged text repeats.
        marks: text that was found, the flagged first.
        reader: who read it, with the version.
        level: how suspicious the check was.
        size: the picture's width and height in pixels, or None.
        mask: the mask's path, or empty for the whole picture.
        before: the source's path, or empty.
        note: what else to know.
        seed: in decimal digits, or empty.
        alone: as in :class:`~seedloupe.artifacts.batch.GenerationInfo`, like all that follows.
        noise: as there.
        drawn: the size the noise was drawn for.
        prompt: what the check took as asked for, shortened.
        model: as there.
        model_sha: as there.
        sampler: as there.
        task: as there.
        fingerprint: of the files, empty where there are none.
    """

    file: str
    verdict: Verdict
    message: str
    problem: bool = False
    text_in_mask: float | None = None
    new_text: float | None = None
    echo: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    reader: str = ""
    level: Level = Level.NORMAL
    size: tuple[int, int] | None = None
    mask: str = ""
    before: str = ""
    note: str = ""
    seed: str = ""
    alone: bool = False
    noise: str = ""
    drawn: tuple[int, int] | None = None
    prompt: str = ""
    model: str = ""
    model_sha: str = ""
    sampler: str = ""
    task: str = ""
    fingerprint: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """What was read of the text that is flagged."""
        return tuple(mark.text for mark in self.marks if mark.flagged)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self) | {"verdict": self.verdict.value, "level": self.level.value}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Row:
        """Read a row that was written by :meth:`to_json`; entries nobody knows are left out.

        Raises:
            TypeError: an entry is missing, or is of another kind.
            ValueError: a verdict or a level is none.
            KeyError: an entry of a mark is missing.
        """
        known = {field.name: entry[field.name] for field in fields(cls) if field.name in entry}
        marks = tuple(
            Mark(
                tuple(int(side) for side in mark["quad"]),
                str(mark["text"]),
                str(mark["reason"]),
                bool(mark["flagged"]),
            )
            for mark in known.get("marks", ())
        )
        sides = {name: _sides(known.get(name)) for name in ("size", "drawn")}
        known |= {"verdict": Verdict(known["verdict"]), "level": Level(known["level"])}
        return cls(**{**known, **sides, "marks": marks, "echo": tuple(known.get("echo", ()))})


def row_of(
    picture: Picture, report: ArtifactReport, generation_info: GenerationInfo, prompt: str
) -> Row:
    """Return the row of a picture that was looked at."""
    marks = (*(_mark(flag, flagged=True) for flag in report.flags),
             *(_mark(flag, flagged=False) for flag in report.excused))  # fmt: skip
    return Row(
        label(picture.path),
        report.verdict,
        _short(report.message),
        text_in_mask=_number(report.text_in_mask),
        new_text=_number(report.new_text),
        echo=tuple(map(_short, report.prompt_echo[:_MOST_MARKS])),
        marks=marks[:_MOST_MARKS],
        reader=f"{report.reader} {report.reader_version}".strip(),
        level=report.level,
        size=None if report.size is None else (report.size.width, report.size.height),
        note=_note(picture, generation_info),
        fingerprint=picture.fingerprint,
        **_paths(picture),
        **_said(generation_info, prompt),
    )


def row_without(picture: Picture, why: str, generation_info: GenerationInfo, level: Level) -> Row:
    """Return the row of a picture that could not be looked at."""
    return Row(
        label(picture.path),
        Verdict.NOT_CHECKED,
        _short(" ".join(why.split()).removeprefix(f"{label(picture.path)}: ")),
        problem=True,
        level=level,
        **_paths(picture),
        **_said(generation_info, generation_info.prompt),
    )


def _mark(flag: ArtifactFlag, *, flagged: bool) -> Mark:
    corners = tuple(round(float(side)) for side in flag.region.quad.ravel())
    return Mark(corners, _short(flag.region.text, _LONGEST_TEXT), _short(flag.reason), flagged)


def _paths(picture: Picture) -> dict[str, Any]:
    paths = {"mask": picture.mask, "before": picture.before}
    return {name: "" if path is None else label(path) for name, path in paths.items()}


def _said(generation_info: GenerationInfo, prompt: str) -> dict[str, Any]:
    return {
        "seed": "" if generation_info.seed is None else str(generation_info.seed),
        "alone": generation_info.alone,
        "noise": generation_info.noise,
        "drawn": generation_info.size,
        "prompt": _short(prompt),
        "model": generation_info.model,
        "model_sha": generation_info.model_sha,
        "sampler": generation_info.sampler,
        "task": generation_info.task,
    }


def _note(picture: Picture, generation_info: GenerationInfo) -> str:
    notes = []
    if generation_info.problem:
        notes.append(f"What it says of itself could not be read: {generation_info.problem}")
    if generation_info.task == "inpaint" and picture.mask is None:
        notes.append("It was inpainted, and there is no mask: the whole picture was checked.")
    return _short(" ".join(notes))


def _sides(value: object) -> tuple[int, int] | None:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise TypeError(f"no size: {value!r}")
    return int(value[0]), int(value[1])


def _short(text: str, longest: int = _LONGEST) -> str:
    kept = text.encode("utf-8", "replace").decode()
    return kept if len(kept) <= longest else f"{kept[: longest - 1]}…"


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(f"{value:.6g}")
