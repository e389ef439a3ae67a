"""Diverse seeds: far apart, but only among the good ones."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.errors import PickError, SeedError
from seedloupe.picking import DiverseObjective, DiversePicker, TagFilter, pick_diverse
from seedloupe.picking.distances import Cloud, farthest_points

from ..seed_tables import make_table, random_states

NAN = float("nan")
S, D = 1024, 16
BALANCED = DiverseObjective.BALANCED


def planted(bad_share: float = 0.02) -> tuple[np.ndarray, np.ndarray, set[int]]:
    """Seeds in a cloud, some of them broken: far out in style, and low in score."""
    dice = np.random.default_rng(21)
    points, scores = dice.normal(size=(S, D)), dice.normal(size=S)
    bad = dice.choice(S, int(bad_share * S), replace=False)
    points[bad] *= 4
    scores[bad] -= 3
    return points, scores, set(bad.tolist())


def test_plain_farthest_points_take_outliers_and_ours_take_none() -> None:
    points, scores, bad = planted()
    plain, _ = farthest_points(Cloud.of(points), int(scores.argmax()), 4)
    assert len(bad & set(plain[1:])) >= 2
    picking = pick_diverse(make_table({"quality": scores}, features={"style": points}), 4)
    assert not bad & set(picking.seeds)
    assert len(picking.seeds) == 4


def test_balanced_seeds_hold_no_outlier_either() -> None:
    points, scores, bad = planted()
    table = make_table({"quality": scores}, features={"style": points})
    picking = pick_diverse(table, 4, objective=BALANCED)
    assert not bad & set(picking.seeds)
    assert "good and far apart in style, quality counting 50%" in picking.rule
    assert picking.seeds[0] == int(scores.argmax())


def test_quality_alone_gives_the_best_seeds() -> None:
    points, scores, _ = planted()
    table = make_table({"quality": scores}, features={"style": points})
    picking = pick_diverse(table, 9, objective=BALANCED, quality=1.0)
    assert [pick.rank for pick in picking.picks] == list(range(1, 10))


def test_the_more_quality_counts_the_better_and_the_closer_the_seeds() -> None:
    points, scores, _ = planted(0)
    table = make_table({"quality": scores}, features={"style": points})
    ranks, apart = [], []
    for quality in (0.0, 0.5, 0.9, 1.0):
        picking = pick_diverse(table, 8, objective=BALANCED, quality=quality)
        assert picking.spread is not None
        ranks.append(np.mean([pick.rank for pick in picking.picks]))
        apart.append(picking.spread.mean)
    assert ranks == sorted(ranks, reverse=True)
    assert apart == sorted(apart, reverse=True)


def test_balanced_seeds_start_from_the_best() -> None:
    table = make_table({"a": [9, 8, 7, 6]}, **LINE)  # type: ignore[arg-type]
    with pytest.raises(PickError, match="start: expected none: balanced starts from the best"):
        pick_diverse(table, 2, objective=BALANCED, start=1)
    assert pick_diverse(table, 9, objective=BALANCED).seeds == (0, 1)
    assert pick_diverse(make_table({"a": [NAN] * 4}, **LINE), 1, objective=BALANCED).seeds == ()  # type: ignore[arg-type]


def test_balanced_seeds_of_a_table_without_scores_are_just_far_apart() -> None:
    table = make_table({}, **LINE)  # type: ignore[arg-type]
    assert pick_diverse(table, 2, objective=BALANCED).seeds == (0, 3)


@pytest.mark.parametrize("objective", DiverseObjective)
def test_pictures_are_less_alike_than_in_the_fifth_percentile_of_random_sets(
    objective: DiverseObjective,
) -> None:
    """The paper's measure: mean cosine of features over the pairs of a set."""
    points, scores, _ = planted(0)
    table = make_table({"quality": scores}, features={"style": points})
    lengths = points / np.linalg.norm(points, axis=1, keepdims=True)

    def alike(rows: np.ndarray) -> float:
        cosines = lengths[rows] @ lengths[rows].T
        return float((cosines.sum() - len(rows)) / (len(rows) * (len(rows) - 1)))

    dice = np.random.default_rng(5)
    usual = [alike(dice.choice(S, 4, replace=False)) for _ in range(1000)]
    chosen = pick_diverse(table, 4, objective=objective, quality=0.2).seeds
    assert alike(np.asarray(chosen)) < np.quantile(usual, 0.05)


