"""Telling text that was in the source already from text that came with the repaint."""

from __future__ import annotations

from collections.abc import Sequence

from ..geometry import Extent
from .coverage import overlap
from .levels import Thresholds
from .region import TextRegion
from .wording import likeness, plain

#: Least share of the smaller region under the larger one that makes it the same place.
_SAME_PLACE = 0.5
#: Least likeness of the wording; readers misread the same sign differently twice.
_SAME_WORDS = 0.6


def was_there(
    region: TextRegion, source: Sequence[TextRegion], thresholds: Thresholds, extent: Extent
) -> bool:
    """Tell whether the source picture shows the same text at the same place.

    Readable text must also say about the same: where the repaint turned a sign's lettering into
    another word, the word is new. Of letter shapes nobody can read, the place is all there is to
    compare.

    Args:
        region: text in the repainted picture.
        source: everything the reader saw in the source picture.
        thresholds: what counts as readable.
        extent: the size of both pictures.
    """
    readable = thresholds.readable(region)
    return any(
        (not readable or _same_words(region.text, other.text))
        and overlap(region.quad, other.quad, extent) >= _SAME_PLACE
        for other in source
    )


def _same_words(first: str, second: str) -> bool:
    """Whether both say the same, or one says a part of the other (readers split lines)."""
    first, second = plain(first), plain(second)
    shorter, longer = sorted((first, second), key=len)
    return bool(shorter) and (shorter in longer or likeness(first, second) >= _SAME_WORDS)
