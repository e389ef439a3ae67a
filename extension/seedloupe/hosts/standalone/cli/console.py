"""What a command says, and where: results to stdout, everything else to stderr."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TextIO

from ....errors import InputError, SeedloupeError
from ....services.estimate import duration
from .silence import SilenceWatch, SpokenStream, TextStream

#: Seconds between two lines of progress where the lines stay.
_EVERY = 5.0
#: Seconds between two changes of a line that is written over.
_REFRESH = 0.1


class Console:
    """One command's output.

    Much of it is quoted from strangers' files, so nothing in it drives a terminal.

    Args:
        as_json: print one JSON document instead of lines for people.
        out: where results go; stdout when called.
        err: where progress and messages go; stderr when called.
    """

    def __init__(
        self, *, as_json: bool = False, out: TextIO | None = None, err: TextIO | None = None
    ) -> None:
        self.as_json = as_json
        self._out = out or sys.stdout
        self._err = SpokenStream(err or sys.stderr)
        self._watch = SilenceWatch(self._err, "seedloupe")

    def attend(self) -> None:
        """From now on, say what goes on wherever nothing was said for a while."""
        self._watch.start()

    def rest(self) -> None:
        """Do so no more: the command is over, or waits for somebody."""
        self._watch.stop()

    def name(self, what: str) -> None:
        """Call what goes on ``what``, where nothing closer is known."""
        self._watch.what = what

    def activity(self, what: str) -> AbstractContextManager[None]:
        """Call what goes on ``what`` as long as it does."""
        return self._watch.during(what)

    def result(self, document: Mapping[str, object], lines: Sequence[str]) -> None:
        """Print a command's result, once: the document with ``--json``, else the lines."""
        text = _json(document) if self.as_json else _plain_lines("\n".join(lines))
        if text:
            self._err.wipe()
            self._out.write(text + "\n")
            self._out.flush()

    def note(self, text: str) -> None:
        """Tell people something that is no part of the result."""
        self._err.write(_plain_lines(text) + "\n")
        self._err.flush()

    def error(self, error: SeedloupeError) -> None:
        """Say in one line what was wrong; with ``--json`` also as the document."""
        self.note(f"seedloupe: {error}")
        if self.as_json:
            self.result({"error": _parts(error)}, ())

    @contextmanager
    def measuring(self) -> Iterator[Callable[[int], None]]:
        """Say that the machine's speed is measured; yield what takes how many pictures it drew."""
        what = "measuring how fast this machine draws"
        drawn = 0

        def tell(count: int) -> None:
            nonlocal drawn
            drawn = count

        def line() -> str:
            return f"{what}: {drawn} picture{'' if drawn == 1 else 's'} so far"

        self.note(what)
        with self._watch.during(what, line):
            yield tell

    def progress(self, what: str, total: int, unit: str) -> ProgressLine:
        """Return a progress display for ``total`` units of work."""
        return ProgressLine(what, total, unit, self._err, watch=self._watch)


class ProgressLine:
    """A line written over on a terminal, a line now and then elsewhere, with rate and time left.

    Args:
        what: what is being done.
        total: how many units there are.
        unit: what a unit is called, in the plural.
        stream: where to write.
        watch: asks for the line again where nothing was said for a while.
        clock: tells seconds.
    """

    def __init__(
        self,
        what: str,
        total: int,
        unit: str,
        stream: TextStream,
        *,
        watch: SilenceWatch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what, self._total, self._unit = what, total, unit
        self._stream, self._clock = stream, clock
        self._live = stream.isatty()
        self._width = 0
        self._done = self._skipped = 0
        self._begun = self._said = clock()
        self._watch, self._watching = watch, ExitStack()

    def __enter__(self) -> ProgressLine:
        """Begin."""
        if self._watch is not None:
            self._watching.enter_context(self._watch.during(self._what, self.again))
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the line, so that what follows begins on its own."""
        self._watching.close()
        if self._live and self._width:
            self._stream.write("\n")
            self._stream.flush()

    def at(self, done: int, *, skipped: int = 0, total: int | None = None) -> None:
        """Show that ``done`` units are done, of which ``skipped`` took no time.

        Args:
            done: units so far.
            skipped: those of them that took no time.
            total: how many there are, where that is better known by now.
        """
        now = self._clock()
        self._total = self._total if total is None else total
        self._done, self._skipped = done, skipped
        last = done >= self._total
        if not last and now - self._said < (_REFRESH if self._live else _EVERY):
            return
        self._said = now
        self._write(self._line(done, skipped, now - self._begun))

    def again(self) -> str:
        """Return the line as it is now, for whoever writes it while nothing gets done."""
        elapsed = self._clock() - self._begun
        if self._done > self._skipped:
            line = self._line(self._done, self._skipped, elapsed)
        else:
            line = f"{self._what}: {self._done}/{self._total} {self._unit}, {elapsed:.0f} s so far"
        return line.ljust(self._width)

    def _line(self, done: int, skipped: int, elapsed: float) -> str:
        share = done / self._total if self._total else 1.0
        parts = [f"{self._what}: {done}/{self._total} {self._unit} ({share:.0%})"]
        fresh = done - skipped
        if fresh > 0 and elapsed > 0:
            rate = fresh / elapsed
            parts.append(f"{rate:.2f} {self._unit}/s")
            parts.append(f"{duration((self._total - done) / rate)} left")
        return ", ".join(parts)

    def _write(self, line: str) -> None:
        if not self._live:
            self._stream.write(line + "\n")
        else:
            self._stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
        self._stream.flush()


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay rows out in columns, the first row being the heading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def one_line(text: str) -> str:
    """Return a text out of somebody's file on one line, without what could drive a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def _plain_lines(text: str) -> str:
    return "\n".join(map(one_line, text.split("\n")))


def _json(document: Mapping[str, object]) -> str:
    """Write JSON; of what drives a terminal it leaves DEL and the C1 codes as they are."""
    text = json.dumps(document, ensure_ascii=False)
    return re.sub(r"[\x7f-\x9f]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _parts(error: SeedloupeError) -> dict[str, object]:
    parts: dict[str, object] = {"kind": type(error).__name__, "message": str(error)}
    if isinstance(error, InputError):
        parts |= {
            "field": error.field,
            "expected": error.expected,
            "got": error.got,
            "advice": error.advice,
        }
    return parts
