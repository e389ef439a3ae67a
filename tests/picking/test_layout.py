"""Seeds that put things where they are wanted, against going through all of them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from seedloupe.errors import PickError
from seedloupe.picking import Box, Layout, LayoutPicker, TagFilter, pick_by_layout

from ..seed_tables import make_table, random_states
from .test_layout_bias import CLASSES, NAN, habits, plain_habit, planted, table_of


def brute_force(values: np.ndarray, layout: Layout, kind: int | None) -> list[int]:
    """Every seed's expected squared distance, from plain loops, nearest first."""

    def distance(row: int) -> float:
        total = 0.0
        for aspect, name in enumerate(("x", "y", "size", "depth")):
            target = getattr(layout, name)
            if target is not None:
                expected, doubt, variation = plain_habit(values, row, aspect, kind)
                total += (expected - target) ** 2 + doubt + variation
        return total

    return sorted(range(len(values)), key=lambda row: (round(distance(row), 9), row))


@pytest.mark.parametrize(
    ("layout", "kind"),
    [
        (Layout(x=0.2, y=0.5), None),
        (Layout(x=0.9, size=0.3, depth=0.05), None),
        (Layout(depth=0.95, kind="tent"), 2),
        (Layout(0.1, 0.9, 0.5, 0.5, "ball"), 0),
    ],
)
def test_the_order_is_that_of_going_through_all_seeds(layout: Layout, kind: int | None) -> None:
    values, _ = planted(40, 3, 0.12, 0.05)
    picking = pick_by_layout(table_of(values, CLASSES), 40, layouts=[layout])
    assert list(picking.seeds) == brute_force(values, layout, kind)
    assert [pick.rank for pick in picking.picks] == list(range(1, 41))
    assert picking.pool == 40


def test_a_planted_seed_is_found() -> None:
    values, _ = planted(200, 6, 0.02, 0.05)
    values[137, :, :2] -= [0.3, 0.2]
    picking = pick_by_layout(table_of(values), 1, layouts=[Layout(x=0.2, y=0.3)])
    assert picking.seeds == (137,)
    # Halfway: seeds that differ by 0.02 make one that is off by 0.3 hard to believe.
    assert 0.2 < picking.picks[0].scores["x"] < 0.4
    assert (
        picking.picks[0].scores["distance"]
        < pick_by_layout(table_of(values), 2, layouts=[Layout(x=0.2, y=0.3)])
        .picks[1]
        .scores["distance"]
        / 1.5
    )


def test_a_reliable_seed_beats_one_that_does_so_on_average() -> None:
    values = np.full((30, 6, 4), 0.5) + 0.01 * np.random.default_rng(1).normal(size=(30, 6, 4))
    values[3, :, 0] = 0.2 + 0.19 * np.array([1, -1, 1, -1, 1, -1])
    values[20, :, 0] = 0.22
    picking = pick_by_layout(table_of(values), 2, layouts=[Layout(x=0.2)])
    assert picking.seeds == (20, 3)
    assert picking.picks[1].scores["spread"] > 2 * picking.picks[0].scores["spread"]


def test_what_seeds_hardly_differ_in_hardly_decides() -> None:
    """Depth is 0.3 for everybody, and asking for the far end brings nobody there."""
    values, _ = planted(300, 5, 0.1, 0.03)
    values[:, :, 3] = 0.3 + 0.01 * np.random.default_rng(2).normal(size=(300, 5))
    table = table_of(values)
    near = pick_by_layout(table, 5, layouts=[Layout(x=0.2)])
    far = pick_by_layout(table, 5, layouts=[Layout(x=0.2, depth=0.95)])
    assert len(set(near.seeds) & set(far.seeds)) >= 4
    assert any("of the differences in depth: with this model it hardly" in n for n in far.notes)


def test_near_and_far_ask_for_opposite_ends() -> None:
    values, _ = planted(60, 6, 0.1, 0.02)
    near = pick_by_layout(table_of(values), 60, layouts=[Layout(depth=0.0)])
    far = pick_by_layout(table_of(values), 60, layouts=[Layout(depth=1.0)])
    depth = values[:, :, 3].mean(axis=1)
    assert near.seeds[0] == depth.argmin()
    assert far.seeds[0] == depth.argmax()


