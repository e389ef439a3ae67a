"""Environments that are missing, broken, somebody else's, or cannot be filled."""

from __future__ import annotations

import ast
import os
import runpy
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from .clone import ROOT, Clone


@pytest.mark.parametrize(
    ("log", "meaning"),
    [
        ("WARNING: Retrying ... NewConnectionError('...')", "cannot reach the package index"),
        ("ERROR: No matching distribution found for torch==2.13.0", "finds no torch"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("/bin/python: No module named pip", "its pip is missing"),
        ("ERROR: something new", "ERROR: something new"),
        ("", "pip failed"),
    ],
)
def test_a_failed_installation_says_why_in_one_line_and_is_tried_again(
    clone: Clone, log: str, meaning: str
) -> None:
    run = clone.run("demo", ENDS="1", SAYS=log)
    *_, complaint = run.stderr.splitlines()

    again = clone.run("demo")

    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert complaint.startswith("Seedloupe: ")
    assert meaning in complaint
    assert again.returncode == 0
    assert clone.calls()[-1] == ["seedloupe", "demo"]


def test_an_environment_whose_python_is_gone_is_named(clone: Clone) -> None:
    clone.python.unlink()

    run = clone.run("demo")

    assert run.returncode == 1
    assert ".venv has no working Python; delete that folder" in run.stderr
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="an executable that is none cannot be planted there")
def test_an_environment_whose_python_does_not_start_is_named(clone: Clone) -> None:
    clone.run("dev")
    clone.python.unlink()
    clone.python.write_bytes(b"\x7fELF")
    clone.python.chmod(0o755)

    run = clone.run("test")

    assert run.returncode == 1
    assert ".venv does not work" in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_the_active_environment_is_used(clone: Clone, tmp_path: Path) -> None:
    active = (clone.root / ".venv").rename(tmp_path / "active")
    python = active / clone.python.relative_to(clone.root / ".venv")

    clone.run("demo", python=python)

    assert [call[0] for call in clone.calls()] == ["pip", "pip", "seedloupe"]
    assert not (clone.root / ".venv").exists()


def test_a_hosts_own_environment_is_left_alone(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    inside = tmp_path / "custom_nodes" / "seedloupe"

    monkeypatch.setattr(install, "ROOT", inside)
    assert install.find_environment() == inside / ".venv"
    monkeypatch.setattr(install, "ROOT", tmp_path / "seedloupe")
    assert install.find_environment() == tmp_path / "venv"


def test_a_python_that_makes_no_environments_is_named_and_leaves_nothing(
    install: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def half_made(command: list[str], **_: object) -> SimpleNamespace:
        Path(command[-1]).mkdir()
        return SimpleNamespace(returncode=1)

    monkeypatch.setattr(subprocess, "run", half_made)

    with pytest.raises(SystemExit) as end:
        install.make_environment(tmp_path / ".venv")

    assert end.value.code == 1
    assert "cannot make virtual environments" in capsys.readouterr().err
    assert not (tmp_path / ".venv").exists()


def test_stopping_while_the_environment_is_made_leaves_nothing(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stopped(command: list[str], **_: object) -> None:
        Path(command[-1]).mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "run", stopped)

    with pytest.raises(KeyboardInterrupt):
        install.make_environment(tmp_path / ".venv")

    assert not (tmp_path / ".venv").exists()


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    version = namedtuple("Version", "major minor micro releaselevel serial")
    monkeypatch.setattr(sys, "version_info", version(3, 9, 18, "final", 0))
    monkeypatch.setattr(sys, "version", "3.9.18 (main)")

    with pytest.raises(SystemExit, match=r"needs Python 3\.10 or newer; this is 3\.9\.18\."):
        runpy.run_path(str(ROOT / "install.py"), run_name="__main__")


def test_an_old_python_can_read_the_file_that_tells_it_so() -> None:
    ast.parse((ROOT / "install.py").read_text("utf-8"), feature_version=(3, 6))
