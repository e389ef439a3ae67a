"""Races over scores whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_seeds import Law, UnseenLaw, run_race, simulate, simulate_unseen

from seedloupe.errors import InputError
from seedloupe.mining.racing import Race, RaceDesign, SeedState, smallest_seen
from seedloupe.mining.racing.design import smallest_pool_gain
from seedloupe.mining.racing.race import passes
from seedloupe.mining.racing.residuals import ScoredRound, residuals_of

#: Pictures a seed of the smallest fixed design that finds four of five at that share of false ones.
FIXED = 47.3


@pytest.mark.parametrize("law", list(Law))
def test_good_seeds_are_found_with_far_fewer_pictures_than_a_fixed_design_takes(law: Law) -> None:
    rng = np.random.default_rng(3)
    design = RaceDesign(detect=0.5)
    found = [run_race(simulate(rng, law, seeds=1024, prompts=120), design) for _ in range(3)]
    assert np.mean([one.power for one in found]) >= 0.7  # 0.8 over many: see the benchmark
    assert np.mean([one.false_share for one in found]) <= 0.15  # 0.1 over many
    assert np.mean([one.pictures for one in found]) <= 0.42 * FIXED  # 0.4 over many


def test_seeds_that_do_not_differ_are_not_declared_better() -> None:
    rng = np.random.default_rng(4)
    declared = [
        run_race(
            simulate(rng, Law.GAUSSIAN, seeds=96, prompts=40, share=0.0), RaceDesign()
        ).declared
        for _ in range(30)
    ]
    assert sum(count > 0 for count in declared) <= 5  # 10 % by design, 2 % in the benchmark


def test_the_smallest_effect_of_a_fixed_design_is_the_textbooks() -> None:
    assert smallest_seen(47) == pytest.approx(0.5, abs=0.005)
    assert smallest_pool_gain(1, 1, 700) == pytest.approx(0.15, abs=0.005)


def test_the_procedure_of_benjamini_and_hochberg_lets_pass_what_theirs_does() -> None:
    # their own example (1995, sec. 4.1): four of fifteen at 0.05
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert passes(np.array(p), 0.05).tolist() == [True] * 4 + [False] * 11
    assert not passes(np.ones(4), 0.05).any()


def test_residuals_are_in_deviations_of_one_seed_however_much_seeds_differ() -> None:
    rng = np.random.default_rng(6)
    gains = rng.normal(0, 5, 256)
    scores = gains[:, None] + rng.normal(0, 1, (256, 6)) + rng.normal(0, 3, 6)
    turn = ScoredRound(np.arange(256), np.ones(256, bool), {"score": scores})
    found = residuals_of([turn])[0].values.mean(1)
    middle = np.abs(gains) < 5  # far beyond two deviations they are drawn in
    slope = np.polyfit(gains[middle], found[middle], 1)[0]
    assert slope == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("law", list(UnseenLaw))
def test_what_settings_were_not_chosen_on_is_raced_as_well(law: UnseenLaw) -> None:
    rng = np.random.default_rng(8)
    world = simulate_unseen(rng, law, seeds=1024, prompts=120)
    found = run_race(world, RaceDesign(detect=0.5))
    assert found.power >= 0.4  # of one run; the benchmark has the means of many
    assert found.false_share <= 0.25
    assert found.pictures <= 0.5 * FIXED


@pytest.mark.parametrize("law", list(UnseenLaw))
def test_unseen_pictures_of_one_seed_differ_by_one_deviation(law: UnseenLaw) -> None:
    world = simulate_unseen(np.random.default_rng(9), law, seeds=4000, prompts=40)
    centred = world.scores - world.scores[~world.good].mean(0)
    assert centred[~world.good].std() == pytest.approx(1.0, abs=0.08)
    gain = centred[world.good].mean() - centred[~world.good].mean()
    assert gain == pytest.approx(0.5, abs=0.05)


def test_a_prompt_that_is_hard_for_all_moves_no_seed() -> None:
    rng = np.random.default_rng(5)
    world = simulate(rng, Law.GAUSSIAN, seeds=64, prompts=40)
    hard = world.scores + 100 * np.arange(40)
    plain, moved = (_raced(scores) for scores in (world.scores, hard))
    np.testing.assert_array_equal(plain.standing.states, moved.standing.states)
    np.testing.assert_allclose(plain.standing.gain, moved.standing.gain, atol=1e-9)


def test_a_metric_that_dies_counts_no_longer_and_others_go_on() -> None:
    rng = np.random.default_rng(6)
    world = simulate(rng, Law.GAUSSIAN, seeds=64, prompts=60, effect=3.0)
    race = Race(RaceDesign(), seeds=64, prompts=60, controls=np.arange(8))
    while (asked := race.ask()) is not None:
        scores = world.scores[np.ix_(asked.seeds, np.array(asked.prompts))]
        noise = rng.normal(size=scores.shape) * (np.nan if asked.number else 1)
        race.tell(asked, {"works": scores, "dies": noise})
    np.testing.assert_array_equal(race.standing.states == SeedState.BETTER.value, world.good)


def test_a_seed_whose_pictures_mostly_fail_leaves_and_is_never_better() -> None:
    rng = np.random.default_rng(7)
    world = simulate(rng, Law.GAUSSIAN, seeds=64, prompts=40)
    world.scores[20, :3] = np.nan
    race = _raced(world.scores)
    assert race.standing.states[20] == SeedState.DROPPED.value
    assert race.standing.pictures[20] == 1


def test_what_was_not_asked_is_refused() -> None:
    race = Race(RaceDesign(), seeds=32, prompts=8, controls=np.arange(8))
    asked = race.ask()
    assert asked is not None
    with pytest.raises(InputError, match="scores"):
        race.tell(asked, {"score": np.zeros((3, 4))})
    race.tell(asked, {"score": np.random.default_rng(0).normal(size=(32, 4))})
    with pytest.raises(InputError, match="round"):
        race.tell(asked, {"score": np.zeros((32, 4))})


@pytest.mark.parametrize(
    ("field", "value"), [("detect", 0.0), ("false_share", 1.0), ("leave", -1.0), ("first", 1)]
)
def test_designs_that_mean_nothing_are_refused_by_field(field: str, value: float) -> None:
    with pytest.raises(InputError, match=field):
        RaceDesign(**{field: value})  # type: ignore[arg-type]


def _raced(scores: np.ndarray) -> Race:
    seeds, prompts = scores.shape
    race = Race(RaceDesign(), seeds=seeds, prompts=prompts, controls=np.arange(8))
    while (asked := race.ask()) is not None:
        race.tell(asked, {"score": scores[np.ix_(asked.seeds, np.array(asked.prompts))]})
    return race


def raced(scores: dict[str, np.ndarray], design: RaceDesign) -> Race:
    """Race over the scores ``(S, P)`` of each metric."""
    seeds, prompts = next(iter(scores.values())).shape
    race = Race(design, seeds=seeds, prompts=prompts, controls=np.arange(0, seeds, seeds // 8))
    while (asked := race.ask()) is not None:
        chosen = np.ix_(asked.seeds, np.array(asked.prompts))
        race.tell(asked, {name: values[chosen] for name, values in scores.items()})
    return race


def test_metrics_that_oppose_each_other_on_the_first_prompts_only_make_no_seed_good() -> None:
    declared = 0
    for run in range(4):
        rng = np.random.default_rng(20 + run)
        first, own = rng.normal(size=(2, 192, 72))
        other = np.where(np.arange(72) < 4, 0.4 * own - 0.9 * first, own)
        race = raced({"first": first, "other": other}, RaceDesign(detect=0.4))
        declared += len(race.standing.rows(SeedState.BETTER))
    assert declared <= 4  # with spreads of the first prompts alone: some 20 a run


def test_later_prompts_that_scatter_more_make_no_seed_good() -> None:
    declared = 0
    for run in range(4):
        rng = np.random.default_rng(40 + run)
        scores = rng.normal(size=(192, 72)) * np.where(np.arange(72) < 4, 1.0, 2.0)
        race = raced({"score": scores}, RaceDesign(detect=0.4))
        declared += len(race.standing.rows(SeedState.BETTER))
    assert declared <= 4


def test_spreads_are_those_of_all_rounds() -> None:
    rng = np.random.default_rng(5)
    rows, everybody = np.arange(96), np.ones(96, bool)
    few = np.arange(96) < 8
    scores = [rng.normal(0, spread, (96, 4)) for spread in (1.0, 3.0, 3.0)]
    rounds = [
        ScoredRound(rows, everybody if turn == 0 else few, {"score": values})
        for turn, values in enumerate(scores)
    ]
    spreads = [found.values.std() for found in residuals_of(rounds)]
    assert spreads == pytest.approx([1.0, 1.0, 1.0], abs=0.25)
