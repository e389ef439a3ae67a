"""install.py, run for real in a copy whose pip, pytest and seedloupe are fakes."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import runpy
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).parents[1]

# Writes down what it was asked, then ends as the test wants it to.
FAKE = """
import json, os, pathlib, sys
package = pathlib.Path(__file__).parent.name
record = {"package": package, "arguments": sys.argv[1:], "cwd": os.getcwd()}
with open(os.environ["RECORD"], "a") as file:
    file.write(json.dumps(record) + "\\n")
print(os.environ.get("SAYS", ""))
sys.exit(int(os.environ.get("ENDS", 0)))
"""


@dataclass(frozen=True)
class Clone:
    """A copy of the repository with an environment whose modules only write down their calls."""

    root: Path
    record: Path

    @property
    def python(self) -> Path:
        return self.root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def run(
        self, *arguments: str, python: Path | None = None, cwd: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python or base_python(), self.root / "install.py", *arguments],
            cwd=cwd or self.root,
            env={**os.environ, "RECORD": str(self.record), **variables},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def records(self) -> list[dict[str, str]]:
        lines = self.record.read_text().splitlines() if self.record.exists() else []
        return [json.loads(line) for line in lines]

    def calls(self) -> list[list[str]]:
        """What ran so far, each as the package's name and its arguments."""
        return [[record["package"], *record["arguments"]] for record in self.records()]


def base_python() -> Path:
    """The Python behind the environment these tests run in."""
    return Path(getattr(sys, "_base_executable", sys.executable))


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    # A trap twice over: a space in the path, and a folder called like the package inside it.
    root = tmp_path / "a folder" / "seedloupe"
    copy_repository(root)
    run = [base_python(), "-m", "venv", "--without-pip", root / ".venv"]
    subprocess.run(run, check=True, capture_output=True)
    (packages,) = (root / ".venv").rglob("site-packages")
    for name in ("pip", "pytest", "seedloupe"):
        (packages / name).mkdir()
        (packages / name / "__init__.py").touch()
        (packages / name / "__main__.py").write_text(FAKE)
    return Clone(root, tmp_path / "record")


def copy_repository(root: Path) -> None:
    root.mkdir(parents=True)
    for name in ("__init__.py", "install.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    for file in ROOT.glob("requirements.*"):
        shutil.copy(file, root)


@pytest.fixture
def install() -> ModuleType:
    """install.py as a module, for the branches no ordinary machine reaches."""
    spec = importlib.util.spec_from_file_location("install_under_test", ROOT / "install.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_demo_installs_the_locked_versions_and_starts_the_app(clone: Clone) -> None:
    run = clone.run("demo", "--port", "8000", "two words")

    build, project, demo = clone.calls()
    assert run.returncode == 0
    assert build[:2] == project[:2] == ["pip", "install"]
    assert all(
        call[call.index("--constraint") + 1] == "requirements.lock" for call in (build, project)
    )
    assert project[-2:] == ["--editable", ".[app,ocr]"]
    assert demo == ["seedloupe", "demo", "--port", "8000", "two words"]


def test_tests_run_in_the_repository_with_the_development_tools(
    clone: Clone, tmp_path: Path
) -> None:
    run = clone.run("test", "-k", "noise", cwd=tmp_path)

    *_, project, tests = clone.records()
    assert run.returncode == 0
    assert project["arguments"][-1] == ".[app,dev,ocr]"
    assert tests["arguments"] == ["-k", "noise"]
    assert Path(tests["cwd"]).samefile(clone.root)


def test_the_demo_runs_where_the_user_is(clone: Clone) -> None:
    beside_the_clone = clone.root.parent

    clone.run("demo", cwd=beside_the_clone)

    *_, demo = clone.records()
    assert demo["package"] == "seedloupe"
    assert Path(demo["cwd"]).samefile(beside_the_clone)


def test_the_second_time_nothing_is_installed_and_nothing_said(clone: Clone) -> None:
    clone.run("demo")
    before = len(clone.calls())

    run = clone.run("demo")

    assert clone.calls()[before:] == [["seedloupe", "demo"]]
    assert run.stderr == ""


def test_the_demo_needs_nothing_more_after_the_tests(clone: Clone) -> None:
    clone.run("test")
    before = len(clone.calls())

    clone.run("demo")

    assert len(clone.calls()) == before + 1


def test_what_was_installed_before_stays_when_a_task_needs_more(clone: Clone) -> None:
    clone.run("demo")
    clone.run("dev")

    assert clone.calls()[-1][-1] == ".[app,dev,ocr]"


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_is_installed(clone: Clone, changed: str) -> None:
    clone.run("dev")
    with (clone.root / changed).open("a") as file:
        file.write("# another line\n")

    clone.run("dev")

    assert len(clone.calls()) == 4


def test_a_moved_clone_is_installed_again(clone: Clone) -> None:
    clone.run("dev")
    moved = Clone(clone.root.with_name("moved"), clone.record)
    clone.root.rename(moved.root)

    moved.run("dev")

    assert len(moved.calls()) == 4


@pytest.mark.parametrize("code", [0, 1, 5])
def test_the_exit_code_is_that_of_what_ran(clone: Clone, code: int) -> None:
    clone.run("dev")

    assert clone.run("test", ENDS=str(code)).returncode == code


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


@pytest.mark.parametrize("word", ["start", "--demo"])
def test_an_unknown_word_lists_the_known_ones(clone: Clone, word: str) -> None:
    run = clone.run(word)

    assert run.returncode == 2
    assert run.stderr == f"Seedloupe: unknown word {word!r}; use one of: demo, test, dev\n"


def test_help_shows_what_there_is(clone: Clone) -> None:
    run = clone.run("--help")

    assert run.returncode == 0
    assert "python install.py demo" in run.stdout


# --- called bare, by a host --------------------------------------------------------------------


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


def test_setting_up_costs_less_than_a_second_when_all_is_there(
    install: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "seedloupe-installed.txt").write_text(f"{install.fingerprint()} app,ocr\n")
    began = time.process_time()

    install.prepare(tmp_path, ("app", "ocr"))

    assert time.process_time() - began < 1
