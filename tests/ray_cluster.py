"""A Ray cluster of this machine for a test file, away from any other."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def ray_cluster() -> Iterator[Any]:
    """Two CPUs of Ray's counting, and the module; who connects meanwhile gets this cluster.

    Skips where Ray is not installed.
    """
    ray = pytest.importorskip("ray", reason="Ray is missing: pip install 'seedloupe[ray]'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.delenv("RAY_ADDRESS", raising=False)
        ray.init(
            address="local",
            num_cpus=2,
            include_dashboard=False,
            log_to_driver=False,
            logging_level="ERROR",
            _node_ip_address="127.0.0.1",
            runtime_env={"env_vars": {"PYTHONPATH": os.pathsep.join(sys.path)}},
        )
        try:
            yield ray
        finally:
            ray.shutdown()
