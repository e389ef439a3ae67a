from __future__ import annotations

import pytest

from seedloupe.services.estimate import seconds_each


class Machine:
    """Draws a batch in a fixed time and some more for each picture; its first one takes longer."""

    def __init__(self, fixed: float, each: float, first: float = 0.0) -> None:
        self.now, self.batches, self.told = 0.0, list[int](), list[int]()
        self._fixed, self._each, self._first = fixed, each, first

    def draw(self, count: int) -> None:
        self.now += self._fixed + self._each * count + (0 if self.batches else self._first)
        self.batches.append(count)

    def measured(self, most: int) -> float:
        return seconds_each(self.draw, most, tell=self.told.append, clock=lambda: self.now)


def test_a_cpu_that_takes_its_time_draws_four_pictures_of_thirty_two() -> None:
    machine = Machine(0.0, 0.75, first=1.0)
    assert machine.measured(32) == pytest.approx(0.75)
    assert machine.batches == [1, 1, 2]
    assert machine.told == [1, 2, 4]


def test_a_card_is_measured_where_it_draws_many_at_once() -> None:
    machine = Machine(0.5, 0.02, first=3.0)
    assert machine.measured(64) == pytest.approx((0.5 + 32 * 0.02) / 32)
    assert machine.batches[-1] == 32


def test_no_batch_is_larger_than_those_that_count() -> None:
    machine = Machine(0.1, 0.001)
    assert machine.measured(12) == pytest.approx((0.1 + 0.012) / 12)
    assert machine.batches == [1, 1, 2, 4, 8, 12]


def test_one_picture_is_enough_where_it_takes_long() -> None:
    machine = Machine(0.0, 200.0, first=3.0)
    assert machine.measured(32) == pytest.approx(203.0)
    assert machine.batches == [1]


def test_one_seed_is_measured_once_everything_is_ready() -> None:
    machine = Machine(0.0, 0.2, first=3.0)
    assert machine.measured(1) == pytest.approx(0.2)
    assert machine.batches == [1, 1]
