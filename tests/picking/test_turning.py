"""Seeds take turns: the same at a position for ever, none twice in a round, on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pytest

from seedloupe.errors import PickError
from seedloupe.picking import (
    DiverseObjective,
    GoldenRule,
    Layout,
    Picking,
    PickOrder,
    pick_by_layout,
    pick_clean,
    pick_diverse,
    pick_given,
    pick_golden,
)
from seedloupe.picking.turning import Turning, coin_of, in_rounds
from seedloupe.tables import SeedTable

from ..seed_tables import make_table, random_states

Pick = Callable[..., Picking]

DICE = np.random.default_rng(5)
SEEDS = (*range(3, 3 + 7 * 90, 7), 2**32 - 1)
ROWS = len(SEEDS)
TURNING = PickOrder.TURNING
LEFT, RIGHT = Layout(x=0.2, y=0.5), Layout(x=0.8, y=0.5)


def many() -> SeedTable:
    """Seeds with everything a rule could ask for."""
    first, second = DICE_VALUES
    return make_table(
        {"a": first, "b": first + second},
        seeds=SEEDS,
        features={"style": STYLE, "composition": COMPOSITION},
        rates={"text": TEXT},
        counts={"rate.text": np.full(ROWS, 8)},
        classes=("ball", "tree"),
    )


DICE_VALUES = DICE.normal(size=(2, ROWS))
STYLE = DICE.normal(size=(ROWS, 5))
COMPOSITION = DICE.random((ROWS, 8))
TEXT = np.round(DICE.random(ROWS) * 4) / 8

RULES: dict[str, Pick] = {
    "lower bound": pick_golden,
    "intersection": partial(pick_golden, rule=GoldenRule.INTERSECTION),
    "pareto": partial(pick_golden, rule=GoldenRule.PARETO),
    "diverse": pick_diverse,
    "layout": partial(pick_by_layout, layouts=[LEFT]),
    "two layouts": partial(pick_by_layout, layouts=[LEFT, RIGHT]),
    "three layouts": partial(pick_by_layout, layouts=[LEFT, RIGHT, Layout(depth=0.9)]),
    "clean": pick_clean,
    "given": lambda table, count, **how: pick_given(
        table, [9, *table.seeds[:10].tolist()], count=count, **how
    ),
}
BALANCED = partial(pick_diverse, objective=DiverseObjective.BALANCED)


def seeds_at(pick: Pick, table: SeedTable, position: int, count: int) -> tuple[int, ...]:
    return pick(table, count, position=position, order=TURNING).seeds


# A second implementation, in whole numbers of any length.


def mixed(word: int) -> int:
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    word = (word ^ word >> 27) * 0x94D049BB133111EB % 2**64
    return word ^ word >> 31


def keys(digest: str, rule: str, name: str) -> tuple[int, int]:
    text = f"seedloupe.turning.1\0{digest}\0{rule}\0{name}"
    number = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(number[:8], "little"), int.from_bytes(number[8:16], "little")


def shuffled(seeds: Sequence[int], key: tuple[int, int]) -> list[int]:
    first, second = key
    return sorted(seeds, key=lambda seed: mixed(mixed(seed ^ first) ^ second))


def expected(pool: Sequence[int], digest: str, rule: str, position: int) -> int:
    """The seed at one position, one by one."""
    number, at = divmod(position, len(pool))
    early = shuffled(pool, keys(digest, rule, "halves"))[: (len(pool) + 1) // 2]
    order = shuffled(pool, keys(digest, rule, str(number)))
    halves = [[seed for seed in order if (seed in early) is first] for first in (True, False)]
    return (halves[0] + halves[1])[at]


def digest_of(table: SeedTable) -> str:
    """What the format says of ``tensors_sha256``: every tensor by name, length and bytes."""
    named = {"seeds": table.seeds, **table.tensors}
    found = hashlib.sha256()
    for name in sorted(named):
        found.update(name.encode() + b"\0" + str(named[name].nbytes).encode() + b"\0")
        found.update(named[name].tobytes())
    return found.hexdigest()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 16, 23])
def test_the_order_is_that_of_a_second_implementation(size: int) -> None:
    table = make_table({"a": np.arange(23.0)}, seeds=[*range(22), 2**32 - 1])
    pool = table.seeds[:size]
    turning = Turning(pool, table, "golden")
    positions = range(3 * size + 2)
    wanted = [expected(pool.tolist(), digest_of(table), "golden", n) for n in positions]
    assert pool[turning.places(0, len(positions))].tolist() == wanted


def test_golden_seeds_in_turn_are_those_of_a_second_implementation() -> None:
    table = many()
    pool = pick_golden(table, 23).seeds
    assert len(pool) == -(-ROWS // 4)
    wanted = [expected(pool, digest_of(table), "golden", n) for n in range(200)]
    assert seeds_at(pick_golden, table, 0, 200) == tuple(wanted)


def test_two_layouts_in_turn_are_those_of_a_second_implementation() -> None:
    table, layouts = many(), [LEFT, RIGHT]
    each = -(-ROWS // 16)
    best = pick_by_layout(table, 2 * each, layouts=layouts).seeds
    wanted = [
        expected(best[n % 2 :: 2], digest_of(table), f"layout {n % 2 + 1} of 2", n // 2)
        for n in range(60)
    ]
    assert seeds_at(RULES["two layouts"], table, 0, 60) == tuple(wanted)


def test_the_seeds_of_a_position_are_the_same_for_ever() -> None:
    # Pictures carry these positions: whatever changes, this order is to stay.
    table = make_table({"a": np.arange(12.0)}, seeds=[*range(11), 2**32 - 1])
    pool = Turning(table.seeds, table, "golden")
    assert digest_of(table).startswith("fe85955f6930ba53")
    assert table.seeds[pool.places(0, 12)].tolist() == [
        6,
        0,
        1,
        10,
        5,
        8,
        4294967295,
        2,
        4,
        9,
        3,
        7,
    ]
    assert table.seeds[pool.places(12 * 10**15, 12 * 10**15 + 12)].tolist() == [
        0,
        10,
        6,
        8,
        1,
        5,
        2,
        4294967295,
        3,
        7,
        9,
        4,
    ]


@pytest.mark.parametrize("order", list(PickOrder))
@pytest.mark.parametrize("rule", RULES)
def test_seeds_do_not_depend_on_how_many_are_taken_at_a_time(rule: str, order: PickOrder) -> None:
    table, pick = many(), RULES[rule]
    at_once = pick(table, 11, order=order).seeds
    assert len(at_once) == 11
    singly = [pick(table, 1, position=n, order=order).seeds[0] for n in range(11)]
    in_threes = [
        seed for n in (0, 3, 6, 9) for seed in pick(table, 3, position=n, order=order).seeds
    ]
    assert at_once == tuple(singly) == tuple(in_threes[:11])


@pytest.mark.parametrize("rule", [*RULES, "balanced"])
def test_no_seed_comes_twice_before_all_have_come(rule: str) -> None:
    table, pick = many(), {**RULES, "balanced": BALANCED}[rule]
    period = pick(table, 1, order=TURNING).period
    assert 1 <= period < 2 * ROWS
    for begin in (0, period, 40 * period):
        assert len(set(seeds_at(pick, table, begin, period))) == period
    rounds = {frozenset(seeds_at(pick, table, n * period, period)) for n in range(3)}
    assert len(rounds) == 1


@pytest.mark.parametrize("rule", RULES)
def test_up_to_half_the_pool_holds_no_seed_twice_from_anywhere(rule: str) -> None:
    table, pick = many(), RULES[rule]
    picking = pick(table, 1, order=TURNING)
    layouts = {"two layouts": 2, "three layouts": 3}.get(rule, 1)
    size = picking.period // layouts // 2 * layouts
    seeds = seeds_at(pick, table, 0, 4 * picking.period)
    for begin in range(3 * picking.period):
        assert len(set(seeds[begin : begin + size])) == size


def test_a_new_round_brings_another_order() -> None:
    table = many()
    first, second = (seeds_at(pick_golden, table, begin, 23) for begin in (0, 23))
    assert first != second


def test_the_order_is_no_order_of_quality() -> None:
    ranks = [pick.rank for pick in pick_golden(many(), 23, order=TURNING).picks]
    assert sorted(ranks) == list(range(1, 24))
    assert abs(np.corrcoef(ranks, range(23))[0, 1]) < 0.5


@pytest.mark.parametrize("rule", ["lower bound", "diverse", "layout", "clean"])
def test_another_content_of_the_table_is_another_order(rule: str) -> None:
    table, pick = many(), RULES[rule]
    other = SeedTable(
        table.seeds,
        {**table.tensors, "rate.sky": np.zeros(ROWS, np.float32)},
        table.spec,
    )
    assert pick(table, 20).seeds == pick(other, 20).seeds
    period = pick(table, 1, order=TURNING).period
    one, two = (seeds_at(pick, which, 0, period) for which in (table, other))
    assert set(one) == set(two)
    assert one != two


def test_two_rules_have_two_orders() -> None:
    table = many()
    pools = [Turning(table.seeds, table, rule).places(0, ROWS) for rule in ("golden", "clean")]
    assert pools[0].tolist() != pools[1].tolist()


def test_a_pool_that_loses_a_seed_keeps_the_others_in_order() -> None:
    table = many()
    whole = table.seeds[Turning(table.seeds, table, "golden")._shuffled("0")].tolist()
    less = np.delete(table.seeds, 7)
    left = less[Turning(less, table, "golden")._shuffled("0")].tolist()
    assert left == [seed for seed in whole if seed != table.seeds[7]]


def test_places_far_away_cost_no_more() -> None:
    picking = pick_golden(many(), 3, position=10**18, order=TURNING)
    assert len(picking.seeds) == 3
    assert picking.position == 10**18


def test_more_than_there_are_come_again_and_it_is_said() -> None:
    table = make_table({"a": np.arange(8.0)})
    picking = pick_golden(table, 5, order=TURNING)
    assert len(picking.seeds) == 5
    assert set(picking.seeds) == {6, 7}
    assert picking.period == 2
    assert "only 2 seeds take turns: after as many pictures they come again" in picking.notes
    assert not any("take turns" in note for note in pick_golden(table, 2, order=TURNING).notes)


def test_the_best_first_go_on_where_they_were_and_end() -> None:
    table = make_table({"a": np.arange(8.0)})
    picking = pick_golden(table, 3, position=6)
    assert picking.seeds == (1, 0)
    assert [pick.rank for pick in picking.picks] == [7, 8]
    assert "asked for 3 seeds, found 2" in picking.notes
    with pytest.raises(PickError, match="position: expected below 8"):
        pick_golden(table, 1, position=8)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "given"])
def test_the_best_first_end_for_every_rule(rule: str) -> None:
    with pytest.raises(PickError, match="position: expected below"):
        RULES[rule](many(), 1, position=3 * ROWS)


@pytest.mark.parametrize("position", [-1, 1.0, True, "3"])
def test_what_is_no_position_is_refused(position: object) -> None:
    with pytest.raises(PickError, match="position: expected 0 or more"):
        pick_golden(many(), 1, position=position)  # type: ignore[arg-type]


def test_where_no_seed_is_golden_none_can_take_turns() -> None:
    rising = np.arange(8.0)
    table = make_table({"a": rising, "b": -rising})
    with pytest.raises(PickError, match="order: expected seeds that are golden by the rule"):
        pick_golden(table, 1, rule=GoldenRule.INTERSECTION, order=TURNING)
    assert pick_golden(table, 1, rule=GoldenRule.INTERSECTION).seeds


def test_an_empty_table_of_scores_has_nobody_to_take_turns() -> None:
    picking = pick_golden(make_table({"a": [float("nan")] * 3}), 2, order=TURNING)
    assert picking.seeds == ()
    assert "asked for 2 seeds, found none" in picking.notes


def test_balanced_seeds_have_no_second_set_but_take_turns() -> None:
    with pytest.raises(PickError, match="position: expected 0: balanced weighs a set as a whole"):
        BALANCED(many(), 4, position=4)
    assert len(BALANCED(many(), 4, position=4, order=TURNING).seeds) == 4


def test_in_turn_no_seed_is_the_first() -> None:
    with pytest.raises(PickError, match="start: expected none"):
        pick_diverse(many(), 4, start=SEEDS[0], order=TURNING)


def test_in_a_large_table_only_the_best_are_compared_and_it_is_said() -> None:
    count = 2**15 + 2
    scores = np.arange(count, dtype=float)
    points = np.random.default_rng(8).normal(size=(count, 2))
    points[:100] *= 1000  # far out, and worse than the better quarter
    table = make_table({"a": scores}, features={"style": points})
    picking = pick_diverse(table, 128, order=TURNING, floor=1.0)
    assert picking.pool == 2**14
    assert min(picking.seeds) >= count - 2**14
    assert "in turn only the first 16384 of these are compared" in picking.notes
    assert not any("in turn only" in note for note in pick_diverse(table, 2, floor=1.0).notes)


def test_given_seeds_come_again_in_the_order_given() -> None:
    picking = pick_given(None, [5, 3, 5, 9], count=4, position=2, order=TURNING)
    assert picking.seeds == (9, 5, 3, 9)
    assert pick_given(None, [5, 3, 9], count=2, position=1).seeds == (3, 9)


def test_a_choice_says_its_positions() -> None:
    table = many()
    assert pick_golden(table, 4).place == ""
    assert pick_golden(table, 4, position=8).place == "positions 8 to 11 of the best first"
    turned = pick_golden(table, 1, position=8, order=TURNING)
    again = "its 23 seeds come again after as many pictures"
    assert turned.place == f"position 8 of the turning order; {again}"
    written = turned.to_json()
    assert (written["position"], written["order"], written["period"]) == (8, "turning", 23)


def test_coins_fall_on_both_sides() -> None:
    coin = coin_of(many(), "diverse style")
    heads = sum(coin(number) for number in range(1000))
    assert 400 < heads < 600


def test_an_empty_round_is_no_endless_one() -> None:
    assert in_rounds(5, 9, 0, lambda _: np.arange(0)).tolist() == []


def test_nobody_elses_dice_are_thrown() -> None:
    before = random_states()
    for pick in RULES.values():
        pick(many(), 3, position=5, order=TURNING)
    assert random_states() == before
