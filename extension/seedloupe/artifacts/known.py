"""Telling text that was in the source already from text that came with the repaint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ..geometry import Extent
from .coverage import overlap
from .levels import Level, Thresholds
from .region import TextRegion
from .wording import plain_letters, string_likeness

#: Least share of the smaller region under the larger one that makes it the same place.
_SAME_PLACE = 0.5
#: Least likeness of the wording; readers misread the same sign differently twice.
_SAME_WORDS = 0.6
#: How many times as high the line of the same letter shapes may be.
_SAME_HEIGHT = 2.0


def was_there(
    region: TextRegion, source: Sequence[TextRegion], thresholds: Thresholds, extent: Extent
) -> bool:
    """Tell whether the source picture shows the same text at the same place.

    Readable text must also say about the same: where the repaint turned a sign's lettering into
    another word, the word is new. Of letter shapes nobody can read there is only the place to
    compare, so what stood there must have been letter shapes too, in lines about as high: a ball
    the reader stopped at is no lettering, and excuses none.

    Args:
        region: text in the repainted picture.
        source: everything the reader saw in the source picture.
        thresholds: what counts as readable.
        extent: the size of both pictures.
    """
    if thresholds.readable(region):
        alike = _same_words
    else:
        # A likeness excuses only where it would flag as well.
        least = replace(Level.HIGH.thresholds, likeness=thresholds.likeness)
        alike = partial(_both_letters, least)
    return any(
        alike(region, other) and overlap(region.quad, other.quad, extent) >= _SAME_PLACE
        for other in source
    )


def _both_letters(least: Thresholds, region: TextRegion, other: TextRegion) -> bool:
    """Whether the other counts as text where least is asked for, and its line is about as high."""
    heights = sorted((region.height, other.height))
    return least.count(other) and heights[1] <= _SAME_HEIGHT * heights[0]


def _same_words(region: TextRegion, other: TextRegion) -> bool:
    """Whether both say about the same, or one says much of the other (readers split lines).

    What the source is said to have shown must be words itself: readers take rings for letters, and
    a letter is in every other word.
    """
    if not Level.HIGH.thresholds.readable(other):
        return False
    new, old = plain_letters(region.text), plain_letters(other.text)
    if new in old:
        return bool(new)
    return (old in new and 2 * len(old) >= len(new)) or string_likeness(new, old) >= _SAME_WORDS
