"""One order of quality, whoever asks: of a metric that tells nothing, nothing is asked."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.errors import PickError
from seedloupe.picking import golden_order, pick_golden
from seedloupe.picking.quality import better_seeds
from seedloupe.tables import SeedTable

from ..seed_tables import make_table

NAN = float("nan")
ROWS = 300


def telling_and_not(*, errors: bool = True) -> SeedTable:
    """A metric in which seeds truly differ, and a louder one which is noise alone."""
    dice = np.random.default_rng(3)
    good, noise = 3 * dice.normal(size=ROWS), 100 * dice.normal(size=ROWS)
    stated = {"score.noise.se": np.full(ROWS, 100.0), "score.good.se": np.ones(ROWS)}
    return make_table({"noise": noise, "good": good}, extra=stated if errors else {})


@pytest.mark.parametrize("levels", [3, 10**6])
@pytest.mark.parametrize("errors", [False, True])
def test_the_golden_order_is_that_of_golden_seeds_gaps_and_ties_included(
    levels: int, *, errors: bool
) -> None:
    scores = np.random.default_rng(levels).integers(0, levels, (2, 200)).astype(float)
    scores[0, ::9] = NAN
    stated = {"score.a.se": np.full(200, levels / 9)} if errors else {}
    table = make_table(
        {"a": scores[0], "b": scores[1]}, seeds=range(5, 1005, 5), extra=stated, lower_is_better="b"
    )
    expected = pick_golden(table, 200).seeds
    assert tuple(table.seeds[golden_order(table)].tolist()) == expected


def test_a_table_without_scores_has_no_golden_order() -> None:
    with pytest.raises(PickError, match="metrics: expected a table with scores"):
        golden_order(make_table({}, features={"style": np.ones((2, 2))}))


def test_where_errors_are_known_only_metrics_that_tell_seeds_apart_decide() -> None:
    table = telling_and_not()
    better = better_seeds(table, np.arange(ROWS))
    assert better.by == "what can at least be expected by good"
    assert better.ordered.tolist() == np.argsort(-table.score("good")).tolist()
    assert better.ordered.tolist() == golden_order(table).tolist()


def test_where_no_errors_are_known_the_mean_rank_decides() -> None:
    table = telling_and_not(errors=False)
    better = better_seeds(table, np.arange(ROWS))
    places = [np.argsort(np.argsort(-table.score(name))) for name in table.metrics()]
    assert better.by == "mean rank"
    assert better.ordered.tolist() == np.argsort(sum(places), kind="stable").tolist()


def test_where_nothing_tells_seeds_apart_the_mean_rank_decides_and_says_so() -> None:
    noise = np.random.default_rng(4).normal(size=ROWS)
    table = make_table({"noise": noise}, extra={"score.noise.se": np.ones(ROWS)})
    better = better_seeds(table, np.arange(ROWS))
    assert better.by == "mean rank, though no score tells the seeds apart"
    assert better.ordered.tolist() == np.argsort(-table.score("noise")).tolist()


def test_only_the_rows_asked_for_and_measured_are_put_in_order() -> None:
    table = make_table({"a": [1, NAN, 3, 4]})
    assert better_seeds(table, np.array([0, 1, 2])).ordered.tolist() == [2, 0]
    assert better_seeds(table, np.array([1])).ordered.tolist() == []
