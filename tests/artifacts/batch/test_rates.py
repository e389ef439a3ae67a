from __future__ import annotations

import pytest

from seedloupe.artifacts import Verdict
from seedloupe.artifacts.batch import model_rates, seed_rates

from .made import clean, row


def test_a_seeds_rate_has_wilsons_interval() -> None:
    rows = [row(file=f"{i}") for i in range(2)] + [clean(f"c{i}") for i in range(8)]
    (rate,) = seed_rates(rows)

    # Worked by hand for 2 of 10: (0.2 + z²/20 ± z·sqrt(0.016 + z²/400)) / (1 + z²/10).
    assert (rate.checked, rate.flagged, rate.few) == (10, 2, False)
    assert rate.low == pytest.approx(0.0567, abs=5e-5)
    assert rate.high == pytest.approx(0.5098, abs=5e-5)


def test_pictures_nobody_looked_at_count_neither_way() -> None:
    rows = [row(), row(file="b", verdict=Verdict.NOT_CHECKED)]

    assert [rate.checked for rate in seed_rates(rows)] == [1]
    assert seed_rates(rows[1:]) == []


def test_a_seed_is_another_at_another_size_or_from_another_generator() -> None:
    rows = [row(), row(drawn=(64, 96)), row(noise="nv"), clean("d")]

    assert sorted(rate.checked for rate in seed_rates(rows)) == [1, 1, 2]


def test_pictures_that_are_not_their_seeds_alone_are_left_out() -> None:
    assert seed_rates([row(alone=False), row(seed="")]) == []
    assert [rate.checked for rate in model_rates([row(alone=False), row(seed="")])] == [2]


def test_seeds_with_few_pictures_come_after_the_others_and_the_worst_first() -> None:
    many = [clean(f"{i}", seed="3") for i in range(5)]
    bad = [row(file=f"b{i}", seed="4") for i in range(5)]
    one = [row(seed="5")]

    assert [rate.of["seed"] for rate in seed_rates([*one, *many, *bad])] == ["4", "3", "5"]


def test_models_are_told_apart_by_task() -> None:
    rates = model_rates([row(), row(task="inpaint"), clean("c", model="other")])

    assert {(rate.of["model"], rate.of["task"]) for rate in rates} == {
        ("dream", "txt2img"), ("dream", "inpaint"), ("other", "txt2img"),
    }  # fmt: skip
