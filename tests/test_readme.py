"""What README.md shows is true: its code runs, its commands parse, its links lead somewhere."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import pytest
import torch

from seedloupe.artifacts import builtin_readers, first_usable, survey
from seedloupe.hosts.standalone.cli.main import build_parser, main
from seedloupe.hosts.standalone.engine import models
from seedloupe.lens import FeatureMap
from seedloupe.plugins import builtin
from seedloupe.services import mining

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)


def commands(program: str) -> list[str]:
    lines = "\n".join(blocks("bash")).splitlines()
    return [line for line in lines if line.startswith(program)]


EXAMPLE, PLUGIN = blocks("python")


def test_the_example_gives_the_noise_of_golden_seeds(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}

    exec(EXAMPLE, names)  # noqa: S102 - our own README

    noise = names["noise"]
    assert isinstance(noise, torch.Tensor)
    assert noise.shape[0] == 4
    assert "seeds (" in capsys.readouterr().out


def test_the_plug_in_renders_what_it_says() -> None:
    names: dict[str, object] = {"__name__": "strength"}
    values = torch.zeros(1, 5, 6, 8)
    values[0, :, 2, 3] = -4.0
    exec(PLUGIN, names)  # noqa: S102 - our own README

    plugins = names["register"](builtin())
    picture = plugins.renderers.get("strength").render(FeatureMap("mid-vit-out", 0, None, values))

    assert picture.shape == (3, 6, 8)
    assert picture[:, 2, 3].tolist() == [1.0, 1.0, 1.0]
    assert picture.sum() == 3


@pytest.mark.parametrize("line", commands("seedloupe "))
def test_every_command_shown_is_understood(line: str) -> None:
    build_parser().parse_args(shlex.split(line)[1:])


@pytest.mark.slow
@pytest.mark.timeout(900)  # a minute of one core, which may be shared
@pytest.mark.filterwarnings("ignore")  # the command line shows none of other packages
def test_every_command_shown_runs_as_written_in_an_empty_folder_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a line needs of files, an earlier one has made.

    A model is opened by the first line alone, and is mined with fewer of its own prompts.
    """
    monkeypatch.setattr(models, "open_model", cache(models.open_model))
    monkeypatch.setattr(mining, "_OWN_MINED", 4)
    for name in ("HOME", "XDG_DATA_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    for line in commands("seedloupe "):
        words = shlex.split(line)[1:]
        fine = (0, 1) if words[0] == "check" else (0,)  # 1 says that text was found
        code = main(words)
        out, err = capsys.readouterr()
        assert code in fine, f"{line}: {err}"
        assert out, line


READERS = (ROOT / "docs" / "readers.md").read_text("utf-8")


@pytest.mark.parametrize("line", re.findall(r"^seedloupe .*", READERS, flags=re.MULTILINE))
def test_every_command_about_readers_is_understood(line: str) -> None:
    build_parser().parse_args(shlex.split(line)[1:])


def test_the_code_about_readers_gives_one_that_lives_apart() -> None:
    names: dict[str, object] = {}
    exec(re.findall(r"```python\n(.*?)```", READERS, flags=re.DOTALL)[0], names)  # noqa: S102

    registry = builtin_readers(apart=True)
    auto = first_usable(survey(registry))
    reader = names["reader"]
    assert getattr(reader, "name", None) == auto
    assert auto is None or type(reader) is type(registry.get(auto))


@pytest.mark.parametrize("name", builtin_readers().names())
def test_every_reader_is_in_the_table_of_readers(name: str) -> None:
    assert f"| `{name}` |" in READERS


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md"])
def test_every_link_to_a_file_leads_to_one(file: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / file).read_text("utf-8"))

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_folder_in_the_tree_exists() -> None:
    (tree,) = blocks("text")
    top, _, package = tree.partition("extension/seedloupe/\n")
    folders = [ROOT / name for line in top.splitlines() for name in re.findall(r"\b[\w/]+/", line)]
    folders += [
        ROOT / "extension/seedloupe" / line.split("/")[0].strip() for line in package.splitlines()
    ]

    assert len(folders) > 10
    assert [folder for folder in folders if not folder.is_dir()] == []
