"""Follow a sampler at a page's pace, and stop it when a person asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from ..engine.sampling import Generated, StepUpdate

#: Seconds between two looks at a picture that is being drawn.
LOOK_EVERY = 0.3


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """Somebody stopped what was being finished, or has left."""


class StopSwitch(threading.Event):
    """Set when somebody presses Stop, and when their window is closed.

    Attributes:
        left: whether the window is closed, so that nobody will see what was made.
    """

    def __init__(self) -> None:
        """Start with nobody having stopped anything."""
        super().__init__()
        self.left = False

    def require_somebody(self) -> None:
        """Go on only as long as somebody is there to see the result.

        Raises:
            Stopped: the window is closed.
        """
        if self.left:
            raise Stopped


class StopSwitches:
    """One switch a browser session; whoever draws for a session looks at its newest switch."""

    def __init__(self) -> None:
        """Start with nobody drawing."""
        self._lock = threading.Lock()
        self._switches: dict[str, StopSwitch] = {}

    def fresh(self, session: str) -> StopSwitch:
        """Stop what this session still draws and return the switch for what it draws next."""
        switch = StopSwitch()
        with self._lock:
            before = self._switches.get(session)
            self._switches[session] = switch
        if before is not None:
            before.set()
        return switch

    def leave(self, browser: str) -> None:
        """Stop what all tabs of a browser draw.

        Args:
            browser: how the names of its sessions begin.
        """
        with self._lock:
            gone = [name for name in self._switches if name.partition(" ")[0] == browser]
            switches = [self._switches.pop(name) for name in gone]
        for switch in switches:
            switch.left = True
            switch.set()

    def press(self, session: str) -> None:
        """Stop what this session draws, if anything."""
        with self._lock:
            switch = self._switches.get(session)  # who stopped a run can still leave
        if switch is not None:
            switch.set()


def follow(
    events: Generator[StepUpdate | Generated, None, None],
    stop: threading.Event,
    *,
    every: float = LOOK_EVERY,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[StepUpdate | Generated]:
    """Pass on every picture and some of the steps, until ``stop`` is set.

    The first step comes, and the last of each picture, which shows the layers of the finished
    picture; between them at most one step in ``every`` seconds. The sampler is closed on every
    path, also when nobody reads on.

    Args:
        events: from :func:`~.sampling.stream`.
        stop: ends the stream between two steps.
        every: least seconds between two looks.
        clock: tells seconds.
    """
    due = clock()
    with closing(events):
        for event in events:
            if stop.is_set():
                return
            if isinstance(event, StepUpdate) and clock() < due and not is_last(event):
                continue
            due = clock() + every
            yield event


def is_last(update: StepUpdate) -> bool:
    """Tell whether this step finishes its picture."""
    return update.step >= update.steps - 1
