"""Which spaces a table has."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.errors import PickError
from seedloupe.picking.spaces import require_spaces, usual_space
from seedloupe.tables import SeedTable

from ..seed_tables import make_table

POINTS = np.ones((2, 4))


def having(*spaces: str) -> SeedTable:
    return make_table({"a": [1, 2]}, features=dict.fromkeys(spaces, POINTS))


def test_spaces_come_in_the_order_asked_for() -> None:
    table = having("composition", "style")
    assert require_spaces(table, ["style", "composition"]) == ("style", "composition")


@pytest.mark.parametrize("spaces", [(), ("style", "style"), ("smell",), ("style", "smell")])
def test_none_twice_or_unknown_is_refused_with_what_there_is(spaces: tuple[str, ...]) -> None:
    with pytest.raises(PickError, match=r"spaces: expected .* of composition, style"):
        require_spaces(having("composition", "style"), spaces)


def test_a_table_without_spaces_says_so() -> None:
    with pytest.raises(PickError, match="the table has none"):
        require_spaces(having(), ["style"])


def test_style_is_usual_and_else_what_there_is() -> None:
    assert usual_space(having("colour", "style")) == "style"
    assert usual_space(having("colour", "look")) == "colour"
    assert usual_space(having()) == "style"
