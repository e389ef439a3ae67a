"""The default rule's picks are worth what they promise, and more than the best raw scores."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from seedloupe.picking import GoldenRule, Picking, pick_golden
from seedloupe.tables import SeedTable

from ..seed_tables import make_table, random_states

Doubles = NDArray[np.float64]
SEEDS = 500
RULES = tuple(GoldenRule)


def uneven(dice: np.random.Generator) -> tuple[SeedTable, Doubles]:
    """Seeds measured very differently well; true means differ by 1."""
    truth = dice.normal(size=SEEDS)
    pictures = dice.choice([4, 36, 400], SEEDS)
    errors = 6 / np.sqrt(pictures)
    seen = truth + errors * dice.normal(size=SEEDS)
    stated = errors * np.sqrt(dice.chisquare(pictures - 1) / (pictures - 1))
    counts = {"score.a": pictures}
    return make_table({"a": seen}, extra={"score.a.se": stated}, counts=counts), truth


def two_steps(scores: Doubles, squares: Doubles) -> float:
    """The variance between seeds, as in DerSimonian and Kacker (2007), equations 6 and 8."""
    found = 0.0
    for _ in range(2):
        weights = 1 / (squares + found)
        mean = (weights * scores).sum() / weights.sum()
        expected = (weights * squares).sum() - (weights**2 * squares).sum() / weights.sum()
        room = weights.sum() - (weights**2).sum() / weights.sum()
        found = max(0.0, ((weights * (scores - mean) ** 2).sum() - expected) / room)
    return found


def two_metrics(agree: float, rows: int = 1024, seed: int = 11) -> SeedTable:
    dice = np.random.default_rng(seed)
    first, second = dice.normal(size=(2, rows))
    return make_table({"a": first, "b": agree * first + second})


def test_picks_are_better_than_the_best_raw_scores_where_errors_differ() -> None:
    dice = np.random.default_rng(1)
    ours, raw = [], []
    for _ in range(40):
        table, truth = uneven(dice)
        ours.append(truth[list(pick_golden(table, 16).seeds)].mean())
        raw.append(truth[np.argsort(-table.score("a"))[:16]].mean())
    assert np.mean(ours) > np.mean(raw) + 0.5
    assert np.mean(np.asarray(ours) > raw) > 0.95


def test_what_is_promised_of_the_picks_is_what_they_give() -> None:
    """The winner's curse: raw scores of the best promise far more than comes."""
    dice = np.random.default_rng(2)
    promised, given, flattering, inside = [], [], [], []
    for _ in range(60):
        table, truth = uneven(dice)
        for pick in pick_golden(table, 16).picks:
            assert pick.interval is not None
            promised.append(pick.scores["a.expected"])
            given.append(truth[pick.seed])
            flattering.append(pick.scores["a"])
            inside.append(pick.interval[0] <= truth[pick.seed] <= pick.interval[1])
    assert np.mean(promised) == pytest.approx(np.mean(given), abs=0.05)
    assert np.mean(flattering) > np.mean(given) + 0.08
    assert 0.90 <= np.mean(inside) <= 0.99


def test_the_gain_over_random_seeds_is_said_and_true() -> None:
    table, truth = uneven(np.random.default_rng(3))
    picking = pick_golden(table, 50)
    expected = np.mean([pick.scores["a.expected"] for pick in picking.picks])
    centre = float(table.score("a").astype(np.float64).mean())
    note = (
        f"a on other prompts: {expected:.4g} to be expected of these seeds, {centre:.4g} of random "
        "seeds"
    )
    assert note in picking.notes
    assert truth[list(picking.seeds)].mean() == pytest.approx(expected, abs=0.2)


def test_the_order_is_by_the_sum_of_lower_bounds_in_units_of_true_differences() -> None:
    """A second implementation, two metrics of different units and directions."""
    dice = np.random.default_rng(4)
    truth = dice.normal(size=(2, 60))
    errors = dice.uniform(0.3, 2, size=(2, 60))
    seen = truth + errors * dice.normal(size=(2, 60))
    table = make_table(
        {"up": seen[0], "down": -1000 * seen[1]},
        lower_is_better=["down"],
        extra={"score.up.se": errors[0], "score.down.se": 1000 * errors[1]},
    )
    total = np.zeros(60)
    for score, error in zip(seen, errors, strict=True):
        between = two_steps(score, error**2)
        keep = between / (between + error**2)
        lower = score.mean() + keep * (score - score.mean()) - np.sqrt(keep) * error
        total += lower / between**0.5
    picking = pick_golden(table, 60)
    assert list(picking.seeds) == np.argsort(-total).tolist()
    assert [pick.rank for pick in picking.picks] == list(range(1, 61))
    assert "less 1 standard deviation" in picking.rule


