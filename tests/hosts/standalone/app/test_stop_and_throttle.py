from __future__ import annotations

import threading
from collections.abc import Generator

import pytest
import torch

from seedloupe.hosts.standalone.app.stop_and_throttle import Stopped, StopSwitches, follow
from seedloupe.hosts.standalone.engine.sampling import Generated, StepUpdate

Event = StepUpdate | Generated


class Sampler:
    """Draws ``count`` pictures of ``steps`` steps and remembers how it ended."""

    def __init__(self, count: int = 1, steps: int = 10) -> None:
        self.count, self.steps = count, steps
        self.taken, self.closed = 0, False

    def stream(self) -> Generator[Event, None, None]:
        try:
            for image in range(self.count):
                for step in range(self.steps):
                    self.taken += 1
                    yield StepUpdate(image, 70 + image, step, self.steps, 1.0)
                yield Generated(torch.zeros(3, 4, 6), 70 + image, image)
        finally:
            self.closed = True


class Clock:
    """Seconds pass only when somebody looks: ``pace`` a look."""

    def __init__(self, pace: float) -> None:
        self.now, self.pace = 0.0, pace

    def __call__(self) -> float:
        self.now += self.pace
        return self.now


def steps_of(events: list[Event]) -> list[int]:
    return [event.step for event in events if isinstance(event, StepUpdate)]


def test_steps_come_no_faster_than_asked_but_the_first_and_the_last_always_come() -> None:
    events = follow(Sampler(steps=50).stream(), threading.Event(), every=1.0, clock=Clock(0.01))
    assert steps_of(list(events)) == [0, 49]


def test_every_step_comes_where_there_is_time() -> None:
    events = follow(Sampler(steps=5).stream(), threading.Event(), every=1.0, clock=Clock(2.0))
    assert steps_of(list(events)) == [0, 1, 2, 3, 4]


def test_every_picture_comes_whatever_the_pace() -> None:
    events = list(follow(Sampler(3, 4).stream(), threading.Event(), every=9.0, clock=Clock(0.001)))
    pictures = [event.seed for event in events if isinstance(event, Generated)]
    assert pictures == [70, 71, 72]


def test_a_pressed_switch_ends_the_sampler_between_two_steps() -> None:
    sampler, stop = Sampler(steps=10), threading.Event()
    events = follow(sampler.stream(), stop, every=0.0)
    next(events)
    stop.set()
    assert list(events) == []
    assert sampler.taken == 2
    assert sampler.closed


def test_a_reader_who_leaves_ends_the_sampler() -> None:
    sampler = Sampler()
    events = follow(sampler.stream(), threading.Event(), every=0.0)
    next(events)
    events.close()
    assert sampler.closed


def test_what_a_sampler_raises_reaches_the_reader() -> None:
    def broken() -> Generator[Event, None, None]:
        yield StepUpdate(0, 1, 0, 4, 1.0)
        raise RuntimeError("out of memory")

    events = follow(broken(), threading.Event(), every=0.0)
    next(events)
    with pytest.raises(RuntimeError, match="out of memory"):
        next(events)


def test_a_session_that_draws_again_stops_what_it_drew_before() -> None:
    switches = StopSwitches()
    first, other = switches.fresh("a"), switches.fresh("b")
    second = switches.fresh("a")
    assert (first.is_set(), second.is_set(), other.is_set()) == (True, False, False)


def test_who_closed_the_window_is_told_from_who_pressed_stop_even_if_both_happen() -> None:
    switches = StopSwitches()
    mine, other = switches.fresh("a lens"), switches.fresh("b lens")
    switches.press("a lens")
    assert (mine.is_set(), mine.left) == (True, False)
    mine.require_somebody()
    switches.leave("a")
    assert (mine.left, other.left) == (True, False)
    with pytest.raises(Stopped):
        mine.require_somebody()


def test_pressing_stop_stops_one_session_and_is_no_error_where_nothing_is_drawn() -> None:
    switches = StopSwitches()
    mine, other = switches.fresh("a"), switches.fresh("b")
    for _ in range(2):
        switches.press("a")
    assert (mine.is_set(), other.is_set()) == (True, False)
