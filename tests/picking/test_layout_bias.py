"""Habits against plain loops, and against seeds whose habits are known."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from numpy.typing import NDArray

from seedloupe.errors import PickError
from seedloupe.picking.layout_bias import ASPECTS, LayoutBias, layout_bias_of, moments_of
from seedloupe.tables import SeedTable

from ..seed_tables import make_table

NAN = float("nan")
CLASSES = ("ball", "box", "tent")
Doubles = NDArray[np.float64]


def table_of(values: Doubles, classes: tuple[str, ...] = ()) -> SeedTable:
    """A table of values ``(S, K, 4)``."""
    flat = np.asarray(values).reshape(len(values), -1)
    return make_table({}, features={"composition": flat}, classes=classes)


def habits(table: SeedTable, kind: str | None, aspect: str) -> LayoutBias:
    return layout_bias_of(moments_of(table, kind, aspect), moments_of(table, None, aspect))


def planted(
    seeds: int, classes: int, deviation: float, variation: float, seed: int = 0
) -> tuple[Doubles, Doubles]:
    """Places in the middle of the picture, where nothing is cut off; and the seeds' habits."""
    dice = np.random.default_rng(seed)
    habit = deviation * dice.normal(size=(seeds, 4))
    usual = 0.5 + 0.05 * dice.normal(size=(classes, 4))
    values = usual + habit[:, None] + variation * dice.normal(size=(seeds, classes, 4))
    return np.clip(values, 0, 1), habit


def plain_habit(values: Doubles, row: int, aspect: int, kind: int | None) -> tuple[float, ...]:
    """The docstring's model, one number after the other: expected, doubt and variation."""
    seeds, classes = values.shape[:2]
    of_aspect = values[:, :, aspect]
    usual = [statistics.mean(v for v in of_aspect[:, k] if v == v) for k in range(classes)]
    left = [[of_aspect[s, k] - usual[k] for k in range(classes)] for s in range(seeds)]
    every = [[v for v in line if v == v] for line in left]
    squares = [sum((v - statistics.mean(line)) ** 2 for v in line) if line else 0 for line in every]
    free = [max(len(line) - 1, 0) for line in every]
    pooled = sum(squares) / sum(free)
    variation = [(q + 4 * pooled) / (f + 4) for q, f in zip(squares, free, strict=True)]
    which = range(classes) if kind is None else [kind]
    asked = [[left[s][k] for k in which if left[s][k] == left[s][k]] for s in range(seeds)]
    known = [s for s in range(seeds) if asked[s]]
    means = {s: statistics.mean(asked[s]) for s in known}
    errors = {s: variation[s] / len(asked[s]) for s in known}
    between = max(0, statistics.variance(means.values()) - statistics.mean(errors.values()))
    centre = statistics.mean(
        of_aspect[s, k] for s in range(seeds) for k in which if of_aspect[s, k] == of_aspect[s, k]
    )
    if row not in known:
        return centre, between, variation[row]
    keep = between / (between + errors[row])
    return centre + keep * means[row], keep * errors[row], variation[row]


@pytest.mark.parametrize("kind", [None, 0, 2])
@pytest.mark.parametrize("aspect", range(4))
def test_habits_are_those_of_plain_loops_gaps_included(kind: int | None, aspect: int) -> None:
    values, _ = planted(9, 3, 0.1, 0.1)
    values[[0, 0, 3, 5], [0, 1, 2, 0]] = NAN
    values[7] = NAN
    name = None if kind is None else CLASSES[kind]
    found = habits(table_of(values, CLASSES), name, ASPECTS[aspect])
    for row in range(9):
        expected, doubt, variation = plain_habit(values, row, aspect, kind)
        assert found.expected[row] == pytest.approx(expected, abs=1e-6)
        assert found.doubt[row] == pytest.approx(doubt, abs=1e-6)
        assert found.variation[row] == pytest.approx(variation, abs=1e-6)
    asked = values if kind is None else values[:, [kind]]
    assert found.known.tolist() == np.isfinite(asked[:, :, aspect]).any(axis=1).tolist()


def test_portions_of_a_large_table_fit_together() -> None:
    values, _ = planted(9000, 2, 0.1, 0.1)
    values[::7, 1] = NAN
    whole = moments_of(table_of(values), None, "y")
    of_y = values[:, :, 1].astype(np.float32)
    left = of_y - np.nanmean(of_y, axis=0)
    assert whole.count.tolist() == np.isfinite(left).sum(axis=1).tolist()
    assert whole.total == pytest.approx(np.nansum(left, axis=1), abs=1e-5)
    assert whole.squares == pytest.approx(np.nansum(left**2, axis=1), abs=1e-5)
    assert whole.centre == pytest.approx(np.nanmean(of_y), abs=1e-6)


