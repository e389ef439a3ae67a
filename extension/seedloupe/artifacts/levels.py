"""How suspicious the check is, as three levels with fixed numbers behind them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum

from .region import TextRegion


@dataclass(frozen=True)
class Shapes:
    """What letter shapes must be like to count as text although nobody can read them.

    Attributes:
        detection: least confidence that there is text at all.
        aspect: least length of the line over its height. Balls, moons and single windows are about
            as long as they are high, whatever the detector makes of them; a row of letters is not.
        height: least height of the line in pixels.
        likeness: least likeness to a row of letters, of readers that say it.
    """

    detection: float
    aspect: float
    height: float
    likeness: float = 0.0

    def fit(self, region: TextRegion) -> bool:
        """Tell whether the region looks like a row of letters; never where that was not scored."""
        return (
            region.detection is not None
            and region.detection >= self.detection
            and region.height >= self.height
            and region.length >= self.aspect * region.height
            and (region.likeness is None or region.likeness >= self.likeness)
        )


@dataclass(frozen=True)
class Thresholds:
    """What a region must reach to count as text, and to be flagged.

    Diffusion models paint letters that are none, so either way in is enough: that the region reads
    as something, or that it looks like a row of letters. A reader that gives no detection score is
    judged by what it reads alone, one that reads nothing by its detection score alone.

    Attributes:
        recognition: least confidence in what the text says.
        characters: least number of letters and digits in it, which must not all be the same:
            readers take two windows for "II" and rings for "000".
        shapes: letter shapes that count unread; ``None`` where only readable text counts.
        likeness: least likeness to a row of letters that counts unread as well; ``None`` where it
            does not count.
        height: least height of the line in pixels.
        coverage: least share of the region that must be repainted for a flag.
    """

    recognition: float
    characters: int
    shapes: Shapes | None
    height: float
    coverage: float
    likeness: float | None = None

    def readable(self, region: TextRegion) -> bool:
        """Tell whether the region says something."""
        characters = [character for character in region.text.casefold() if character.isalnum()]
        enough = len(characters) >= self.characters and len(set(characters)) >= min(
            2, self.characters
        )
        return region.confidence >= self.recognition and enough

    def count(self, region: TextRegion) -> bool:
        """Tell whether the region counts as text."""
        if region.height < self.height:
            return False
        shaped = self.shapes is not None and self.shapes.fit(region)
        return self.readable(region) or shaped or self._alike(region)

    def _alike(self, region: TextRegion) -> bool:
        asked, told = self.likeness, region.likeness
        return asked is not None and told is not None and told >= asked

    def to_json(self) -> dict[str, object]:
        """Return the numbers as JSON types."""
        return asdict(self)


class Level(str, Enum):
    """How suspicious the check is.

    ``LOW`` flags words anybody can read, three letters or digits at least. ``NORMAL`` flags what
    reads as two, and rows of letter shapes that read as nothing: diffusion models like to paint
    such letters. ``HIGH`` also flags fainter, shorter and smaller rows, rows that only look like
    letters by their shape, and text of which most lies outside the mask; windows and posts in a row
    may then raise a false alarm, so look at the overlay. A letter by itself is flagged at no level,
    to a reader every ball is an O, and one letter over and over is not words either.
    """

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"

    @property
    def thresholds(self) -> Thresholds:
        """The numbers behind the level, chosen as docs/text-quality.md tells."""
        if self is Level.LOW:
            return Thresholds(0.8, 3, None, height=8, coverage=0.7)
        if self is Level.NORMAL:
            return Thresholds(0.6, 2, Shapes(0.6, 2.5, 10, 0.3), height=6, coverage=0.5)
        return Thresholds(0.4, 2, Shapes(0.5, 2, 6, 0.3), height=4, coverage=0.25, likeness=0.5)
