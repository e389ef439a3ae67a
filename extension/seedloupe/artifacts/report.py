"""What the check for text artifacts found, in numbers and in plain words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from ..geometry import Extent
from .levels import Level
from .region import TextRegion


class Verdict(str, Enum):
    """The outcome; ``NOT_CHECKED`` means nobody could look, which is not ``CLEAN``.

    The values are what reports keep; :attr:`label` and :attr:`ArtifactReport.label` are for people.
    """

    CLEAN = "clean"
    FLAGGED = "flagged"
    NOT_CHECKED = "not_checked"

    @property
    def label(self) -> str:
        """What pictures of this outcome are called, in counts of many.

        None is called clean: no level finds all letters without meaning, so all that is known of
        such a picture is that nothing was held against it.
        """
        return "not flagged" if self is Verdict.CLEAN else self.value.replace("_", " ")


@dataclass(frozen=True, eq=False)
class ArtifactFlag:
    """One piece of text in the repainted part, with the evidence.

    Attributes:
        region: the text and where it stands, in pixels of the whole picture.
        coverage: share of the region (of what the picture shows of it) inside the mask.
        echo: words of the prompt it repeats, or ``None``.
        reason: why it is flagged, or why not, in plain words.
    """

    region: TextRegion
    coverage: float
    echo: str | None
    reason: str

    def to_json(self) -> dict[str, object]:
        """Return the finding as JSON types."""
        return {
            **self.region.to_json(),
            "coverage": self.coverage,
            "echo": self.echo,
            "reason": self.reason,
        }

    @property
    def quoted(self) -> str:
        """What it says, in quotes and on one line, or that nobody can read it."""
        text = " ".join(self.region.text.split())
        return f'"{text}"' if text else "letter shapes"


@dataclass(frozen=True, eq=False)
class ArtifactReport:
    """Everything the check has to say about one picture.

    Attributes:
        verdict: flagged, clean, or not checked.
        flags: text that should not be there, the largest first.
        text_in_mask: share of the mask covered by text, overlaps counted once; the number Xu, Zhang
            and Shi (2024, "Good Seed Makes a Good Crop", inpainting) average per seed. NaN when not
            checked.
        new_text: the same without text the source picture shows already. NaN when not checked.
        prompt_echo: the prompt's words that flagged text repeats, each once.
        reader: name of the reader, empty if there was none.
        message: the outcome in plain words, one line.
        excused: text in the mask that is not held against the picture, with the reason.
        reader_version: as the reader gives it, or empty.
        level: how suspicious the check was.
        size: the picture's size.
        flagged_at: the levels at which this picture is flagged.
        informative: whether the outcome says something of the seed: a reader looked at a repainted
            part, and the prompt neither asked for text nor may have.
        whole_picture: whether no mask was given, so that all of the picture was checked.
    """

    verdict: Verdict
    flags: tuple[ArtifactFlag, ...]
    text_in_mask: float
    new_text: float
    prompt_echo: tuple[str, ...]
    reader: str
    message: str
    excused: tuple[ArtifactFlag, ...] = ()
    reader_version: str = ""
    level: Level = Level.NORMAL
    size: Extent | None = None
    flagged_at: tuple[Level, ...] = ()
    informative: bool = True
    whole_picture: bool = False

    @property
    def label(self) -> str:
        """The outcome in two or three words, for people."""
        if self.verdict is Verdict.CLEAN:
            return "text excused" if self.excused else "no text found"
        return self.verdict.label

    @property
    def part(self) -> str:
        """What was checked: ``the picture`` or ``the repainted part`` of it."""
        return part_words(whole=self.whole_picture)

    def to_json(self) -> dict[str, object]:
        """Return the report as JSON types, with the thresholds used; NaN becomes ``None``."""
        return {
            "verdict": self.verdict.value,
            "message": self.message,
            "flags": [flag.to_json() for flag in self.flags],
            "excused": [flag.to_json() for flag in self.excused],
            "text_in_mask": _number(self.text_in_mask),
            "new_text": _number(self.new_text),
            "prompt_echo": list(self.prompt_echo),
            "reader": self.reader,
            "reader_version": self.reader_version,
            "level": self.level.value,
            "thresholds": self.level.thresholds.to_json(),
            "size": list(self.size) if self.size else None,
            "flagged_at": [level.value for level in self.flagged_at],
            "telling": self.informative,
        }


def part_words(*, whole: bool) -> str:
    """Say what is checked: the whole picture where there is no mask."""
    return "the picture" if whole else "the repainted part"


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
