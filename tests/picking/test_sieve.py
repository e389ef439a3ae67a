"""What a map keeps bright."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.errors import PickError
from seedloupe.picking import TagFilter
from seedloupe.picking.sieve import sift

from ..seed_tables import make_table

NAN = float("nan")


def test_without_a_wish_everybody_stays_also_in_tables_without_scores() -> None:
    assert sift(make_table({"a": [NAN, 1]})).kept.tolist() == [True, True]
    assert sift(make_table({}, rates={"gray": [0, 1]})).kept.tolist() == [True, True]


def test_the_better_share_stays_rounded_up_with_who_ties_with_the_last() -> None:
    table = make_table({"a": [1, 5, 3, 3, 2]})
    assert sift(table, share=0.2).kept.tolist() == [False, True, False, False, False]
    assert sift(table, share=0.21).kept.tolist() == [False, True, True, True, False]


def test_one_score_or_the_mean_rank_over_all_decides() -> None:
    table = make_table({"a": [1, 2, 3], "loss": [1, 2, 9]}, lower_is_better=["loss"])
    assert sift(table, metric="loss", share=0.3).kept.tolist() == [True, False, False]
    assert sift(table, metric="a", share=0.3).kept.tolist() == [False, False, True]
    assert sift(table, share=0.3).kept.tolist() == [True, True, True]  # mean ranks all 2


def test_who_was_not_measured_is_faded_and_counted() -> None:
    found = sift(make_table({"a": [1, NAN, 3]}), share=0.5)
    assert found.kept.tolist() == [False, False, True]
    assert found.notes == ("not measured and faded: 1 seed",)


def test_where_nobody_was_measured_nobody_stays() -> None:
    assert not sift(make_table({"a": [NAN, NAN]}), share=0.5).kept.any()


def test_tags_and_scores_hold_together_and_shares_are_of_all_seeds() -> None:
    table = make_table({"a": [4, 3, 2, 1]}, rates={"gray": [1, 0, 0, 0]})
    found = sift(table, tags=TagFilter(avoid=("gray",)), share=0.5)
    assert found.kept.tolist() == [False, True, False, False]
    assert np.count_nonzero(sift(table, tags=TagFilter(avoid=("gray",))).kept) == 3


@pytest.mark.parametrize("share", [0, -1, 1.01, NAN])
def test_shares_that_are_none_are_refused(share: float) -> None:
    with pytest.raises(PickError, match="share: expected a share above 0, at most 1"):
        sift(make_table({"a": [1]}), share=share)


def test_unknown_scores_and_tags_are_refused() -> None:
    table = make_table({"a": [1, 2]})
    with pytest.raises(PickError, match="metrics: expected some of a, got 'b'"):
        sift(table, metric="b", share=0.5)
    with pytest.raises(PickError, match=r"tags\.avoid"):
        sift(table, tags=TagFilter(avoid=("gray",)))