def test_several_spaces_have_the_same_say() -> None:
    style = np.array([[0.0, 0], [9000, 0], [0, 100], [0, 0]])
    composition = np.array([[0.1] * 4, [0.1] * 4, [0.1] * 4, [0.9] * 4])
    table = make_table({"a": [9, 8, 7, 6]}, features={"style": style, "composition": composition})
    picking = pick_diverse(table, 3, spaces=("style", "composition"), floor=1.0)
    assert picking.seeds[0] == 0
    assert set(picking.seeds) == {0, 1, 3}
    assert "farthest in style and composition from" in picking.rule


def test_a_seed_unknown_in_one_of_the_spaces_is_left_out() -> None:
    table = make_table(
        {"a": [9, 8, 7]},
        features={
            "style": np.array([[0.0, 0], [1, 1], [NAN, NAN]]),
            "composition": np.array([[0.1] * 4, [NAN] * 4, [0.9] * 4]),
        },
    )
    picking = pick_diverse(table, 3, spaces=("style", "composition"), floor=1.0)
    assert picking.seeds == (0,)
    assert (
        "left out, half or more of their style or composition features unknown: 2 seeds"
        in picking.notes
    )


def test_without_a_floor_the_outliers_are_back() -> None:
    points, scores, bad = planted()
    table = make_table({"quality": scores}, features={"style": points})
    assert len(bad & set(pick_diverse(table, 4, floor=1.0).seeds[1:])) >= 2


def test_the_set_is_more_spread_than_95_of_100_random_ones() -> None:
    points, scores, _ = planted(0)
    picking = pick_diverse(make_table({"quality": scores}, features={"style": points}), 4)
    assert picking.spread is not None
    assert picking.spread.beaten >= 0.95


def test_every_seed_is_of_the_better_share_by_mean_rank() -> None:
    points, scores, _ = planted()
    table = make_table({"quality": scores}, features={"style": points})
    picking = pick_diverse(table, 10, floor=0.1)
    assert picking.pool == 103
    assert all(1 <= pick.rank <= 103 for pick in picking.picks)
    better = set(np.argsort(-scores)[:103].tolist())
    assert set(picking.seeds) <= better
    assert "of the better 10% by mean rank, each the farthest in style" in picking.rule


def test_all_metrics_have_a_say_in_the_floor() -> None:
    table = make_table(
        {"a": [9, 8, 1, 2], "loss": [1, 2, 9, 8]},
        lower_is_better=["loss"],
        features={"style": np.arange(4.0)[:, None]},
    )
    assert set(pick_diverse(table, 4).seeds) == {0, 1}


def test_a_score_that_tells_nothing_has_no_say_in_the_floor() -> None:
    dice = np.random.default_rng(8)
    good, noise = 3 * dice.normal(size=(2, 200))
    table = make_table(
        {"noise": noise, "good": good},
        features={"style": dice.normal(size=(200, 2))},
        extra={"score.noise.se": np.full(200, 3.0), "score.good.se": np.ones(200)},
    )
    order = np.argsort(-good).tolist()
    for objective in DiverseObjective:
        picking = pick_diverse(table, 8, floor=0.1, objective=objective)
        assert picking.seeds[0] == order[0]
        assert set(picking.seeds) <= set(order[:20])
        assert [order[pick.rank - 1] for pick in picking.picks] == list(picking.seeds)
        assert "better 10% by what can at least be expected by good, " in picking.rule
        assert picking.rank_by == "what can at least be expected by good"
        assert picking.interval_of.startswith("mean noise on the prompts")


