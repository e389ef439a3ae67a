"""Colours for things that are only told apart by number; number ``n`` always has the same one."""

from __future__ import annotations

import colorsys

#: Okabe and Ito's colours, which people who see fewer colours can tell apart, then four more.
_NAMED = (
    (0, 114, 178),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (213, 94, 0),
    (240, 228, 66),
    (128, 128, 128),
    (110, 60, 20),
    (150, 220, 150),
    (90, 50, 160),
    (250, 190, 190),
)
#: The golden ratio's share of a turn: each further hue falls into the widest gap so far.
_TURN = 0.618033988749895


def colour_of(number: int) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255, of number 0, 1, 2, ...; negative ones are black."""
    if number < 0:
        return 0, 0, 0
    if number < len(_NAMED):
        return _NAMED[number]
    hue = number * _TURN % 1
    red, green, blue = (round(255 * v) for v in colorsys.hsv_to_rgb(hue, 0.6, 0.85))
    return red, green, blue
