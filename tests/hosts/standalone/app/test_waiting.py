from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from seedloupe.hosts.standalone.app.waiting import Line, Turn, place_words


def runs() -> Iterator[str]:
    yield "drawn"


def turn(line: Line, stop: threading.Event) -> Turn:
    return Turn(line, lambda given: stop, lambda before: {"before": before}, lambda: {"left": True})


def test_who_comes_first_draws_at_once() -> None:
    assert list(turn(Line(), threading.Event()).take(runs, ())) == ["drawn"]


def test_who_comes_later_sees_how_many_are_before_and_draws_when_they_are_done() -> None:
    line = Line()
    with line.place():
        second = turn(line, threading.Event()).take(runs, ())
        assert next(second) == {"before": 1}
    assert list(second) == ["drawn"]


def test_who_presses_stop_leaves_the_line_without_a_run() -> None:
    line, stop = Line(), threading.Event()
    with line.place():
        second = turn(line, stop).take(runs, ())
        next(second)
        stop.set()
        assert list(second) == [{"left": True}]
        assert list(turn(line, stop).take(runs, ())) == [{"left": True}]


def test_the_model_is_free_again_when_a_run_breaks_or_its_page_is_left() -> None:
    def breaks() -> Iterator[str]:
        raise RuntimeError("on fire")
        yield ""

    line = Line()
    with pytest.raises(RuntimeError):
        list(turn(line, threading.Event()).take(breaks, ()))
    left = turn(line, threading.Event()).take(runs, ())
    next(left)
    left.close()
    assert list(turn(line, threading.Event()).take(runs, ())) == ["drawn"]


def test_a_tab_that_is_in_the_line_gets_no_second_place() -> None:
    line = Line()
    same = Turn(line, who=lambda given: "somebody create")
    first = same.take(runs, ())
    assert next(first) == "drawn"
    assert list(same.take(runs, ())) == []
    first.close()
    assert list(same.take(runs, ())) == ["drawn"]


def test_who_waited_is_told_that_the_wait_is_over_and_nobody_else_is() -> None:
    line = Line()
    turn = Turn(line, waits=lambda n: {"place": place_words(n)}, begins=lambda: {"place": ""})
    with line.place():
        second = turn.take(runs, ())
        assert next(second) == {"place": "1 run is before yours."}
    assert list(second) == [{"place": ""}, "drawn"]
    assert list(turn.take(runs, ())) == ["drawn"]
