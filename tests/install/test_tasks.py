"""The words on the command line: what they install, and what they run."""

from __future__ import annotations

import time
from pathlib import Path
from types import ModuleType

import pytest

from .clone import Clone


def test_demo_installs_the_locked_versions_and_starts_the_app(clone: Clone) -> None:
    run = clone.run("demo", "--port", "8000", "two words")

    build, project, demo = clone.calls()
    assert run.returncode == 0
    assert build[:2] == project[:2] == ["pip", "install"]
    assert all(
        call[call.index("--constraint") + 1] == "requirements.lock" for call in (build, project)
    )
    assert project[-2:] == ["--editable", ".[app,mining,ocr]"]
    assert demo == ["seedloupe", "demo", "--port", "8000", "two words"]


def test_tests_run_in_the_repository_with_the_development_tools(
    clone: Clone, tmp_path: Path
) -> None:
    run = clone.run("test", "-k", "noise", cwd=tmp_path)

    *_, project, tests = clone.records()
    assert run.returncode == 0
    assert project["arguments"][-1] == ".[app,dev,mining,ocr]"
    assert tests["arguments"] == ["-k", "noise"]
    assert Path(tests["cwd"]).samefile(clone.root)


def test_the_demo_runs_where_the_user_is(clone: Clone) -> None:
    beside_the_clone = clone.root.parent

    clone.run("demo", cwd=beside_the_clone)

    *_, demo = clone.records()
    assert demo["package"] == "seedloupe"
    assert Path(demo["cwd"]).samefile(beside_the_clone)


def test_run_is_the_command_line_where_the_user_is(clone: Clone) -> None:
    beside_the_clone = clone.root.parent
    clone.run("demo")
    before = len(clone.calls())

    run = clone.run("run", "generate", "a red ball", "--out", "out", cwd=beside_the_clone)

    assert clone.calls()[before:] == [["seedloupe", "generate", "a red ball", "--out", "out"]]
    assert Path(clone.records()[-1]["cwd"]).samefile(beside_the_clone)
    assert (run.returncode, run.stderr) == (0, "")


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

    assert clone.calls()[-1][-1] == ".[app,dev,mining,ocr]"


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


@pytest.mark.parametrize("word", ["start", "--demo"])
def test_an_unknown_word_lists_the_known_ones(clone: Clone, word: str) -> None:
    run = clone.run(word)

    assert run.returncode == 2
    assert run.stderr == f"Seedloupe: unknown word {word!r}; use one of: demo, run, test, dev\n"


def test_help_shows_what_there_is(clone: Clone) -> None:
    run = clone.run("--help")

    assert run.returncode == 0
    assert "python install.py demo" in run.stdout


def test_setting_up_costs_less_than_a_second_when_all_is_there(
    install: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "seedloupe-installed.txt").write_text(f"{install.fingerprint()} app,ocr\n")
    began = time.process_time()

    install.prepare(tmp_path, ("app", "ocr"))

    assert time.process_time() - began < 1
