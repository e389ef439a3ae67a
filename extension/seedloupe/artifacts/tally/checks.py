"""One check that a tally counts, and what its user said to it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from torch import Tensor

from ...errors import InputError, TallyError
from ...images import to_pil
from ..levels import Level
from ..report import ArtifactReport


class Correction(str, Enum):
    """What a user says to a verdict."""

    FINE = "fine"
    """There is no text here, or none that does harm."""
    MISSED = "missed"
    """There is text here that was not flagged."""


@dataclass(frozen=True)
class Check:
    """The outcome of looking one picture over.

    Attributes:
        id: stands for this seed and these very pixels, so that a picture looked at twice counts
            once.
        seed: canonical for the tally's noise.
        level: the level its user had chosen.
        flagged_at: the levels at which the picture is flagged.
        text_in_mask: share of the mask covered by text, in ``[0, 1]``.
        new_text: the same without text of the source picture.
        reader: who looked, with the version.
    """

    id: str
    seed: int
    level: Level
    flagged_at: tuple[Level, ...]
    text_in_mask: float
    new_text: float
    reader: str

    def __post_init__(self) -> None:
        """Refuse what no check can have given."""
        for field in ("text_in_mask", "new_text"):
            share = getattr(self, field)
            if not (math.isfinite(share) and 0 <= share <= 1):
                raise TallyError(field, expected="a share from 0 to 1", got=f"{share}")
        if self.seed < 0:
            raise TallyError("seed", expected="0 or more", got=f"{self.seed}")

    @classmethod
    def of(cls, seed: int, image: Tensor, report: ArtifactReport) -> Check | None:
        """Return what a tally keeps of a report, or ``None`` where it says nothing of the seed.

        Args:
            seed: canonical for the tally's noise.
            image: ``(3, H, W)`` in ``[0, 1]``, the picture looked at.
            report: what was found.
        """
        if not report.informative:
            return None
        reader = f"{report.reader} {report.reader_version}".strip()
        return cls(
            check_id(seed, image),
            seed,
            report.level,
            report.flagged_at,
            report.text_in_mask,
            report.new_text,
            reader,
        )

    def flagged(self, level: Level, correction: Correction | None = None) -> bool:
        """Tell whether there is text in the picture: the user's word, or else the level's."""
        if correction is not None:
            return correction is Correction.MISSED
        return level in self.flagged_at

    def to_json(self) -> dict[str, object]:
        """Return the check as JSON types; seeds beyond 53 bits only survive as text."""
        return {
            "check": self.id,
            "seed": str(self.seed),
            "level": self.level.value,
            "flagged_at": [level.value for level in self.flagged_at],
            "text_in_mask": self.text_in_mask,
            "new_text": self.new_text,
            "reader": self.reader,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Check:
        """Build a check from parsed JSON.

        Raises:
            TallyError: something is missing or wrong.
        """
        try:
            levels = value["flagged_at"]
            assert isinstance(levels, list)
            return cls(
                str(value["check"]),
                int(str(value["seed"])),
                Level(value["level"]),
                tuple(Level(level) for level in levels),
                float(str(value["text_in_mask"])),
                float(str(value["new_text"])),
                str(value["reader"]),
            )
        except (KeyError, ValueError, AssertionError, InputError) as error:
            raise TallyError("check", expected="a tally's check", got=str(error)) from error


def check_id(seed: int, image: Tensor) -> str:
    """Return sixteen digits that stand for a seed and the 8-bit pixels of ``image``."""
    picture = to_pil(image)
    digest = hashlib.sha256(f"{seed} {picture.width} {picture.height} ".encode())
    digest.update(picture.tobytes())
    return digest.hexdigest()[:16]
