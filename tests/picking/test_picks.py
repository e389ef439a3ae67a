"""What a picker answers is plain JSON, whatever the table lacks."""

from __future__ import annotations

import json

import numpy as np
import pytest

from seedloupe.errors import PickError
from seedloupe.picking import Chance, Pick, Picking, PickSpread
from seedloupe.picking.picks import describe_pick
from seedloupe.picking.stretch import require_count

from ..seed_tables import make_table

NAN = float("nan")


def test_scores_nobody_measured_are_left_out_rather_than_nan() -> None:
    table = make_table(
        {"a": [NAN], "b": [2.0]},
        extra={"score.a.se": [NAN], "score.b.confirm": [NAN], "score.b.se": [0.5]},
    )
    pick = describe_pick(table, 0, ("a", "b"))
    assert pick.scores == {"b": 2.0}
    assert pick.interval is None
    assert describe_pick(table, 0, ("b",)).interval == pytest.approx((2 - 0.98, 2 + 0.98), abs=1e-3)


def test_a_given_interval_and_further_scores_are_taken() -> None:
    table = make_table({"a": [1.0]}, extra={"score.a.se": [0.5]})
    pick = describe_pick(table, 0, ("a",), rank=3, note="n", interval=(0.0, 0.0), more={"x": 0.5})
    assert (pick.rank, pick.note, pick.interval) == (3, "n", (0.0, 0.0))
    assert pick.scores == {"a": 1.0, "x": 0.5}


def test_json_is_finite_and_has_every_part() -> None:
    picking = Picking(
        (Pick(2**64 - 1, 1, {"a": 0.5}, (0.0, 1.0), "n"), Pick(7)),
        "rule",
        2,
        Chance(64, 6, 70, 0.1),
        ("note",),
        PickSpread(1, 0.5, 0.99),
    )
    value = json.loads(json.dumps(picking.to_json(), allow_nan=False))
    assert value["picks"][0] == {
        "seed": "18446744073709551615",
        "rank": 1,
        "scores": {"a": 0.5},
        "interval": [0.0, 1.0],
        "note": "n",
    }
    assert value["picks"][1]["interval"] is None
    assert value["chance"] == {"expected": 64, "sd": 6, "observed": 70, "p": 0.1}
    assert value["spread"] == {"mean": 1, "by_lot": 0.5, "beaten": 0.99}


@pytest.mark.parametrize("count", [0, -1, 1.0, True, "3", np.int64(3)])
def test_counts_that_are_no_whole_number_from_one_up_are_refused(count: object) -> None:
    with pytest.raises(PickError, match="count: expected 1 or more"):
        require_count(count)  # type: ignore[arg-type]