def test_several_boxes_deal_each_picture_its_best_seed_that_is_left() -> None:
    values, _ = planted(30, 4, 0.1, 0.02)
    left, right = Layout(x=0.2), Layout(x=0.8)
    table = table_of(values)
    picking = pick_by_layout(table, 6, layouts=[left, right, left])
    best_left = pick_by_layout(table, 4, layouts=[left]).seeds
    best_right = pick_by_layout(table, 2, layouts=[right]).seeds
    assert picking.seeds == (
        best_left[0],
        best_right[0],
        best_left[1],
        best_left[2],
        best_right[1],
        best_left[3],
    )
    assert [pick.rank for pick in picking.picks] == [1, 1, 2, 3, 2, 4]
    assert picking.picks[1].note == str(right)
    assert str(left) in picking.rule
    assert str(right) in picking.rule


def test_all_seeds_are_given_once_when_boxes_ask_for_the_same() -> None:
    values, _ = planted(9, 4, 0.1, 0.02)
    picking = pick_by_layout(table_of(values), 20, layouts=[Layout(x=0.2), Layout(x=0.2)])
    assert sorted(picking.seeds) == list(range(9))
    assert "asked for 20 seeds, found 9" in picking.notes


def test_a_tie_goes_to_the_smaller_seed() -> None:
    table = make_table({}, seeds=[4, 8, 15], features={"composition": np.full((3, 8), 0.5)})
    assert pick_by_layout(table, 3, layouts=[Layout(x=0.1)]).seeds == (4, 8, 15)


def test_seeds_that_never_showed_the_object_are_left_out_and_counted() -> None:
    values, _ = planted(10, 3, 0.1, 0.02)
    values[[2, 5], 1] = NAN
    values[7] = NAN
    table = table_of(values, CLASSES)
    picking = pick_by_layout(table, 10, layouts=[Layout(x=0.5, kind="box")])
    assert set(picking.seeds) == set(range(10)) - {2, 5, 7}
    assert picking.pool == 7
    assert "left out, no box ever found: 3 seeds" in picking.notes
    any_kind = pick_by_layout(table, 10, layouts=[Layout(x=0.5)])
    assert set(any_kind.seeds) == set(range(10)) - {7}
    assert "left out, no object ever found: 1 seed" in any_kind.notes


def test_a_seed_whose_depth_nobody_knows_is_not_compared_by_depth() -> None:
    values, _ = planted(6, 2, 0.1, 0.02)
    values[4, :, 3] = NAN
    assert 4 in pick_by_layout(table_of(values), 6, layouts=[Layout(x=0.5)]).seeds
    assert 4 not in pick_by_layout(table_of(values), 6, layouts=[Layout(depth=0.5)]).seeds


def test_where_nothing_was_ever_found_nobody_is_picked() -> None:
    picking = pick_by_layout(table_of(np.full((3, 2, 4), NAN)), 2, layouts=[Layout(x=0.5)])
    assert picking.seeds == ()
    assert picking.pool == 0
    assert "asked for 2 seeds, found none" in picking.notes


def test_a_table_of_one_seed_gives_that_seed() -> None:
    picking = pick_by_layout(table_of(np.full((1, 2, 4), 0.4)), 1, layouts=[Layout(x=0.5)])
    assert picking.seeds == (0,)
    assert picking.picks[0].scores["distance"] == pytest.approx(0.1)


def test_with_one_class_it_is_said_that_what_was_seen_is_taken_at_face_value() -> None:
    picking = pick_by_layout(table_of(np.full((4, 1, 4), 0.4)), 1, layouts=[Layout(x=0.5)])
    assert any("x was seen with one object a seed" in note for note in picking.notes)


