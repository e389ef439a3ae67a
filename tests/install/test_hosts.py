"""install.py called bare, as the hosts do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from .clone import Clone


def host_with(folder: Path, launch: str) -> dict[str, str]:
    """Return the variables a host sets for install.py, and put its ``launch`` where they point."""
    folder.mkdir()
    (folder / "launch.py").write_text(launch)
    return {"PYTHONPATH": str(folder)}


LAUNCH = """
import json, os
def run_pip(command, desc=None):
    with open(os.environ["RECORD"], "a") as file:
        file.write(json.dumps({"package": "launch", "arguments": [command, desc]}) + "\\n")
"""


def test_the_web_ui_installs_only_what_is_missing(clone: Clone, tmp_path: Path) -> None:
    lines = "# a comment\n\nsafetensors>=0.1\nsafetensors>=999  # newer\nnosuch-thing>=1.0\n"
    (clone.root / "requirements.txt").write_text(lines)

    run = clone.run(python=Path(sys.executable), **host_with(tmp_path / "host", LAUNCH))

    assert run.returncode == 0
    assert clone.calls() == [
        ["launch", 'install "safetensors>=999"', "safetensors>=999 for Seedloupe"],
        ["launch", 'install "nosuch-thing>=1.0"', "nosuch-thing>=1.0 for Seedloupe"],
    ]


@pytest.mark.parametrize("launch", [LAUNCH, "raise RuntimeError('not wanted')"])
def test_a_host_that_lacks_nothing_is_not_even_asked(
    clone: Clone, tmp_path: Path, launch: str
) -> None:
    run = clone.run(python=Path(sys.executable), **host_with(tmp_path / "host", launch))

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert clone.calls() == []


@pytest.mark.parametrize("launch", ["raise ImportError", "other_project = True"])
def test_without_the_web_ui_a_bare_call_is_silent(
    clone: Clone, tmp_path: Path, launch: str
) -> None:
    (clone.root / "requirements.txt").write_text("nosuch-thing>=1.0\n")

    run = clone.run(python=Path(sys.executable), **host_with(tmp_path / "host", launch))

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert clone.calls() == []


def test_a_bare_call_starts_no_other_program(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    monkeypatch.setattr(os, "execv", None)

    assert install.main([]) == 0


def test_versions_compare_by_number(install: ModuleType) -> None:
    assert install.numbers("0.10.1+cpu") > install.numbers("0.9")
    assert install.numbers(" 0.4") <= install.numbers("0.4.2rc1") == (0, 4, 2)


@pytest.mark.skipif(os.name == "nt", reason="children's CPU time is told otherwise there")
def test_a_bare_call_with_nothing_to_do_costs_next_to_nothing(clone: Clone) -> None:
    before = os.times()
    assert clone.run(python=Path(sys.executable)).returncode == 0
    after = os.times()
    spent = after.children_user - before.children_user
    assert spent + after.children_system - before.children_system < 0.3
