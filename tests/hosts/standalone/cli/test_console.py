from __future__ import annotations

import io
import json

import pytest

from seedloupe.errors import InputError
from seedloupe.hosts.standalone.cli.console import Console, ProgressLine, duration, table_lines


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_json_is_the_only_thing_on_stdout() -> None:
    out, err = io.StringIO(), io.StringIO()
    console = Console(as_json=True, out=out, err=err)
    console.note("working")
    console.result({"seed": "家"}, ["for people"])
    assert json.loads(out.getvalue()) == {"seed": "家"}
    assert err.getvalue() == "working\n"


def test_nothing_quoted_from_a_strangers_file_drives_a_terminal() -> None:
    wild = "a\x1b]0;title\x07b\x9b2J\x7f\rc"
    for as_json in (False, True):
        out, err = io.StringIO(), io.StringIO()
        console = Console(as_json=as_json, out=out, err=err)
        console.note(wild)
        console.result({"kind": wild}, [wild, "grün 家"])
        console.error(InputError("picture", expected="x", got=wild))
        said = out.getvalue() + err.getvalue()
        assert said.replace("\n", "").isprintable()
        if as_json:
            assert json.loads(out.getvalue().splitlines()[0]) == {"kind": wild}
        else:
            assert out.getvalue().splitlines()[1] == "grün 家"


def test_an_error_is_one_line_and_with_json_also_the_document() -> None:
    out, err = io.StringIO(), io.StringIO()
    error = InputError("size", expected="8", got="7", advice="Take 8.")
    Console(as_json=True, out=out, err=err).error(error)
    assert err.getvalue() == "seedloupe: size: expected 8, got 7. Take 8.\n"
    found = json.loads(out.getvalue())["error"]
    assert (found["kind"], found["field"], found["got"]) == ("InputError", "size", "7")


def test_progress_elsewhere_is_a_line_now_and_then_with_rate_and_time_left() -> None:
    out, clock = io.StringIO(), Clock()
    with ProgressLine("mining", 100, "pictures", out, clock=clock) as progress:
        for done in range(1, 101):
            clock.now += 0.25
            progress.at(done)
    lines = out.getvalue().splitlines()
    assert lines[0] == "mining: 20/100 pictures (20%), 4.00 pictures/s, 0:20 left"
    assert len(lines) == 5
    assert lines[-1].startswith("mining: 100/100 pictures (100%)")


def test_progress_on_a_terminal_is_one_line_written_over() -> None:
    out, clock = Terminal(), Clock()
    with ProgressLine("x", 2, "steps", out, clock=clock) as progress:
        for done in (1, 2):
            clock.now += 1
            progress.at(done)
    assert out.getvalue().count("\r") == 2
    assert out.getvalue().count("\n") == 1


def test_work_done_by_an_earlier_run_does_not_flatter_the_rate() -> None:
    out, clock = io.StringIO(), Clock()
    progress = ProgressLine("mining", 100, "pictures", out, clock=clock)
    clock.now += 10
    progress.at(90, skipped=80)
    assert out.getvalue() == "mining: 90/100 pictures (90%), 1.00 pictures/s, 0:10 left\n"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0:00"), (59.6, "1:00"), (125, "2:05"), (3725, "1:02:05")]
)
def test_durations_read_like_a_clock(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert table_lines([["A", "B"], ["long", "x"]]) == ["A     B", "long  x"]
