"""The cleanest seeds: few pictures prove little."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from seedloupe.errors import PickError
from seedloupe.picking import CleanPicker, TagFilter, pick_clean
from seedloupe.tables import SeedTable

from ..seed_tables import make_table, random_states

NAN = float("nan")


def counted(
    hits: list[int], pictures: list[int], scores: list[float] | None = None, **more: object
) -> SeedTable:
    rates = [hit / number if number else NAN for hit, number in zip(hits, pictures, strict=True)]
    return make_table(
        {} if scores is None else {"a": scores},
        rates={"text": rates},
        counts={"rate.text": pictures},
        **more,  # type: ignore[arg-type]
    )


def test_nothing_in_many_pictures_beats_nothing_in_few() -> None:
    picking = pick_clean(counted([0, 0, 1, 9], [4, 40, 100, 10]), 4)
    # 1 of 100 is at most 5.4 %, 0 of 40 at most 8.8 %, and 0 of 4 may still be half.
    assert picking.seeds == (2, 1, 0, 3)
    assert [pick.rank for pick in picking.picks] == [1, 2, 3, 4]
    assert picking.picks[1].note == "0 of 40 pictures"
    assert picking.pool == 4


def test_bounds_come_with_the_seed() -> None:
    best = pick_clean(counted([2, 9], [16, 10]), 1).picks[0]
    # Wilson's interval for 2 of 16, from an independent table.
    assert best.interval == pytest.approx((0.03497, 0.36022), abs=1e-4)
    assert best.scores["text"] == pytest.approx(0.125)
    assert best.scores["text.upper"] == pytest.approx(0.36022, abs=1e-4)


def test_equally_clean_seeds_come_by_score_then_by_number() -> None:
    table = counted([0, 0, 0, 0, 5], [8] * 5, [1, 3, 2, 3, 9])
    picking = pick_clean(table, 3)
    assert picking.seeds == (1, 3, 2)
    assert "equally clean: 4 seeds, whose order is by mean rank" in picking.notes
    assert picking.rule.endswith("of the share of pictures with text, equals by mean rank")
    assert not any("equally" in note for note in pick_clean(table, 4).notes)


def test_a_score_that_tells_nothing_has_no_say_among_equals() -> None:
    dice = np.random.default_rng(6)
    good, noise = 3 * dice.normal(size=(2, 60))
    table = make_table(
        {"noise": noise, "good": good},
        rates={"text": [0.0] * 60},
        counts={"rate.text": [8] * 60},
        extra={"score.noise.se": [3.0] * 60, "score.good.se": [1.0] * 60},
    )
    picking = pick_clean(table, 60)
    assert list(picking.seeds) == np.argsort(-good).tolist()
    assert picking.rule.endswith("equals by what can at least be expected by good")
    assert picking.interval_of == "the share of a seed's pictures with text"


def test_equals_of_a_table_without_scores_come_by_number_and_that_is_said() -> None:
    picking = pick_clean(counted([0, 0, 0], [8] * 3), 2)
    assert picking.seeds == (0, 1)
    assert "3 seeds, whose order is by number, the table having no scores" in picking.notes[-1]


def test_a_seed_nobody_scored_comes_last_among_equals() -> None:
    assert pick_clean(counted([0, 0, 0], [8] * 3, [NAN, 1, 2]), 3).seeds == (2, 1, 0)


def test_seeds_nobody_looked_at_are_left_out_and_counted() -> None:
    picking = pick_clean(counted([0, 0, 3], [0, 9, 9]), 3)
    assert picking.seeds == (1, 2)
    assert "left out, nobody measured text: 1 seed" in picking.notes
    assert "asked for 3 seeds, found 2" in picking.notes


def test_it_is_said_how_many_seeds_would_be_clean_by_luck() -> None:
    dice = np.random.default_rng(1)
    hits = dice.binomial(16, 0.06, 1024)
    picking = pick_clean(counted(hits.tolist(), [16] * 1024), 4)
    usual = hits.sum() / 16 / 1024
    spotless, luck = int((hits == 0).sum()), 1024 * (1 - usual) ** 16
    again = (dice.binomial(16, usual, (2000, 1024)) == 0).sum(axis=1)
    assert abs(spotless - luck) < 50
    said = re.fullmatch(
        f"random seeds show text in {usual:.1%} of pictures; none at all seen: {spotless} "
        rf"seeds, and by luck {luck:.0f} ± (\d+) if all seeds were alike",
        picking.notes[0],
    )
    assert said is not None
    assert int(said[1]) == pytest.approx(again.std(), abs=1)


def test_chosen_seeds_stay_below_their_bound_in_new_pictures() -> None:
    """All seeds alike: the cleanest look spotless, and the bound still holds."""
    dice = np.random.default_rng(2)
    hits = dice.binomial(16, 0.06, 1024)
    picks = pick_clean(counted(hits.tolist(), [16] * 1024), 100).picks
    assert np.mean([pick.scores["text.upper"] >= 0.06 for pick in picks]) >= 0.95


def test_another_flaw_can_be_meant_and_other_tags_left_out() -> None:
    table = make_table(
        {},
        rates={"gray": [0.5, 0, 0], "sky": [0, 1, 0]},
        counts={"rate.gray": [8, 8, 8], "rate.sky": [8, 8, 8]},
    )
    assert pick_clean(table, 2, tag="gray").seeds == (1, 2)
    assert pick_clean(table, 2, tag="gray", tags=TagFilter(avoid=("sky",))).seeds == (2, 0)


def test_where_nobody_is_left_nobody_is_picked() -> None:
    table = counted([8, 8], [8, 8])
    picking = pick_clean(table, 1, tags=TagFilter(avoid=("text",)))
    assert (picking.seeds, picking.pool) == ((), 0)
    assert "asked for 1 seed, found none" in picking.notes


def test_a_table_of_one_seed_gives_that_seed() -> None:
    assert pick_clean(counted([3], [4]), 1).seeds == (0,)


def test_what_the_table_cannot_answer_is_refused() -> None:
    table = counted([0], [4])
    with pytest.raises(PickError, match="tag: expected one of text, got 'sky'"):
        pick_clean(table, 1, tag="sky")
    with pytest.raises(PickError, match="tag: expected one of no tag; the table has none"):
        pick_clean(make_table({"a": [1]}), 1)
    with pytest.raises(PickError, match=r"how many pictures stand behind rate.text, got nothing"):
        pick_clean(make_table({}, rates={"text": [0.5]}), 1)
    with pytest.raises(PickError, match="count: expected 1 or more"):
        pick_clean(table, 0)


def test_the_same_table_gives_the_same_picking_and_no_state_is_touched() -> None:
    table = counted([0, 1, 0, 2], [8, 8, 4, 9], [1, 2, 3, 4])
    before = random_states()
    picking = pick_clean(table, 3)
    assert pick_clean(table, 3) == picking
    assert CleanPicker().pick(table, 3) == picking.seeds
    assert random_states() == before
    json.dumps(picking.to_json(), allow_nan=False)
