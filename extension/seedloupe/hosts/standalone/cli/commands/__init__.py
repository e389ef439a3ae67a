"""The commands, one file each. A file adds its parser and imports the rest when it runs."""

from __future__ import annotations

from . import (
    check,
    demo,
    doctor,
    generate,
    lens,
    mine,
    noise,
    pick,
    readers,
    scorers,
    study,
    tables,
    tally,
    variance,
)

#: In the order ``--help`` lists them.
COMMANDS = (
    demo,
    generate,
    noise,
    tables,
    pick,
    mine,
    scorers,
    variance,
    check,
    tally,
    readers,
    lens,
    study,
    doctor,
)

__all__ = ["COMMANDS"]
