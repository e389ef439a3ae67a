"""What lives as long as the web UI does: the strip its page shows, and the runs it can look into.

The web UI makes our scripts anew at "Reload UI" and keeps our modules, so these stay.
"""

from __future__ import annotations

from functools import cache

from .live import LiveStrip
from .runs import KeptRuns


@cache
def live_strip() -> LiveStrip:
    """Return the strip of the sampling that runs."""
    return LiveStrip()


@cache
def kept_runs() -> KeptRuns:
    """Return the runs that can still be looked into."""
    return KeptRuns()
