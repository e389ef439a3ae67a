from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from seedloupe.artifacts import Check, Correction, Level, Subject, Tally
from seedloupe.artifacts.tally.counts import LEAST_TRIALS, tally_of

Make = Callable[..., Check]


def many(check: Make, seed: int, trials: int, flagged: int) -> list[Check]:
    return [check(seed, flagged=turn < flagged) for turn in range(trials)]


def test_an_empty_tally_knows_nothing(subject: Subject) -> None:
    tally = Tally(subject)
    assert tally.seeds() == tally.high_rate() == tally.cleanest() == ()
    assert tally.of(3) is None
    assert tally.usual() == (0, 0)


def test_counts_are_those_of_the_checks(subject: Subject, check: Make) -> None:
    tally = tally_of(subject, [*many(check, 9, 4, 1), *many(check, 2, 2, 2)])
    assert [(c.seed, c.trials, c.flagged) for c in tally.seeds()] == [(2, 2, 2), (9, 4, 1)]
    assert tally.usual() == (3, 6)
    nine = tally.of(9)
    assert nine is not None
    assert nine.rate == 0.25
    assert nine.text_in_mask == pytest.approx(0.25 / 4)


@pytest.mark.parametrize(
    ("flagged", "trials", "low", "high"),
    # Closed form by hand: 1/4 and 0/10 from Newcombe (1998), "Two-sided confidence intervals
    # for the single proportion", method 3, whose table has 0.0000 to 0.2775 for 0 of 10.
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 4, 0.0456, 0.6994)],
)
def test_intervals_are_wilsons(
    flagged: int, trials: int, low: float, high: float, subject: Subject, check: Make
) -> None:
    count = tally_of(subject, many(check, 1, trials, flagged)).of(1)
    assert count is not None
    assert (count.low, count.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_a_picture_looked_at_twice_counts_once_as_it_was_last(
    subject: Subject, check: Make
) -> None:
    first = check(1)
    again = Check(first.id, 1, Level.NORMAL, tuple(Level), 0.5, 0.5, "other")
    count = tally_of(subject, [first, check(1), again]).of(1)
    assert count is not None
    assert (count.trials, count.flagged) == (2, 1)


def test_every_level_counts_for_itself(subject: Subject, check: Make) -> None:
    tally = tally_of(subject, [check(1, at=(Level.HIGH,)), check(1, at=(Level.NORMAL, Level.HIGH))])
    flagged = {level: tally.seeds(level)[0].flagged for level in Level}
    assert flagged == {Level.LOW: 0, Level.NORMAL: 1, Level.HIGH: 2}
    assert tally.seeds()[0].flagged == 1


def test_corrections_change_the_counts(subject: Subject, check: Make) -> None:
    checks = [check(1, flagged=True), check(1), check(1)]
    said = {checks[0].id: Correction.FINE, checks[1].id: Correction.MISSED, "gone": Correction.FINE}
    tally = tally_of(subject, checks, said)
    assert tally.seeds()[0].flagged == 1
    assert tally_of(subject, checks[1:], said).seeds()[0].flagged == 1
    assert "gone" not in tally.corrections


def test_no_seed_has_a_high_rate_before_it_was_looked_at_often_enough(
    subject: Subject, check: Make
) -> None:
    others = [c for seed in range(10, 30) for c in many(check, seed, 4, 0)]
    few = tally_of(subject, [*others, *many(check, 1, LEAST_TRIALS - 1, LEAST_TRIALS - 1)])
    assert few.high_rate() == ()
    enough = tally_of(subject, [*others, *many(check, 1, LEAST_TRIALS, LEAST_TRIALS)])
    assert [count.seed for count in enough.high_rate()] == [1]
    assert [count.seed for count in few.high_rate(least=LEAST_TRIALS - 1)] == [1]


def test_a_seed_that_writes_as_often_as_the_others_has_no_high_rate(
    subject: Subject, check: Make
) -> None:
    tally = tally_of(subject, [c for seed in range(6) for c in many(check, seed, 20, 10)])
    assert tally.high_rate() == ()


def test_a_seed_is_compared_with_all_others_and_not_with_itself(
    subject: Subject, check: Make
) -> None:
    tally = tally_of(subject, [*many(check, 1, 16, 12), *many(check, 2, 8, 5)])
    assert tally.seeds()[0].low > 5 / 24
    assert tally.high_rate() == ()


def test_a_lone_seed_cannot_be_compared(subject: Subject, check: Make) -> None:
    assert tally_of(subject, many(check, 1, 20, 20)).high_rate() == ()


@pytest.mark.parametrize("rate", [0.006, 0.02, 0.068, 0.3])
@pytest.mark.parametrize("looks", [8, 12, 24])
def test_at_most_one_in_forty_ordinary_seeds_is_said_to_have_a_high_rate(
    rate: float, looks: int, subject: Subject, check: Make
) -> None:
    rng = np.random.default_rng(7)
    hits = rng.binomial(looks, rate, 600)
    tally = tally_of(
        subject, [c for seed in range(600) for c in many(check, seed, looks, hits[seed])]
    )
    # 15 of 600 on average at worst; 25 is what 1 in 40 exceeds in about one case of 200.
    assert len(tally.high_rate()) <= 25


def test_a_single_find_makes_no_high_rate(subject: Subject, check: Make) -> None:
    others = [c for seed in range(2, 60) for c in many(check, seed, 8, 0)]
    assert tally_of(subject, [*others, *many(check, 1, 8, 1)]).high_rate() == ()
    assert [c.seed for c in tally_of(subject, [*others, *many(check, 1, 8, 2)]).high_rate()] == [1]


def test_ordinary_seeds_are_seldom_said_to_have_a_high_rate(subject: Subject, check: Make) -> None:
    rng = np.random.default_rng(0)
    hits = rng.binomial(20, 0.3, 400)
    tally = tally_of(subject, [c for seed in range(400) for c in many(check, seed, 20, hits[seed])])
    assert len(tally.high_rate()) <= 400 * 0.05


def test_planted_writers_are_found(subject: Subject, check: Make) -> None:
    rng = np.random.default_rng(1)
    rates = np.where(np.arange(60) < 6, 0.8, 0.05)
    hits = rng.binomial(12, rates)
    tally = tally_of(subject, [c for seed in range(60) for c in many(check, seed, 12, hits[seed])])
    assert {0, 1, 2, 3, 4, 5} == {count.seed for count in tally.high_rate()}


def test_cleanest_are_those_looked_at_most_without_a_find(subject: Subject, check: Make) -> None:
    tally = tally_of(
        subject, [*many(check, 5, 2, 0), *many(check, 3, 9, 0), *many(check, 4, 9, 1), check(1)]
    )
    assert [count.seed for count in tally.cleanest()] == [3, 5, 1]


def test_later_checks_are_told_apart_from_earlier_ones(subject: Subject, check: Make) -> None:
    tally = tally_of(subject, [check(1), check(2), check(3, flagged=True)])
    assert [count.seed for count in tally.since(2).seeds()] == [3]
    assert tally.since(3).seeds() == ()


def test_seeds_with_the_same_noise_are_found_under_either_number(
    subject: Subject, check: Make
) -> None:
    assert tally_of(subject, [check(7)]).of(7 + 2**32) is not None
