"""install.py as a program in a copy of the repository, and as a module."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from .clone import ROOT, Clone, make_clone


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return make_clone(tmp_path)


@pytest.fixture
def install() -> ModuleType:
    """install.py as a module, for the branches no ordinary machine reaches."""
    spec = importlib.util.spec_from_file_location("install_under_test", ROOT / "install.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
