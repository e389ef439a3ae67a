"""How suspicious the check is, as three levels with fixed numbers behind them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum

from .region import TextRegion


@dataclass(frozen=True)
class Thresholds:
    """What a region must reach to count as text, and to be flagged.

    Attributes:
        recognition: least confidence in what the text says.
        characters: least number of letters and digits in it.
        detection: least confidence that there is text at all, enough on its own for letter shapes
            nobody can read; ``None`` where only readable text counts.
        height: least height of the line in pixels.
        coverage: least share of the region that must be repainted for a flag.
    """

    recognition: float
    characters: int
    detection: float | None
    height: float
    coverage: float

    def readable(self, region: TextRegion) -> bool:
        """Tell whether the region says something."""
        characters = sum(character.isalnum() for character in region.text)
        return region.confidence >= self.recognition and characters >= self.characters

    def count(self, region: TextRegion) -> bool:
        """Tell whether the region counts as text."""
        if region.height < self.height:
            return False
        return self.readable(region) or self._looks_like_letters(region)

    def to_json(self) -> dict[str, object]:
        """Return the numbers as JSON types."""
        return asdict(self)

    def _looks_like_letters(self, region: TextRegion) -> bool:
        if self.detection is None or region.detection is None:
            return False
        return region.detection >= self.detection


class Level(str, Enum):
    """How suspicious the check is.

    ``LOW`` flags words anybody can read. ``NORMAL`` flags whatever reads as two letters or digits.
    ``HIGH`` also flags what reads as a single one, if only just, and clear letter shapes that read
    as nothing: diffusion models like to paint such letters, but a round window or a ball may then
    raise a false alarm, so look at the overlay.
    """

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"

    @property
    def thresholds(self) -> Thresholds:
        """The numbers behind the level."""
        if self is Level.LOW:
            return Thresholds(0.8, 3, None, height=8, coverage=0.7)
        if self is Level.NORMAL:
            return Thresholds(0.6, 2, None, height=6, coverage=0.5)
        return Thresholds(0.3, 1, 0.85, height=4, coverage=0.25)
