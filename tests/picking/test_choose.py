"""Whoever asks, the same rule answers the same."""

from __future__ import annotations

import json

import numpy as np
import pytest

from seedloupe.errors import PickError
from seedloupe.geometry import Box
from seedloupe.picking import (
    TABLE_RULES,
    Depth,
    DiverseObjective,
    GoldenRule,
    Layout,
    Picking,
    PickOrder,
    PickRequest,
    PickRule,
    TagFilter,
    layouts_of,
    pick_by_layout,
    pick_clean,
    pick_diverse,
    pick_given,
    pick_golden,
    pick_seeds,
    rules_for,
)

from ..seed_tables import full_table, make_table

TABLE = full_table(40)
TAGS = TagFilter(avoid=("gray",), above=0.8)
LEFT = Layout(x=0.2, y=0.5)
TURNED = {"position": 2, "order": PickOrder.TURNING}

ASKED: list[tuple[PickRequest, Picking]] = [
    (PickRequest(PickRule.GOLDEN, 3), pick_golden(TABLE, 3)),
    (
        PickRequest(
            PickRule.GOLDEN,
            3,
            tags=TAGS,
            golden_rule=GoldenRule.INTERSECTION,
            metrics=("loss",),
            pool=5,
            **TURNED,  # type: ignore[arg-type]
        ),
        pick_golden(
            TABLE,
            3,
            tags=TAGS,
            rule=GoldenRule.INTERSECTION,
            metrics=("loss",),
            pool=5,
            **TURNED,  # type: ignore[arg-type]
        ),
    ),
    (PickRequest(PickRule.DIVERSE, 3), pick_diverse(TABLE, 3)),
    (
        PickRequest(
            PickRule.DIVERSE,
            3,
            tags=TAGS,
            spaces=("composition",),
            objective=DiverseObjective.BALANCED,
            quality=0.2,
            floor=0.9,
        ),
        pick_diverse(
            TABLE,
            3,
            tags=TAGS,
            spaces=("composition",),
            objective=DiverseObjective.BALANCED,
            quality=0.2,
            floor=0.9,
        ),
    ),
    (PickRequest(PickRule.DIVERSE, 3, start=8), pick_diverse(TABLE, 3, start=8)),
    (
        PickRequest(PickRule.LAYOUT, 3, layouts=(LEFT,), tags=TAGS, position=1),
        pick_by_layout(TABLE, 3, layouts=[LEFT], tags=TAGS, position=1),
    ),
    (
        PickRequest(PickRule.CLEAN, 3, flaw="gray", tags=TAGS, **TURNED),  # type: ignore[arg-type]
        pick_clean(TABLE, 3, tag="gray", tags=TAGS, **TURNED),  # type: ignore[arg-type]
    ),
    (
        PickRequest(PickRule.GIVEN, 2, seeds=(11, 8, 5), position=1),
        pick_given(TABLE, (11, 8, 5), count=2, position=1),
    ),
]


@pytest.mark.parametrize(("asked", "expected"), ASKED)
def test_every_wish_reaches_its_rule(asked: PickRequest, expected: Picking) -> None:
    assert pick_seeds(TABLE, asked) == expected


def test_difference_is_measured_in_what_the_table_has() -> None:
    table = make_table({"a": [1, 2, 3, 4]}, features={"look": np.eye(4)})
    picking = pick_seeds(table, PickRequest(PickRule.DIVERSE, 2))
    assert "farthest in look" in picking.rule