def test_how_exactly_a_metric_was_measured_does_not_decide_how_much_it_matters() -> None:
    """Both are equally important; the sloppy one already counts less by being shrunken."""
    dice = np.random.default_rng(5)
    ours, by_spread = [], []
    for _ in range(40):
        truth = dice.normal(size=(2, 400))
        seen = truth + np.array([[0.5], [2.0]]) * dice.normal(size=(2, 400))
        table = make_table(
            {"a": seen[0], "b": seen[1]},
            extra={"score.a.se": np.full(400, 0.5), "score.b.se": np.full(400, 2.0)},
        )
        worth = truth.sum(axis=0)
        ours.append(worth[list(pick_golden(table, 20).seeds)].mean())
        keep = np.array([[0.8], [0.2]])
        scaled = (keep * seen / np.sqrt(1 / keep)).sum(axis=0)
        by_spread.append(worth[np.argsort(-scaled)[:20]].mean())
    assert np.mean(ours) > np.mean(by_spread)


def test_of_less_is_better_the_interval_begins_with_the_lower_end() -> None:
    scores = np.random.default_rng(6).normal(size=40)
    table = make_table(
        {"loss": 50 + scores}, lower_is_better=["loss"], extra={"score.loss.se": np.full(40, 0.4)}
    )
    picks = pick_golden(table, 40).picks
    assert picks[0].seed == int(scores.argmin())
    for pick in picks:
        assert pick.interval is not None
        low, high = pick.interval
        assert low < pick.scores["loss.expected"] < high
        assert 47 < low < high < 53


def test_seeds_expected_to_be_no_better_than_average_say_so() -> None:
    scores = np.linspace(-3, 3, 31)
    table = make_table({"a": scores}, extra={"score.a.se": np.full(31, 0.1)})
    notes = [pick.note for pick in pick_golden(table, 31).picks]
    assert notes == [""] * 15 + ["not expected to be better than the average seed"] * 16
    notes = [pick.note for pick in pick_golden(make_table({"a": scores}), 31).picks]
    assert notes == [""] * 15 + ["no better than the average seed"] * 16


def test_where_nothing_tells_seeds_apart_that_is_the_answer() -> None:
    dice = np.random.default_rng(7)
    table = make_table({"a": dice.normal(size=300)}, extra={"score.a.se": np.ones(300)})
    picking = pick_golden(table, 4)
    assert picking.rule == "by mean rank, since no metric tells the seeds apart"
    assert any(note.startswith("a does not tell these seeds apart") for note in picking.notes)
    assert not any("to be expected of these seeds" in note for note in picking.notes)
    for pick in picking.picks:
        assert pick.interval is not None
        assert pick.interval[1] - pick.interval[0] > 0.3  # nothing found is not nothing there


def test_a_metric_that_tells_nothing_has_no_say_beside_one_that_does() -> None:
    dice = np.random.default_rng(8)
    good, noise = 3 * dice.normal(size=200), dice.normal(size=200)
    one = np.ones(200)
    table = make_table(
        {"noise": noise, "good": good}, extra={"score.noise.se": one, "score.good.se": one}
    )
    alone = make_table({"good": good}, extra={"score.good.se": one})
    picking = pick_golden(table, 20)
    assert picking.seeds == pick_golden(alone, 20).seeds
    assert "prompts by good, cautiously" in picking.rule


def test_without_errors_scores_count_at_face_value_and_that_is_said() -> None:
    scores = np.random.default_rng(9).normal(size=50)
    picking = pick_golden(make_table({"a": scores}), 50)
    assert list(picking.seeds) == np.argsort(-scores.astype(np.float32)).tolist()
    assert any("taken at face value, which flatters the best" in note for note in picking.notes)
    assert "a.expected" not in picking.picks[0].scores
    assert picking.rule == "the best by a, at face value, since no errors are known"


def test_several_scores_without_errors_are_told_in_which_units_they_count() -> None:
    rule = pick_golden(two_metrics(0.5, rows=40), 3).rule
    assert rule.startswith("the best by a and b in units of how much seeds differ in each, at face")


def test_a_score_without_errors_beside_one_with_them_is_told_apart() -> None:
    dice = np.random.default_rng(12)
    scores = {"plain": dice.normal(size=80), "good": 9 * dice.normal(size=80)}
    table = make_table(scores, extra={"score.good.se": np.ones(80)})
    assert "(shrunken mean less 1 standard deviation; plain at face value)" in (
        pick_golden(table, 3).rule
    )


