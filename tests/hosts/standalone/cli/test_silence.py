from __future__ import annotations

import io
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

from seedloupe.hosts.standalone.cli import main as cli
from seedloupe.hosts.standalone.cli.console import Console, ProgressLine
from seedloupe.hosts.standalone.cli.silence import PATIENCE, SilenceWatch, SpokenStream

from .test_console import Clock, Terminal

EXTENSION = Path(cli.__file__).parents[4]


def watched(kind: type[io.StringIO]) -> tuple[io.StringIO, SpokenStream, SilenceWatch, Clock]:
    out, clock = kind(), Clock()
    stream = SpokenStream(out, clock=clock)
    return out, stream, SilenceWatch(stream, "seedloupe doctor", clock=clock), clock


def passing(watch: SilenceWatch, clock: Clock, seconds: float) -> None:
    for _ in range(round(seconds * 4)):
        clock.now += 0.25
        watch.look()


def test_something_is_said_before_two_seconds_are_over() -> None:
    out, _, watch, clock = watched(io.StringIO)
    assert PATIENCE < 2
    passing(watch, clock, 1.25)
    assert out.getvalue() == ""
    passing(watch, clock, 0.25)
    assert out.getvalue() == "seedloupe doctor: 2 s so far\n"


def test_who_speaks_is_not_interrupted() -> None:
    out, stream, watch, clock = watched(io.StringIO)
    for _ in range(10):
        passing(watch, clock, 1.25)
        stream.write("news\n")
    assert out.getvalue() == "news\n" * 10


def test_where_lines_stay_they_become_fewer_down_to_one_a_minute() -> None:
    out, _, watch, clock = watched(io.StringIO)
    passing(watch, clock, 600)
    seconds = [int(line.split()[2]) for line in out.getvalue().splitlines()]
    apart = [after - before for before, after in pairwise([0, *seconds])]
    assert max(apart[:13]) <= 2
    assert apart == sorted(apart, key=lambda gap: max(gap, 2))
    assert (apart[-3:], len(seconds)) == ([60, 60, 60], 27)


def test_what_goes_on_is_named_as_long_as_it_does() -> None:
    out, _, watch, clock = watched(io.StringIO)
    with watch.during("opening seedling"):
        passing(watch, clock, 2)
        with watch.during("reading"):
            passing(watch, clock, 1.5)
    watch.what = "seedloupe mine"
    passing(watch, clock, 3)
    assert out.getvalue().splitlines() == [
        "opening seedling: 2 s so far",
        "reading: 1 s so far",
        "seedloupe mine: 4 s so far",
        "seedloupe mine: 6 s so far",
    ]


def test_on_a_terminal_one_line_counts_and_goes_when_something_is_said() -> None:
    out, stream, watch, clock = watched(Terminal)
    passing(watch, clock, 3.5)
    stream.write("news\n")
    shown = out.getvalue()
    assert shown.split("\r")[1:4] == [f"seedloupe doctor: {n} s so far" for n in (2, 2, 4)]
    assert shown.endswith("\r" + " " * len("seedloupe doctor: 2 s so far") + "\rnews\n")
    assert "\n" not in shown[:-1]


def test_progress_is_shown_again_where_a_step_takes_long() -> None:
    out, stream, watch, clock = watched(io.StringIO)
    with ProgressLine("generating", 4, "steps", stream, watch=watch, clock=clock) as progress:
        passing(watch, clock, 1.5)
        clock.now += 3.5
        progress.at(1)
        passing(watch, clock, 5)
    assert out.getvalue().splitlines() == [
        "generating: 0/4 steps, 2 s so far",
        "generating: 1/4 steps (25%), 0.20 steps/s, 0:15 left",
        "generating: 1/4 steps (25%), 0.15 steps/s, 0:20 left",
        "generating: 1/4 steps (25%), 0.12 steps/s, 0:24 left",
        "generating: 1/4 steps (25%), 0.11 steps/s, 0:28 left",
    ]


def test_a_result_takes_the_passing_line_away() -> None:
    out, err = io.StringIO(), Terminal()
    console = Console(out=out, err=err)
    console._err.pass_by("opening", console._err.last)
    console.result({}, ["done"])
    assert err.getvalue() == "\ropening\r       \r"
    assert out.getvalue() == "done\n"


def test_whoever_is_gone_is_not_spoken_to() -> None:
    class Gone(io.StringIO):
        def write(self, text: str, /) -> int:
            raise BrokenPipeError

    watch = SilenceWatch(SpokenStream(Gone(), clock=lambda: 0.0), "x", clock=lambda: 10.0)
    watch._run()  # ends


def test_a_command_that_takes_long_says_so_from_its_own_process() -> None:
    code = """
import sys, time
from seedloupe.hosts.standalone.cli import main as cli
from seedloupe.hosts.standalone.cli.commands import noise
noise.run = lambda args, console: time.sleep(2.2) or 0
sys.argv[1:] = ["noise", "1", "--shape", "4,8,8"]
sys.exit(cli.main())
"""
    begun = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(EXTENSION), "PATH": ""},
    )
    assert time.monotonic() - begun > 2
    assert "seedloupe noise: " in ended.stderr
    assert ended.stdout == ""


def test_whoever_calls_the_command_line_hears_nothing_of_it() -> None:
    console = Console(err=io.StringIO())
    assert console._watch._over.is_set() is False
    console.rest()
    assert console._watch._over.is_set() is True


def test_measuring_says_what_for_and_how_many_pictures_were_drawn() -> None:
    err = io.StringIO()
    console = Console(err=err)
    with console.measuring() as tell:
        assert err.getvalue() == "measuring how fast this machine draws\n"
        line = console._watch.line
        assert line is not None
        assert line() == "measuring how fast this machine draws: 0 pictures so far"
        tell(1)
        assert line() == "measuring how fast this machine draws: 1 picture so far"
    assert console._watch.line is None
