from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from seedloupe.errors import SeedloupeError
from seedloupe.hosts.standalone.cli import main as cli
from seedloupe.hosts.standalone.cli.commands import noise

EXTENSION = Path(cli.__file__).parents[4]


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(EXTENSION), "PATH": ""},
    )
    return ended.stdout


def test_help_needs_no_heavy_library() -> None:
    code = """
import sys
from seedloupe.hosts.standalone.cli.main import build_parser
text = build_parser().format_help()
assert "generate" in text
print([name for name in ("torch", "diffusers", "gradio", "numpy", "PIL") if name in sys.modules])
"""
    assert python(code).strip() == "[]"


def test_picking_needs_no_model_library() -> None:
    code = """
import sys
import seedloupe.picking, seedloupe.tables
print([name for name in ("diffusers", "transformers", "gradio") if name in sys.modules])
"""
    assert python(code).strip() == "[]"


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["tables", "--json-lines"],
        ["tables", "merge"],
        ["generate"],
        ["generate", "a cat"],
        ["noise", "1", "--shape", "4,8,8", "--sha", "4,8,8"],
    ],
)
def test_bad_use_is_one_line_and_exit_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("seedloupe: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["pick", "golden", "--table", "T", "--count", "1", "--box", "0,0,1,1"],
            "pick golden: there is no option --box",
        ),
        (
            ["tables", "list", "zzz"],
            "tables list: nothing takes 'zzz' there; files stand side by side, a text in quotes",
        ),
        (["--debug", "tables", "list"], "--debug stands after the command"),
    ],
)
def test_words_nobody_understands_are_said_once_with_our_name_once(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == f"seedloupe: {said}"


def test_bad_use_inside_a_command_names_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["pick", "golden", "--count", "2"]) == 2
    assert capsys.readouterr().err.startswith("seedloupe: pick golden: the following arguments")


def test_bad_use_with_json_is_still_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["noise", "x", "--shape", "4,8,8", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "UsageError"


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 3, "stopped"),
        (SeedloupeError("the reason"), 2, "seedloupe: the reason"),
        (ValueError("two\nlines"), 2, "this should not have happened: ValueError: two lines"),
        (
            ModuleNotFoundError("No module named 'diffusers'", name="diffusers"),
            2,
            "pip install 'seedloupe[app]'",
        ),
    ],
)
def test_whatever_happens_ends_in_one_line_and_a_code(
    error: BaseException,
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(noise, "run", fail)
    assert cli.main(["noise", "1", "--shape", "4,8,8"]) == code
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1
    cli.main(["noise", "1", "--shape", "4,8,8", "--debug"])
    traced = "Traceback" in capsys.readouterr().err
    assert traced == (not isinstance(error, KeyboardInterrupt))


def test_a_stop_with_json_is_still_one_document(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(noise, "run", stop)
    assert cli.main(["noise", "1", "--shape", "4,8,8", "--json"]) == 3
    assert json.loads(capsys.readouterr().out) == {"stopped": True}


@pytest.mark.parametrize("module", cli.COMMANDS)
def test_every_command_explains_itself(module: object, capsys: pytest.CaptureFixture[str]) -> None:
    name = module.__name__.rpartition(".")[2]  # type: ignore[attr-defined]
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    assert f"seedloupe {name}" in capsys.readouterr().out