def test_planted_habits_are_found_and_nearer_to_the_truth_than_plain_means() -> None:
    values, habit = planted(1500, 4, 0.05, 0.1)
    found = habits(table_of(values), None, "x")
    assert found.deviation == pytest.approx(0.05, rel=0.1)
    assert found.share == pytest.approx(0.2, abs=0.03)
    assert float(found.variation.mean()) == pytest.approx(0.01, rel=0.05)
    truth = habit[:, 0]
    ours = found.expected - values[:, :, 0].mean()
    plain = (values[:, :, 0] - values[:, :, 0].mean(axis=0)).mean(axis=1)
    assert ((ours - truth) ** 2).mean() < 0.6 * ((plain - truth) ** 2).mean()
    assert ((ours - truth) ** 2).mean() == pytest.approx(float(found.doubt.mean()), rel=0.1)


def test_the_expected_squared_error_is_that_of_new_pictures() -> None:
    values, habit = planted(3000, 4, 0.05, 0.1)
    found = habits(table_of(values), None, "y")
    dice = np.random.default_rng(9)
    usual = values[:, :, 1].mean(axis=0)[dice.integers(0, 4, (20, 3000))]
    new = usual + habit[:, 1] + 0.1 * dice.normal(size=(20, 3000))
    assert float(found.squared_error(0.5).mean()) == pytest.approx(
        ((new - 0.5) ** 2).mean(), rel=0.03
    )


def test_which_class_comes_is_part_of_the_error_where_any_may() -> None:
    values, _ = planted(400, 3, 0.02, 0.02)
    values[:, 2, 0] += 0.3
    values[::2, 1] = NAN
    table = table_of(values, CLASSES)
    entries = values[:, :, 0].astype(np.float32)
    for kind, asked in ((None, entries), ("tent", entries[:, 2:])):
        error = habits(table, kind, "x").squared_error(0.4)
        assert float(error.mean()) == pytest.approx(np.nanmean((asked - 0.4) ** 2), rel=0.02)
    assert habits(table, "tent", "x").classes == 0
    assert habits(table, None, "x").classes == pytest.approx(
        np.nanvar(np.where(np.isnan(entries), NAN, np.nanmean(entries, axis=0))), rel=1e-4
    )


def test_seeds_without_habits_are_all_expected_to_be_average() -> None:
    shares = [
        habits(table_of(planted(300, 5, 0.0, 0.1, seed)[0]), None, "size").share
        for seed in range(40)
    ]
    assert max(share for share in shares if share is not None) < 0.1


def test_a_class_that_always_stands_elsewhere_is_no_habit_of_who_shows_it() -> None:
    values = np.full((6, 2, 4), 0.2)
    values[:, 1] = 0.8
    values[:3, 0] = NAN  # these seeds were only seen with the other class
    found = habits(table_of(values), None, "x")
    assert found.deviation == 0
    assert np.ptp(found.expected) < 1e-6


def test_with_one_class_habit_and_variation_cannot_be_told_apart() -> None:
    values = np.random.default_rng(1).random((8, 1, 4))
    found = habits(table_of(values), None, "x")
    assert not found.separable
    assert found.share is None
    assert found.expected == pytest.approx(values[:, 0, 0], abs=1e-6)


def test_of_one_seed_nothing_is_known_but_what_was_seen() -> None:
    values = np.array([[[0.1, 0.2, 0.3, 0.4], [0.3, 0.4, 0.5, 0.6]]])
    found = habits(table_of(values), None, "x")
    assert found.expected == pytest.approx([0.2])
    assert found.share is None
    assert found.deviation == 0


def test_where_nothing_was_found_nothing_is_known() -> None:
    values = np.full((3, 2, 4), NAN)
    found = habits(table_of(values), None, "depth")
    assert not found.known.any()
    assert np.isfinite(found.expected).all()
    assert found.share is None


def test_a_class_the_table_does_not_name_is_refused() -> None:
    values = np.full((3, 2, 4), 0.5)
    with pytest.raises(PickError, match=r"layout.kind: expected one of ball, box, got 'cat'"):
        moments_of(table_of(values, ("ball", "box")), "cat", "x")
    with pytest.raises(PickError, match="the table does not name its classes, got 'ball'"):
        moments_of(table_of(values), "ball", "x")


def test_columns_that_are_not_four_a_class_are_refused() -> None:
    table = make_table({}, features={"composition": np.full((3, 6), 0.5)})
    with pytest.raises(PickError, match=r"table: expected four columns a class .* got 6 columns"):
        moments_of(table, None, "x")
