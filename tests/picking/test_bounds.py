"""Shrinkage against simulated truth: nearer to it than raw scores, and honest about the rest."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from seedloupe.picking.bounds import Shrunken, shrink
from seedloupe.tables import SeedTable

from ..seed_tables import make_table

NAN = float("nan")
Doubles = NDArray[np.float64]


def measured(
    dice: np.random.Generator, deviation: float, *, seeds: int = 400, pictures: int = 16
) -> tuple[SeedTable, Doubles]:
    """Seeds whose true means differ by ``deviation``, seen in pictures that differ by 4."""
    truth = 10 + deviation * dice.normal(size=seeds)
    seen = truth[:, None] + 4 * dice.normal(size=(seeds, pictures))
    error = seen.std(axis=1, ddof=1) / pictures**0.5
    counts = {"score.a": np.full(seeds, pictures)}
    return make_table({"a": seen.mean(axis=1)}, extra={"score.a.se": error}, counts=counts), truth


def crossed(
    dice: np.random.Generator, deviation: float, *, seeds: int = 600, prompts: int = 16
) -> tuple[SeedTable, Doubles]:
    """All seeds answer the same prompts, which differ more than anything else."""
    truth = deviation * dice.normal(size=seeds)
    seen = truth[:, None] + 8 * dice.normal(size=prompts) + 2 * dice.normal(size=(seeds, prompts))
    half = float(np.corrcoef(seen[:, ::2].mean(axis=1), seen[:, 1::2].mean(axis=1))[0, 1])
    table = make_table(
        {"a": seen.mean(axis=1)},
        extra={"score.a.se": seen.std(axis=1, ddof=1) / prompts**0.5},
        counts={"score.a": np.full(seeds, prompts)},
        split_half={"a": max(0.0, 2 * half / (1 + half))},
    )
    return table, truth


def all_of(table: SeedTable, metric: str = "a") -> Shrunken:
    return shrink(table, metric, np.arange(len(table)))


def test_the_formulas_are_those_of_empirical_bayes() -> None:
    scores, errors = np.array([1.0, 4, 7, 2, 9]), np.full(5, 0.5)
    found = all_of(make_table({"a": scores}, extra={"score.a.se": errors}))
    between = scores.var(ddof=1) - 0.25
    keep = between / (between + errors**2)
    assert found.between == pytest.approx(between)
    assert found.centre == pytest.approx(4.6)
    assert found.mean == pytest.approx(4.6 + keep * (scores - 4.6))
    assert found.sd == pytest.approx(np.sqrt(keep * errors**2))
    assert (found.doubt > found.sd).all()
    assert found.lower(2) == pytest.approx(found.mean - 2 * found.sd)
    assert not found.certain


def test_the_variance_between_seeds_is_unbiased_and_the_mean_nearer_to_the_truth() -> None:
    dice = np.random.default_rng(1)
    between, ours, raw = [], [], []
    for _ in range(60):
        table, truth = measured(dice, 0.8)
        found = all_of(table)
        between.append(found.between)
        ours.append(((found.mean - truth) ** 2).mean())
        raw.append(((table.score("a") - truth) ** 2).mean())
    assert np.mean(between) == pytest.approx(0.64, rel=0.05)
    # Best there is: tau² v / (tau² + v) = 0.39 of 1.
    assert np.mean(ours) == pytest.approx(np.mean(raw) * 0.39, rel=0.05)


@pytest.mark.parametrize("seeds", [12, 60, 1024])
@pytest.mark.parametrize("deviation", [0.0, 0.15, 0.5, 2.0])
def test_intervals_hold_what_they_promise_also_where_nothing_could_be_found(
    seeds: int, deviation: float
) -> None:
    dice = np.random.default_rng(seeds)
    held, best = [], []
    for _ in range(4000 // seeds + 10):
        table, truth = measured(dice, deviation, seeds=seeds)
        found = all_of(table)
        inside = np.abs(found.mean - truth) <= 1.96 * found.doubt
        held.append(inside.mean())
        best.append(inside[np.argsort(-found.lower(1))[: max(1, seeds // 16)]].mean())
    assert np.mean(held) >= 0.90
    assert np.mean(best) >= 0.85  # the chosen ones, on whom the winner's curse lies


@pytest.mark.parametrize(("seeds", "pictures"), [(16, 4), (128, 3), (1024, 16)])
def test_without_an_effect_nothing_is_told_apart_in_95_of_100_tables(
    seeds: int, pictures: int
) -> None:
    dice = np.random.default_rng(seeds)
    told = [
        all_of(measured(dice, 0.0, seeds=seeds, pictures=pictures)[0]).tells_apart
        for _ in range(200)
    ]
    assert np.mean(told) <= 0.03


def test_seeds_measured_unevenly_well_cry_no_wolf_and_hide_no_effect() -> None:
    dice = np.random.default_rng(9)

    def told(deviation: float) -> bool:
        pictures = dice.choice([4, 40, 400], 300)
        errors = 6 / np.sqrt(pictures)
        scores = deviation * dice.normal(size=300) + errors * dice.normal(size=300)
        stated = errors * np.sqrt(dice.chisquare(pictures - 1) / (pictures - 1))
        counts = {"score.a": pictures}
        table = make_table({"a": scores}, extra={"score.a.se": stated}, counts=counts)
        return all_of(table).tells_apart

    assert np.mean([told(0.0) for _ in range(200)]) <= 0.03
    assert all(told(0.5) for _ in range(20))


def test_an_effect_half_as_large_as_the_errors_is_told_apart() -> None:
    dice = np.random.default_rng(3)
    assert all(all_of(measured(dice, 0.5, seeds=1024)[0]).tells_apart for _ in range(20))


def test_prompts_that_all_seeds_share_hide_no_effect_where_halves_agree() -> None:
    """The errors alone are larger than the whole spread of the seeds."""
    dice = np.random.default_rng(4)
    found, between, slopes = [], [], []
    for _ in range(30):
        table, truth = crossed(dice, 0.5)
        assert (table.score("a", "se") ** 2).mean() > table.score("a").var(ddof=1)
        one = all_of(table)
        found.append(one.tells_apart)
        between.append(one.between)
        slopes.append(np.polyfit(one.mean - one.centre, truth, 1)[0])
    assert all(found)
    assert np.mean(between) == pytest.approx(0.25, rel=0.1)
    assert np.mean(slopes) == pytest.approx(1, abs=0.1)  # what is promised is what comes


def test_halves_that_agree_by_chance_tell_nothing_apart() -> None:
    dice = np.random.default_rng(5)
    assert np.mean([all_of(crossed(dice, 0.0)[0]).tells_apart for _ in range(200)]) <= 0.03


def test_halves_alone_are_enough_to_know_the_errors() -> None:
    scores = np.random.default_rng(6).normal(size=400)
    found = all_of(make_table({"a": scores}, split_half={"a": 0.6}))
    assert found.mean - found.centre == pytest.approx(0.6 * (scores - scores.mean()), abs=1e-5)
    assert found.tells_apart
    assert not found.certain


def test_a_part_of_the_seeds_has_the_errors_of_all_and_its_own_spread() -> None:
    table, _ = crossed(np.random.default_rng(7), 0.5)
    scores = table.score("a").astype(np.float64)
    rows = np.sort(np.argsort(scores)[200:400])  # alike, so nothing is left between them
    found = shrink(table, "a", rows)
    assert found.between == 0
    assert not found.tells_apart
    assert found.centre == pytest.approx(scores[rows].mean())


def test_less_is_more_where_less_is_better() -> None:
    scores, errors = [1.0, 4, 7, 2, 9], [0.5, 1, 0.5, 2, 1]
    up = all_of(make_table({"a": scores}, extra={"score.a.se": errors}))
    down = all_of(
        make_table(
            {"a": [-score for score in scores]},
            lower_is_better=["a"],
            extra={"score.a.se": errors},
        )
    )
    assert down.mean == pytest.approx(up.mean)
    assert down.sd == pytest.approx(up.sd)


def test_scores_without_errors_are_taken_at_face_value_and_that_is_said() -> None:
    found = all_of(make_table({"a": [1, 2, 4]}))
    assert found.mean.tolist() == [1, 2, 4]
    assert not found.sd.any()
    assert found.certain
    assert found.tells_apart


@pytest.mark.parametrize("errors", [[NAN, NAN, NAN], [0, 0, 0]])
def test_errors_of_one_picture_a_seed_are_none(errors: list[float]) -> None:
    counts = {"score.a": [1, 1, 1]}
    found = all_of(make_table({"a": [1, 2, 4]}, extra={"score.a.se": errors}, counts=counts))
    assert found.certain


def test_pictures_that_happen_to_agree_make_no_seed_certain() -> None:
    errors = np.full(40, 1.0)
    errors[0] = 0.0
    scores = 2 * np.random.default_rng(8).normal(size=40)
    scores[0] = scores.max()
    counts = {"score.a": np.full(40, 3)}
    found = all_of(make_table({"a": scores}, extra={"score.a.se": errors}, counts=counts))
    assert found.sd[0] > 0.5 * found.sd[1]


def test_an_error_nobody_knows_is_at_least_as_large_as_any_other() -> None:
    errors = [0.5, NAN, 1.5, 1.0]
    found = all_of(make_table({"a": [1, 5, 9, 12]}, extra={"score.a.se": errors}))
    assert found.sd[1] == pytest.approx(found.sd[2])
    counts = {"score.a": [9, 1, 9, 9]}
    counted = all_of(make_table({"a": [1, 5, 9, 12]}, extra={"score.a.se": errors}, counts=counts))
    assert counted.sd[1] == counted.sd.max()


@pytest.mark.parametrize("rows", [[], [1]])
def test_one_seed_or_none_is_told_apart_from_nobody(rows: list[int]) -> None:
    table = make_table({"a": [1, 2]}, extra={"score.a.se": [1, 1]}, split_half={"a": 0.5})
    found = shrink(table, "a", np.asarray(rows, np.intp))
    assert len(found.mean) == len(rows)
    assert not found.tells_apart


@pytest.mark.parametrize("scores", [[3, 3, 3], [3, 3, 9]])
def test_errors_of_nothing_and_scores_all_alike_are_no_trouble(scores: list[float]) -> None:
    found = all_of(make_table({"a": scores}, extra={"score.a.se": [0, 0, 0]}))
    assert found.mean == pytest.approx(scores)
    assert found.tells_apart == (len(set(scores)) > 1)