@pytest.mark.parametrize(
    ("scores", "rule"),
    [
        ([float("nan")] * 3, "no choice: no seed is left"),
        ([2.0, float("nan"), float("nan")], "no choice: only one seed is left"),
        ([2.0, 2.0, 2.0], "by mean rank, since no metric tells the seeds apart"),
    ],
)
def test_where_there_is_no_choice_no_rule_is_claimed(scores: list[float], rule: str) -> None:
    assert pick_golden(make_table({"a": scores}), 2).rule == rule


def test_equal_scores_are_not_blamed_on_errors_nobody_stated() -> None:
    notes = pick_golden(make_table({"a": [2, 2, 2]}), 2).notes
    assert "a does not tell these seeds apart: all have the same score; it has no say" in notes


def test_the_interval_is_told_to_be_of_what_is_expected() -> None:
    table, _ = uneven(np.random.default_rng(3))
    assert pick_golden(table, 2).interval_of == "what to expect of a on other prompts"
    ranked = pick_golden(table, 2, rule=GoldenRule.PARETO)
    assert ranked.interval_of.startswith("mean a on the prompts the seeds were chosen by")


def test_fronts_come_one_after_the_other_each_by_mean_rank() -> None:
    table = make_table({"a": [9, 8, 1, 2, 3], "b": [0, 8, 9, 1, 2]})
    picking = pick_golden(table, 5, rule=GoldenRule.PARETO)
    assert picking.seeds == (1, 0, 2, 4, 3)  # mean ranks 2, 3, 3; then 3; then 4
    assert [pick.note for pick in picking.picks] == ["", "", "", "front 2", "front 3"]
    assert picking.rule == "beaten by no other seed by a and by b"
    assert any(note.startswith("beaten by none: 3 seeds") for note in picking.notes)


@pytest.mark.parametrize("rule", RULES)
def test_metrics_that_do_not_agree_are_reported_so_by_every_rule(rule: GoldenRule) -> None:
    picking = pick_golden(two_metrics(0.0), 10, rule=rule)
    assert picking.chance is not None
    assert (picking.chance.expected, picking.chance.sd) == pytest.approx((64, 6.003), abs=1e-3)
    assert not picking.chance.agreement
    assert any("64.0 ± 6.0" in n and "no agreement beyond chance" in n for n in picking.notes)


@pytest.mark.parametrize("rule", RULES)
def test_metrics_that_agree_are_reported_so_by_every_rule(rule: GoldenRule) -> None:
    picking = pick_golden(two_metrics(0.7), 10, rule=rule)
    assert picking.chance is not None
    assert picking.chance.agreement
    assert any("more than chance" in note for note in picking.notes)


@pytest.mark.parametrize("rule", RULES)
def test_ties_gaps_and_shortage_are_the_same_to_every_rule(rule: GoldenRule) -> None:
    nan = float("nan")
    table = make_table(
        {"a": [5, 5, 5, nan, 1, 5], "b": [5, 5, 5, 9, 1, nan]}, seeds=[3, 6, 9, 12, 15, 18]
    )
    picking = pick_golden(table, 9, rule=rule)
    assert picking.seeds == (3, 6, 9, 15)
    assert picking.pool == 4
    assert "left out, not measured by every metric: 2 seeds" in picking.notes
    assert "asked for 9 seeds, found 4" in picking.notes


@pytest.mark.parametrize("rule", RULES)
def test_one_seed_and_none_are_no_trouble_to_any_rule(rule: GoldenRule) -> None:
    one = pick_golden(make_table({"a": [1], "b": [2]}, seeds=[42]), 3, rule=rule)
    assert one.seeds == (42,)
    none = pick_golden(make_table({"a": [float("nan")], "b": [2]}), 3, rule=rule)
    assert (none.seeds, none.pool, none.chance) == ((), 0, None)
    assert "asked for 3 seeds, found none" in none.notes


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_repeatable_touches_no_state_and_is_json(rule: GoldenRule) -> None:
    dice = np.random.default_rng(10)
    table = make_table(
        {"a": np.round(dice.normal(size=200), 1), "b": np.round(dice.normal(size=200), 1)},
        extra={"score.a.se": np.full(200, 0.5), "score.a.confirm": np.full(200, np.nan)},
    )
    before = random_states()

    def picked() -> Picking:
        return pick_golden(table, 30, rule=rule)

    assert picked() == picked()
    assert random_states() == before
    json.dumps(picked().to_json(), allow_nan=False)


@pytest.mark.parametrize("rule", RULES)
def test_more_seeds_begin_with_the_same_seeds(rule: GoldenRule) -> None:
    table = two_metrics(0.3, rows=300)
    assert pick_golden(table, 64, rule=rule).seeds[:7] == pick_golden(table, 7, rule=rule).seeds
