from __future__ import annotations

import pytest

from seedloupe.errors import SeedError
from seedloupe.picking.explicit_seeds import pick_given

from ..seed_tables import make_table


def test_seeds_come_as_given_each_once_with_what_the_table_knows() -> None:
    table = make_table({"loss": [0.5, 0.25]}, seeds=[5, 9])
    found = pick_given(table, [9, 5, 9, 7], notes=["mined elsewhere"])
    assert found.seeds == (9, 5, 7)
    assert [dict(pick.scores) for pick in found.picks] == [{"loss": 0.25}, {"loss": 0.5}, {}]
    assert [pick.note for pick in found.picks] == ["", "", "not in the table"]
    assert found.notes == ("mined elsewhere",)


def test_without_a_table_seeds_are_just_seeds() -> None:
    assert pick_given(None, [2**63]).picks[0].scores == {}


def test_what_names_no_noise_is_refused() -> None:
    with pytest.raises(SeedError):
        pick_given(make_table({"loss": [0.5]}), [-1])
