"""What docs/lens.md shows is true: its commands parse, run, and print such lines."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from seedloupe.hosts.standalone.cli.main import build_parser

from .conftest import Cli

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ROOT = Path(__file__).parents[5]
TEXT = (ROOT / "docs" / "lens.md").read_text("utf-8")
#: What goes to stderr, where people and not programs read.
MESSAGES = ("opening", "each", "generating:")
#: Half the steps the page shows, and one more than it asks about.
FEWER = ("--steps", "11")


def blocks(language: str) -> str:
    return "".join(re.findall(rf"^```{language}\n(.*?)^```", TEXT, flags=re.M | re.S))


def commands() -> list[str]:
    bash = [line for line in blocks("bash").splitlines() if line.startswith("seedloupe ")]
    return [*re.findall(r"^\$ (seedloupe .*)$", blocks("console"), re.M), *bash]


def words_of(line: str) -> list[str]:
    return shlex.split(line, comments=True)[1:]


@pytest.mark.parametrize("line", commands())
def test_every_command_shown_is_understood(line: str) -> None:
    build_parser().parse_args(words_of(line))


def test_every_benchmark_shown_exists() -> None:
    scripts = re.findall(r"`python (benchmarks/\w+\.py)", TEXT)
    assert scripts
    assert [script for script in scripts if not (ROOT / script).is_file()] == []


@pytest.mark.slow
def test_every_command_shown_works_and_prints_such_lines(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown: dict[str, list[str]] = {}
    for line in blocks("console").splitlines():
        if line.startswith("$ "):
            shown[line[2:]] = []
        elif not line.startswith(MESSAGES):
            shown[list(shown)[-1]].append(line.split()[0])
    for line in commands():
        words = words_of(line)
        ended = cli(*words, *(FEWER if words[:2] == ["lens", "run"] else ()))
        assert ended.code == 0, ended.err
        if line in shown:
            assert [row.split()[0] for row in ended.out.splitlines()] == shown[line]
