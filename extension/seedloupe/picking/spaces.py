"""Which feature spaces a table has, and which of them a choice is about."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import PickError
from ..tables import SeedTable

STYLE, COMPOSITION = "style", "composition"


def require_spaces(table: SeedTable, spaces: Sequence[str]) -> tuple[str, ...]:
    """Return the spaces asked for.

    Raises:
        PickError: none or one twice is asked for, or the table lacks one.
    """
    known = ", ".join(table.spaces()) or "no space; the table has none"
    if not spaces or len(set(spaces)) != len(spaces):
        raise PickError("spaces", expected=f"one or more of {known}, each once", got=f"{spaces}")
    for space in spaces:
        if space not in table.spaces():
            raise PickError("spaces", expected=f"some of {known}", got=repr(space))
    return tuple(spaces)


def usual_space(table: SeedTable) -> str:
    """Return the space difference is measured in where nobody chose one.

    Style is the paper's; tables made without a critic have another in its place.
    """
    return STYLE if STYLE in table.spaces() else (*table.spaces(), STYLE)[0]
