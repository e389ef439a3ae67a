"""Filters by tag: what is not known is neither held against a seed nor taken for granted."""

from __future__ import annotations

import pytest

from seedloupe.errors import PickError
from seedloupe.picking import TagFilter, rows_passing

from ..seed_tables import make_table

NAN = float("nan")
TABLE = make_table({}, rates={"gray": [0.9, 0.5, 0.0, NAN], "sky": [1.0, 0.6, 0.6, 0.0]})


def test_everybody_passes_without_a_filter() -> None:
    rows, notes = rows_passing(TABLE, TagFilter())
    assert rows.tolist() == [0, 1, 2, 3]
    assert notes == ()


def test_avoided_tags_leave_out_who_has_them_and_keep_who_is_unknown() -> None:
    rows, notes = rows_passing(TABLE, TagFilter(avoid=("gray",)))
    assert rows.tolist() == [1, 2, 3]
    assert notes == (
        "left out as gray in over 50% of images: 1 seed",
        "kept though nobody measured gray: 1 seed",
    )


def test_wanted_tags_leave_out_who_lacks_them_and_who_is_unknown() -> None:
    rows, notes = rows_passing(TABLE, TagFilter(want=("gray",)))
    assert rows.tolist() == [0]
    assert notes == (
        "left out, not gray in over 50% of images: 2 seeds",
        "left out, nobody measured gray: 1 seed",
    )


def test_all_tags_have_to_hold() -> None:
    assert rows_passing(TABLE, TagFilter(want=("sky",), avoid=("gray",)))[0].tolist() == [1, 2]


@pytest.mark.parametrize(("above", "kept"), [(0.0, [2, 3]), (0.5, [1, 2, 3]), (0.9, [0, 1, 2, 3])])
def test_the_share_itself_does_not_count_as_more(above: float, kept: list[int]) -> None:
    """0.9 is stored in single precision, a little below 0.9."""
    assert rows_passing(TABLE, TagFilter(avoid=("gray",), above=above))[0].tolist() == kept


@pytest.mark.parametrize("above", [-0.1, 1.0, NAN])
def test_shares_nobody_could_be_above_are_refused(above: float) -> None:
    with pytest.raises(PickError, match=r"tags\.above: expected a share from 0 to below 1"):
        TagFilter(above=above)


def test_a_tag_is_wanted_or_avoided_not_both() -> None:
    with pytest.raises(PickError, match="tags: expected each tag wanted or avoided, got 'sky'"):
        TagFilter(want=("sky", "gray"), avoid=("sky",))


def test_unknown_tags_are_refused_with_those_there_are() -> None:
    with pytest.raises(PickError, match=r"tags\.want: expected some of gray, sky, got 'loud'"):
        rows_passing(TABLE, TagFilter(want=("loud",)))
    with pytest.raises(PickError, match=r"tags\.avoid: expected some of no tag"):
        rows_passing(make_table({"a": [1]}), TagFilter(avoid=("gray",)))


def test_a_tag_named_twice_counts_once_and_is_told_once() -> None:
    twice = TagFilter(want=("sky", "sky"), avoid=("gray", "gray"))
    rows, notes = rows_passing(TABLE, twice)
    once, told = rows_passing(TABLE, TagFilter(want=("sky",), avoid=("gray",)))
    assert rows.tolist() == once.tolist() == [1, 2]
    assert notes == told
