"""What belongs to the whole process, and a plug-in must leave as it was."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import random
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch


def snapshot() -> Mapping[str, object]:
    """Return everything that is watched, by a name for people, as values that can be compared."""
    root = logging.getLogger()
    return {
        "the working directory": str(Path.cwd()),
        "environment variables": dict(os.environ),
        "the root logger's level": root.level,
        "the root logger's handlers": tuple(map(id, root.handlers)),
        "torch's number of threads": torch.get_num_threads(),
        "torch's default dtype": torch.get_default_dtype(),
        "whether torch records gradients": torch.is_grad_enabled(),
        "torch's random state": torch.get_rng_state().numpy().tobytes(),
        "NumPy's random state": _numpy_state(),
        "Python's random state": random.getstate(),
    }


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Return the names of what is no longer the same."""
    return [name for name, value in before.items() if after[name] != value]


def resident_bytes() -> int | None:
    """Return how much memory this process occupies; ``None`` where the system does not say.

    What was freed is given back first: a leak could otherwise hide in the room it left.
    """
    pages = Path("/proc/self/statm")
    if not pages.exists():
        return None
    gc.collect()
    with suppress(AttributeError, OSError):  # glibc has it, others may not
        ctypes.CDLL(None).malloc_trim(0)
    return int(pages.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _numpy_state() -> object:
    state = np.random.get_state(legacy=False)
    assert isinstance(state, dict)
    return str(state["state"]["key"].tobytes()), state["state"]["pos"], state["gauss"]
