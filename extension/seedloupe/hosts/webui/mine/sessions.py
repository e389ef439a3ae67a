"""What this web UI mines with: one run, the user's runs, and nothing else beside them."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from ....errors import InputError
from ....places import own_folder
from ....services.mining_runs import MiningRuns
from ....services.mining_session import MiningSession


@cache
def mining_session() -> MiningSession:
    """Return the one run of this web UI; "Reload UI" leaves it at work."""
    return MiningSession()


def mining_runs() -> MiningRuns:
    """Return the user's runs; finished tables go where all hosts find them."""
    own = own_folder(os.environ, sys.platform, Path.home())
    return MiningRuns(own / "mining", own / "seed_tables")


def require_idle(asking: bool) -> None:
    """Refuse a second run beside one that is at work.

    Args:
        asking: whether it is being asked whether seeds matter.

    Raises:
        InputError: something is at work.
    """
    if mining_session().state.running:
        name = mining_session().state.name
        advice = "Stop it first; it can go on later."
        raise InputError("mine", expected="no other run", got=name, advice=advice)
    if asking:
        got, advice = "whether seeds matter is being asked", "Stop it first, or wait."
        raise InputError("mine", expected="no other run", got=got, advice=advice)