def test_random_seeds_come_as_near_as_said() -> None:
    values, _ = planted(500, 5, 0.1, 0.05)
    layout = Layout(x=0.2, y=0.3)
    picking = pick_by_layout(table_of(values), 4, layouts=[layout])
    table = table_of(values)
    squares = sum(habits(table, None, a).squared_error(t) for a, t in (("x", 0.2), ("y", 0.3)))
    expected = np.sqrt(np.mean(squares))
    assert f"{layout}: random seeds are on average {expected:.2f} away" in picking.notes
    assert all(pick.scores["distance"] < expected for pick in picking.picks)
    entries = values.astype(np.float32)[:, :, :2] - np.array([0.2, 0.3])
    assert expected == pytest.approx(np.sqrt((entries**2).sum(axis=2).mean()), rel=0.01)


def test_the_same_is_said_once_however_many_boxes_ask() -> None:
    values, _ = planted(30, 4, 0.0, 0.1)
    picking = pick_by_layout(table_of(values), 2, layouts=[Layout(x=0.2), Layout(x=0.8)])
    assert len(picking.notes) == len(set(picking.notes))


def test_tagged_seeds_are_left_out() -> None:
    table = make_table(
        {}, features={"composition": np.full((3, 8), 0.5)}, rates={"gray": [0.9, 0, 0]}
    )
    tags = TagFilter(avoid=("gray",))
    assert pick_by_layout(table, 3, layouts=[Layout(x=0.1)], tags=tags).seeds == (1, 2)


def test_a_box_asks_for_a_round_object_that_touches_its_sides() -> None:
    layout = Layout.of_box(Box(0.1, 0.2, 0.5, 0.8), kind="ball")
    assert (layout.x, layout.y) == pytest.approx((0.3, 0.5))
    assert layout.size == pytest.approx(0.24 * np.pi / 4)
    assert (layout.depth, layout.kind) == (None, "ball")
    assert str(layout) == "ball at x 0.30 y 0.50 size 0.19"


@pytest.mark.parametrize(
    "box",
    [
        Box(0.5, 0, 0.5, 1),
        Box(0.6, 0, 0.5, 1),
        Box(-0.1, 0, 1, 1),
        Box(0, 0, 1, 1.1),
        Box(NAN, 0, 1, 1),
    ],
)
def test_boxes_without_room_or_outside_are_refused(box: Box) -> None:
    with pytest.raises(PickError, match="box: expected 0 <= x0 < x1 <= 1"):
        Layout.of_box(box)


@pytest.mark.parametrize("asked", [{}, {"kind": "ball"}])
def test_asking_for_nothing_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(PickError, match="layout: expected a place, a size or a depth"):
        Layout(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [-0.1, 1.1, NAN])
def test_numbers_no_picture_has_are_refused(value: float) -> None:
    with pytest.raises(PickError, match=r"layout.size: expected 0 to 1"):
        Layout(size=value)


def test_what_the_table_cannot_answer_is_refused() -> None:
    table = table_of(np.full((3, 1, 4), 0.5), ("ball",))
    with pytest.raises(PickError, match="layouts: expected at least one"):
        pick_by_layout(table, 1, layouts=[])
    with pytest.raises(PickError, match="count: expected 1 or more"):
        pick_by_layout(table, 0, layouts=[Layout(x=0.5)])
    with pytest.raises(PickError, match=r"layout.kind: expected one of ball, got 'cat'"):
        pick_by_layout(table, 1, layouts=[Layout(x=0.5, kind="cat")])
    with pytest.raises(PickError, match="spaces: expected some of no space"):
        pick_by_layout(make_table({"a": [1, 2]}), 1, layouts=[Layout(x=0.5)])


def test_the_same_question_has_the_same_answer_and_no_state_is_touched() -> None:
    values, _ = planted(100, 4, 0.1, 0.05)
    table, layouts = table_of(values), (Layout(x=0.2), Layout(depth=0.9))
    before = random_states()
    picking = pick_by_layout(table, 7, layouts=layouts)
    assert pick_by_layout(table, 7, layouts=layouts) == picking
    assert LayoutPicker(layouts).pick(table, 7) == picking.seeds
    assert random_states() == before
    json.dumps(picking.to_json(), allow_nan=False)
