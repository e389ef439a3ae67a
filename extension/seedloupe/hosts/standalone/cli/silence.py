"""Nothing is silent for long: what goes on is said again where nobody has said anything."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

#: Seconds of silence after which something is said, short of the two a person waits gladly.
PATIENCE = 1.5
#: On a terminal one line is written over; where lines stay they become fewer after a while.
_LIVE_EVERY = 1.0
_OFTEN_FOR, _GROWTH, _MOST = 20.0, 2.0, 60.0
_LOOK_EVERY = 0.25


class TextStream(Protocol):
    """What lines are written to."""

    def write(self, text: str, /) -> int:
        """Take a text."""

    def flush(self) -> None:
        """Show it."""

    def isatty(self) -> bool:
        """Tell whether a person is looking on."""


class SpokenStream:
    """A text stream that remembers when it was last written to, and one passing line on it.

    A passing line stands on a terminal until something else is written.

    Args:
        stream: where everything goes.
        clock: tells seconds.
    """

    def __init__(self, stream: TextStream, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._passing = 0
        self._lock = threading.RLock()
        self.last = clock()

    def isatty(self) -> bool:
        """Tell whether a person is looking on."""
        return self._stream.isatty()

    def write(self, text: str) -> int:
        """Write, in place of a passing line."""
        with self._lock:
            self.wipe()
            return self._stream.write(text)

    def flush(self) -> None:
        """Show what was written."""
        with self._lock:
            self._stream.flush()

    def wipe(self) -> None:
        """Take a passing line away; something is about to be said."""
        with self._lock:
            self.last = self._clock()
            if self._passing:
                self._stream.write("\r" + " " * self._passing + "\r")
                self._passing = 0

    def pass_by(self, line: str, silent_since: float) -> None:
        """Show a line until something is written, unless something was meanwhile."""
        with self._lock:
            if self.last != silent_since:
                return
            if self.isatty():
                self._stream.write("\r" + line.ljust(self._passing))
                self._passing = max(self._passing, len(line))
            else:
                self._stream.write(line + "\n")
            self._stream.flush()


class SilenceWatch:
    """Says what goes on and for how long, where nothing else was said for a while.

    Args:
        stream: where it is said, and what else is said is noticed.
        what: what goes on as long as nobody says so.
        clock: tells seconds.
    """

    def __init__(
        self, stream: SpokenStream, what: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream, self._clock = stream, clock
        self.what = what
        self._begun = clock()
        self._next = PATIENCE
        self._heard = stream.last
        self._said = stream.last
        self._over = threading.Event()
        self.line: Callable[[], str] | None = None

    @contextmanager
    def during(self, what: str, line: Callable[[], str] | None = None) -> Iterator[None]:
        """Name what goes on meanwhile.

        Args:
            what: in a few words.
            line: makes the whole line, where more can be said than for how long.
        """
        before = self.what, self._begun, self.line
        self.what, self._begun, self.line = what, self._clock(), line
        self._next = PATIENCE
        try:
            yield
        finally:
            self.what, self._begun, self.line = before

    def look(self) -> None:
        """Say something if it is time to."""
        now = self._clock()
        if self._stream.last != self._heard:
            self._heard = self._said = self._stream.last
        if now - self._said < self._next:
            return
        live = self._stream.isatty()
        self._said = now
        if live:
            self._next = _LIVE_EVERY
        elif now - self._begun > _OFTEN_FOR:
            self._next = min(self._next * _GROWTH, _MOST)
        since = f"{self.what}: {now - self._begun:.0f} s so far"
        self._stream.pass_by(since if self.line is None else self.line(), self._heard)

    def start(self) -> None:
        """Look now and then, from a thread that ends with the program."""
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """Say nothing any more."""
        self._over.set()
        self._stream.wipe()

    def _run(self) -> None:
        while not self._over.wait(_LOOK_EVERY):
            try:
                self.look()
            except (OSError, ValueError):  # whoever listened has gone
                return
