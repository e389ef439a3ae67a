"""Golden seeds: the rank intersection, and honesty where it is empty."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest

from seedloupe import picking as rules
from seedloupe.errors import PickError
from seedloupe.picking import GoldenPicker, GoldenRule, TagFilter
from seedloupe.tables import SeedEffect

from ..seed_tables import make_table, random_states

NAN = float("nan")
pick_golden = partial(rules.pick_golden, rule=GoldenRule.INTERSECTION)
DICE = np.random.default_rng(11)
FIRST, SECOND = DICE.normal(size=(2, 1024))


def top(scores: np.ndarray, count: int) -> set[int]:
    """A second implementation: the seeds of the ``count`` highest scores."""
    return set(sorted(range(len(scores)), key=lambda seed: -scores[seed])[:count])


def test_the_rule_is_the_rank_intersection_of_the_paper() -> None:
    table = make_table({"hps": FIRST, "fid": -SECOND}, lower_is_better=["fid"])
    expected = top(FIRST, 256) & top(SECOND, 256)
    picking = pick_golden(table, len(expected))
    assert set(picking.seeds) == expected
    assert picking.pool == 1024
    assert "best 256 of 1024 by hps and by fid" in picking.rule
    assert not any(pick.note for pick in picking.picks)


def test_those_that_pass_are_ordered_by_mean_rank() -> None:
    table = make_table({"a": FIRST, "b": SECOND})
    order = [pick.rank for pick in pick_golden(table, 40).picks]
    assert order == sorted(order)


def test_independent_metrics_are_reported_as_no_agreement() -> None:
    picking = pick_golden(make_table({"a": FIRST, "b": SECOND}), 10)
    assert picking.chance is not None
    assert picking.chance.expected == pytest.approx(64)
    assert picking.chance.sd == pytest.approx(6, abs=0.01)
    assert picking.chance.observed == len(top(FIRST, 256) & top(SECOND, 256))
    assert not picking.chance.agreement
    assert any("no agreement beyond chance" in note for note in picking.notes)


def test_metrics_that_agree_are_reported_so() -> None:
    picking = pick_golden(make_table({"a": FIRST, "b": FIRST + SECOND}), 10)
    assert picking.chance is not None
    assert picking.chance.agreement
    assert any("more than chance" in note for note in picking.notes)
    assert any("saw the same pictures" in note for note in picking.notes)


def test_planted_good_seeds_come_first() -> None:
    good = np.zeros(1024)
    good[[17, 400, 999]] = 9
    picking = pick_golden(make_table({"a": FIRST + good, "b": SECOND + good}), 3)
    assert set(picking.seeds) == {17, 400, 999}


def test_where_too_few_pass_the_pool_is_widened_and_it_is_said() -> None:
    rising = np.arange(8.0)
    picking = pick_golden(make_table({"a": rising, "b": -rising}), 3)
    assert picking.chance is not None
    assert picking.chance.observed == 0
    worst = {seed: max(8 - seed, seed + 1) for seed in range(8)}
    assert [worst[seed] for seed in picking.seeds] == sorted(worst.values())[:3]
    assert picking.picks[0].note == "passes only with the best 5 by each metric"
    assert any("the best 2 by each metric: 0 seeds; the other 3" in note for note in picking.notes)


def test_seeds_that_pass_come_before_those_that_enter_later() -> None:
    table = make_table({"a": [9, 8, 7, 6, 5, 4, 3, 2], "b": [9, 2, 3, 8, 5, 4, 7, 6]})
    picking = pick_golden(table, 3, pool=2)
    assert picking.seeds[0] == 0
    assert [bool(pick.note) for pick in picking.picks] == [False, True, True]
    assert any("the best 2 by each metric: 1 seed; the other 2" in note for note in picking.notes)


@pytest.mark.parametrize("count", [8, 9, 100])
def test_more_than_there_are_gives_all_and_says_so(count: int) -> None:
    picking = pick_golden(make_table({"a": np.arange(8.0), "b": np.arange(8.0)}), count)
    assert picking.seeds == tuple(range(7, -1, -1))
    asked = f"asked for {count} seeds, found 8"
    assert (asked in picking.notes) is (count > 8)


def test_one_seed_is_picked_from_a_table_of_one() -> None:
    picking = pick_golden(make_table({"a": [0.5], "b": [0.1]}, seeds=[42]), 1)
    assert picking.seeds == (42,)
    assert picking.picks[0].rank == 1


def test_one_metric_has_no_second_opinion() -> None:
    picking = pick_golden(make_table({"a": [1, 3, 2, 0]}), 1)
    assert picking.seeds == (1,)
    assert picking.chance is None
    assert "one metric only: no second opinion" in picking.notes


def test_ties_go_to_the_smaller_seed_and_tied_seeds_pass_together() -> None:
    table = make_table({"a": [5, 5, 5, 5, 1, 1, 1, 1]}, seeds=[3, 6, 9, 12, 15, 18, 21, 24])
    picking = pick_golden(table, 4)
    assert picking.seeds == (3, 6, 9, 12)
    assert not any(pick.note for pick in picking.picks)


def test_a_metric_that_knows_no_difference_lets_all_pass() -> None:
    picking = pick_golden(make_table({"a": [1] * 8, "b": np.arange(8.0)}), 2)
    assert picking.seeds == (7, 6)
    assert picking.chance is not None
    assert picking.chance.expected == pytest.approx(2)
    assert picking.chance.p == pytest.approx(1)


def test_seeds_nobody_measured_are_left_out_and_counted() -> None:
    picking = pick_golden(make_table({"a": [NAN, 1, 2, NAN], "b": [9, 1, 2, 9]}), 4)
    assert picking.seeds == (2, 1)
    assert picking.pool == 2
    assert "left out, not measured by every metric: 2 seeds" in picking.notes


def test_a_table_nobody_measured_gives_nothing_and_says_so() -> None:
    picking = pick_golden(make_table({"a": [NAN, NAN], "b": [1, 2]}), 2)
    assert picking.seeds == ()
    assert picking.pool == 0
    assert picking.chance is None
    assert "asked for 2 seeds, found none" in picking.notes


def test_tagged_seeds_are_left_out() -> None:
    table = make_table({"a": [9, 8, 7, 6]}, rates={"gray": [0.9, 0.5, 0.0, NAN]})
    picking = pick_golden(table, 4, tags=TagFilter(avoid=("gray",)))
    assert picking.seeds == (1, 2, 3)
    assert "left out as gray in over 50% of images: 1 seed" in picking.notes
    assert "kept though nobody measured gray: 1 seed" in picking.notes
    assert pick_golden(table, 4, tags=TagFilter(avoid=("gray",), above=0.4)).seeds == (2, 3)


def test_where_all_seeds_are_tagged_none_is_given() -> None:
    table = make_table({"a": [9, 8], "b": [1, 2]}, rates={"gray": [1.0, 1.0]})
    picking = pick_golden(table, 1, tags=TagFilter(avoid=("gray",)))
    assert picking.seeds == ()
    assert "asked for 1 seed, found none" in picking.notes


def test_only_the_metrics_asked_for_have_a_say() -> None:
    table = make_table({"a": [1, 2, 3, 4], "b": [4, 3, 2, 1]})
    assert pick_golden(table, 1, metrics=["b"]).seeds == (0,)
    assert set(pick_golden(table, 1, metrics=["b"]).picks[0].scores) == {"b"}


def test_a_wider_pool_lets_more_pass() -> None:
    table = make_table({"a": FIRST, "b": SECOND})
    for pool in (64, 512, 1024, 9999):
        chance = pick_golden(table, 1, pool=pool).chance
        assert chance is not None
        assert chance.observed == len(top(FIRST, pool) & top(SECOND, pool))


def test_scores_and_held_out_interval_come_with_the_seed() -> None:
    table = make_table(
        {"a": [1.0, 3.0]},
        extra={
            "score.a.se": [0.5, 0.5],
            "score.a.confirm": [2.0, NAN],
            "score.a.confirm_se": [0.1, NAN],
        },
    )
    best, other = pick_golden(table, 2).picks
    assert best.scores == {"a": 3.0}
    assert best.interval is None
    assert other.scores == {"a": 1.0, "a.confirm": 2.0}
    assert other.interval == pytest.approx((2 - 0.196, 2 + 0.196), rel=1e-4)
    assert pick_golden(table, 2).interval_of == "mean a on the held-out prompts"


def test_without_held_out_prompts_the_interval_is_of_the_mining_prompts() -> None:
    table = make_table({"a": [1.0, 3.0]}, extra={"score.a.se": [0.5, 0.5]})
    picking = pick_golden(table, 1)
    assert picking.picks[0].interval == pytest.approx((2.02, 3.98), rel=1e-4)
    assert picking.interval_of.startswith("mean a on the prompts the seeds were chosen by")
    assert pick_golden(make_table({"a": [1, 2]}), 1).interval_of == ""


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (SeedEffect.NO_EFFECT, "no effect"),
        (SeedEffect.UNDECIDED, "leaves open"),
        (None, "no evidence"),
    ],
)
def test_what_the_table_says_against_itself_is_passed_on(
    verdict: SeedEffect | None, words: str
) -> None:
    notes = pick_golden(make_table({"a": [1, 2]}, verdict=verdict), 1).notes
    assert any(words in note for note in notes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"count": 0}, "count: expected 1 or more, got 0"),
        ({"count": -3}, "count: expected 1 or more"),
        ({"count": 1.5}, "count: expected 1 or more"),
        ({"count": True}, "count: expected 1 or more"),
        ({"pool": 0}, "pool: expected 1 or more"),
        ({"metrics": ["beauty"]}, "metrics: expected some of a, b, got 'beauty'"),
        ({"metrics": []}, "metrics: expected one or more of a, b"),
        ({"tags": TagFilter(avoid=("sky",))}, "tags.avoid: expected some of gray, got 'sky'"),
    ],
)
def test_what_the_table_cannot_answer_is_refused(changes: dict[str, object], message: str) -> None:
    table = make_table({"a": [1, 2], "b": [2, 1]}, rates={"gray": [0, 1]})
    settings: dict[str, object] = {"count": 1, **changes}
    with pytest.raises(PickError, match=message):
        pick_golden(table, **settings)  # type: ignore[arg-type]


def test_the_same_table_gives_the_same_picking_and_no_state_is_touched() -> None:
    table = make_table({"a": np.round(FIRST), "b": np.round(SECOND)})
    before = random_states()
    assert pick_golden(table, 50) == pick_golden(table, 50)
    assert random_states() == before


def test_the_picker_gives_the_seeds_of_the_function() -> None:
    table = make_table({"a": FIRST, "b": SECOND})
    assert (
        GoldenPicker(GoldenRule.INTERSECTION, pool=100).pick(table, 5)
        == pick_golden(table, 5, pool=100).seeds
    )


def test_json_has_seeds_as_texts() -> None:
    seeds: Sequence[int] = [7, 2**32 - 1]
    picking = pick_golden(make_table({"a": [1, 2], "b": [1, 2]}, seeds=seeds), 1)
    value = json.loads(json.dumps(picking.to_json()))
    assert value["picks"][0]["seed"] == "4294967295"
    assert value["picks"][0]["scores"] == {"a": 2.0, "b": 2.0}
    fields = {"picks", "rule", "pool", "chance", "notes", "spread", "interval_of", "rank_by"}
    assert set(value) == fields | {"position", "order", "period"}
    assert set(value["chance"]) == {"expected", "sd", "observed", "p"}