def test_given_seeds_need_no_table_and_the_others_do() -> None:
    assert pick_seeds(None, PickRequest(PickRule.GIVEN, 1, seeds=(7,))).seeds == (7,)
    for rule in (PickRule.GOLDEN, PickRule.DIVERSE, PickRule.CLEAN):
        with pytest.raises(PickError, match=f"table: expected a seed table to pick {rule.value}"):
            pick_seeds(None, PickRequest(rule, 1))


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"rule": PickRule.GOLDEN, "count": 0}, "count"),
        ({"rule": PickRule.GOLDEN, "count": 1, "position": -1}, "position"),
        ({"rule": PickRule.LAYOUT, "count": 1}, "layout"),
        ({"rule": PickRule.GIVEN, "count": 1}, "seeds"),
    ],
)
def test_what_no_table_could_answer_is_refused_at_once(wish: dict[str, object], field: str) -> None:
    with pytest.raises(PickError) as refused:
        PickRequest(**wish)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_table_is_offered_the_rules_it_can_answer() -> None:
    assert rules_for(TABLE) == tuple(PickRule)
    assert rules_for(None) == (PickRule.GIVEN,)
    assert rules_for(make_table({"a": [1, 2]})) == (PickRule.GOLDEN, PickRule.GIVEN)
    uncounted = make_table({}, rates={"text": [0, 1]}, features={"look": np.eye(2)})
    assert rules_for(uncounted) == (PickRule.DIVERSE, PickRule.GIVEN)


@pytest.mark.parametrize("table", [TABLE, make_table({"a": [1.0, 2.0]})])
def test_a_rule_that_is_offered_answers(table: object) -> None:
    assert isinstance(table, type(TABLE))
    more = {PickRule.LAYOUT: {"layouts": (LEFT,)}, PickRule.GIVEN: {"seeds": (1,)}}
    for rule in rules_for(table):
        assert pick_seeds(table, PickRequest(rule, 1, **more.get(rule, {}))).seeds  # type: ignore[arg-type]
    for rule in set(TABLE_RULES) - set(rules_for(table)):
        with pytest.raises(PickError):
            pick_seeds(table, PickRequest(rule, 1, **more.get(rule, {})))  # type: ignore[arg-type]


def test_layouts_are_one_a_box_with_whatever_else_is_said() -> None:
    left, right = Box(0, 0.2, 0.4, 0.8), Box(0.6, 0.2, 1, 0.8)
    found = layouts_of(boxes=[left, right], depth=Depth.NEAR, kind="ball")
    assert [layout.x for layout in found] == [0.2, 0.8]
    assert {(layout.depth, layout.kind) for layout in found} == {(0.05, "ball")}
    assert found[0].size == Layout.of_box(left).size
    assert layouts_of(boxes=[left], size=0.3)[0].size == 0.3
    far = Layout(0.1, 0.9, depth=0.95)
    assert layouts_of(at=(0.1, 0.9), depth=Depth.FAR) == (far,)


def test_a_layout_of_nothing_or_of_two_places_is_refused() -> None:
    with pytest.raises(PickError, match="layout: expected a place, a size or a depth"):
        layouts_of(kind="ball")
    with pytest.raises(PickError, match="at: expected either a centre or a box"):
        layouts_of(boxes=[Box(0, 0, 1, 1)], at=(0.5, 0.5))


def test_a_request_is_written_with_what_its_rule_heeds() -> None:
    asked = PickRequest(PickRule.LAYOUT, 3, layouts=(LEFT,), tags=TAGS, position=9)
    # As read back, which a picture of a stopped run is compared with.
    assert (
        asked.to_json()
        == json.loads(json.dumps(asked.to_json()))
        == {
            "rule": "layout",
            "order": "best",
            "layouts": [{"x": 0.2, "y": 0.5, "size": None, "depth": None, "kind": None}],
            "tags": {"want": [], "avoid": ["gray"], "above": 0.8},
        }
    )
    golden = PickRequest(PickRule.GOLDEN, 1, metrics=("loss",), order=PickOrder.TURNING).to_json()
    assert (golden["golden_rule"], golden["order"]) == ("lower_bound", "turning")
    assert golden["metrics"] == ["loss"]
    given = PickRequest(PickRule.GIVEN, 1, seeds=(2**63,)).to_json()
    assert given == {"rule": "given", "order": "best", "seeds": [str(2**63)]}
