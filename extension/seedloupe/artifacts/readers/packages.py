"""Looking for installed packages without importing them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path


def missing_packages(*names: str) -> tuple[str, ...]:
    """Return which of the top-level modules are not installed."""
    return tuple(name for name in names if find_spec(name) is None)


def package_folder(name: str) -> Path | None:
    """Return the folder an installed package lies in, or ``None``."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def package_version(name: str) -> str:
    """Return the version of an installed distribution, or nothing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@contextmanager
def surroundings_kept() -> Iterator[None]:
    """Undo what engines do to the process when they are loaded.

    OpenCV and EasyOCR set environment variables; EasyOCR also adds a folder to import from.
    """
    environment, path = dict(os.environ), list(sys.path)
    try:
        yield
    finally:
        for name in set(os.environ) - set(environment):
            del os.environ[name]
        os.environ.update(environment)
        sys.path[:] = path