def test_a_start_keeps_its_own_rank() -> None:
    table = make_table({"a": [9, 8, NAN, 6]}, **LINE)  # type: ignore[arg-type]
    assert [pick.rank for pick in pick_diverse(table, 2, start=3).picks] == [3, 1]
    assert [pick.rank for pick in pick_diverse(table, 2, start=2).picks] == [0, 1]


def test_the_best_seed_comes_first_by_default() -> None:
    points, scores, _ = planted()
    table = make_table({"quality": scores}, features={"style": points})
    assert pick_diverse(table, 3).seeds[0] == int(scores.argmax())
    assert pick_diverse(table, 3).picks[0].rank == 1


LINE = {"features": {"style": np.array([[0.0], [1], [2], [10]])}}


def test_a_start_is_honoured() -> None:
    table = make_table({"a": [9, 8, 7, 6]}, **LINE)  # type: ignore[arg-type]
    picking = pick_diverse(table, 2, start=2, floor=1.0)
    assert picking.seeds == (2, 3)
    assert not any("asked for as the start" in note for note in picking.notes)


def test_a_start_below_the_floor_is_honoured_and_said() -> None:
    table = make_table({"a": [9, 8, 7, 6]}, **LINE)  # type: ignore[arg-type]
    picking = pick_diverse(table, 3, start=3)
    assert picking.seeds == (3, 0, 1)
    assert picking.pool == 3
    assert any(note.startswith("seed 3 was asked for as the start") for note in picking.notes)


def test_a_start_is_any_seed_of_the_same_noise() -> None:
    table = make_table({"a": [9, 8, 7, 6]}, **LINE)  # type: ignore[arg-type]
    assert pick_diverse(table, 1, start=2**32 + 1).seeds == (1,)


def test_a_start_that_cannot_be_is_refused() -> None:
    features = {"style": np.array([[0.0], [NAN], [2]])}
    table = make_table({"a": [1, 2, 3]}, features=features)
    with pytest.raises(PickError, match="start: expected one of 3 seeds from 0 to 2, got 7"):
        pick_diverse(table, 1, start=7)
    with pytest.raises(PickError, match="start: expected a seed with style features, got 1"):
        pick_diverse(table, 1, start=1)
    with pytest.raises(SeedError):
        pick_diverse(table, 1, start=-1)


def test_more_than_there_are_gives_all_above_the_floor_and_says_so() -> None:
    table = make_table({"a": [9, 8, 7, 6]}, **LINE)  # type: ignore[arg-type]
    picking = pick_diverse(table, 9)
    assert picking.seeds == (0, 1)
    assert "asked for 9 seeds, found 2" in picking.notes
    assert picking.spread is None


def test_one_seed_is_picked_from_a_table_of_one() -> None:
    table = make_table({"a": [1]}, seeds=[42], features={"style": np.ones((1, 3))})
    assert pick_diverse(table, 1).seeds == (42,)


def test_seeds_without_features_are_left_out_and_counted() -> None:
    features = {"style": np.array([[0.0, 0], [NAN, NAN], [2, NAN], [3, 3]])}
    picking = pick_diverse(make_table({"a": [1, 9, 9, 2]}, features=features), 4, floor=1.0)
    assert picking.seeds == (3, 0)
    assert any(
        note == "left out, half or more of their style features unknown: 2 seeds"
        for note in picking.notes
    )


def test_objects_that_were_not_found_do_not_make_a_seed_different() -> None:
    """Seed 3 has a gap and lies beside seed 0; seed 2 is truly elsewhere."""
    composition = np.array([[0.5, 0.5, 0.1], [0.5, 0.5, 0.15], [0.9, 0.1, 0.9], [0.5, 0.5, NAN]])
    table = make_table({"a": [9, 8, 7, 6]}, features={"composition": composition})
    picking = pick_diverse(table, 3, spaces=["composition"], floor=1.0)
    assert picking.seeds == (0, 2, 1)


