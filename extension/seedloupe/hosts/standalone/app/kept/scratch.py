"""A folder for uploads that goes when the app ends, also when the system asks it to end."""

from __future__ import annotations

import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Hold a folder for what the browser uploads.

    SIGTERM ends Python on the spot, leaving everything behind, unless somebody listens to it,
    which only the main thread can.
    """
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, _end) if main else None
    try:
        with tempfile.TemporaryDirectory(prefix="seedloupe-", ignore_cleanup_errors=True) as name:
            yield Path(name)
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _end(number: int, frame: object) -> None:
    del frame
    raise SystemExit(128 + number)