def test_no_seed_with_features_gives_nothing_and_says_so() -> None:
    table = make_table({"a": [1, 2]}, features={"style": np.full((2, 2), NAN)})
    picking = pick_diverse(table, 1)
    assert picking.seeds == ()
    assert "asked for 1 seed, found none" in picking.notes


def test_seeds_nobody_scored_cannot_pass_the_floor() -> None:
    table = make_table({"a": [1, NAN, 3, NAN]}, **LINE)  # type: ignore[arg-type]
    picking = pick_diverse(table, 4, floor=1.0)
    assert picking.seeds == (2, 0)
    assert "left out, not measured by every metric: 2 seeds" in picking.notes


def test_a_table_without_scores_has_no_floor_and_says_so() -> None:
    table = make_table({}, **LINE)  # type: ignore[arg-type]
    picking = pick_diverse(table, 2)
    assert picking.seeds == (0, 3)
    assert [pick.rank for pick in picking.picks] == [0, 0]
    assert any("nothing keeps out bad seeds" in note for note in picking.notes)
    assert "better" not in picking.rule


def test_equal_seeds_are_given_last_and_said() -> None:
    table = make_table({"a": [4, 3, 2, 1]}, features={"style": np.array([[1.0], [1], [1], [5]])})
    picking = pick_diverse(table, 4, floor=1.0)
    assert picking.seeds == (0, 3, 1, 2)
    assert any(note.startswith("only 2 of the seeds differ") for note in picking.notes)


def test_tagged_seeds_are_left_out() -> None:
    table = make_table({"a": [9, 8, 7, 6]}, rates={"border": [0, 0, 0, 1]}, **LINE)  # type: ignore[arg-type]
    assert 3 not in pick_diverse(table, 4, floor=1.0, tags=TagFilter(avoid=("border",))).seeds


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"count": 0}, "count: expected 1 or more"),
        ({"spaces": ("colour",)}, "spaces: expected some of style, got 'colour'"),
        ({"floor": 0.0}, "floor: expected a share above 0"),
        ({"floor": 1.01}, "floor: expected a share above 0"),
        ({"floor": NAN}, "floor: expected a share above 0"),
        ({"quality": -0.1}, "quality: expected 0 to 1"),
        ({"quality": NAN}, "quality: expected 0 to 1"),
        ({"spaces": ()}, "spaces: expected one or more of style"),
        (
            {"tags": TagFilter(avoid=("gray",))},
            "tags.avoid: expected some of no tag; the table has none",
        ),
    ],
)
def test_what_the_table_cannot_answer_is_refused(changes: dict[str, object], message: str) -> None:
    table = make_table({"a": [9, 8, 7, 6]}, **LINE)  # type: ignore[arg-type]
    settings: dict[str, object] = {"count": 1, **changes}
    with pytest.raises(PickError, match=message):
        pick_diverse(table, **settings)  # type: ignore[arg-type]


def test_the_same_table_gives_the_same_picking_and_no_state_is_touched() -> None:
    points, scores, _ = planted()
    table = make_table({"quality": np.round(scores)}, features={"style": np.round(points)})
    before = random_states()
    for objective in DiverseObjective:
        found = pick_diverse(table, 12, objective=objective)
        assert pick_diverse(table, 12, objective=objective) == found
    assert random_states() == before


def test_the_picker_gives_the_seeds_of_the_function() -> None:
    table = make_table({"a": [9, 8, 7, 6]}, **LINE)  # type: ignore[arg-type]
    assert DiversePicker(floor=0.7).pick(table, 2) == pick_diverse(table, 2, floor=0.7).seeds
