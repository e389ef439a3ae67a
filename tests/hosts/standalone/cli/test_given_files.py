"""Every command that is given the wrong kind of file names what it is and who takes it."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from seedloupe.errors import InputError
from seedloupe.hosts.standalone.cli import main as cli
from seedloupe.hosts.standalone.cli.given_files import TAKEN, check_given_files
from seedloupe.tables import write_table

from ....seed_tables import full_table
from .test_parser import ALL

EXTENSION = Path(cli.__file__).parents[4]

#: Paths that are written, folders, and words that are no files.
OTHERS = {
    *(
        "out",
        "report",
        "overlay",
        "html",
        "csv",
        "jsonl",
        "to",
        "folder",
        "cache",
        "reference",
        "source",
        "seed",
        "pictures",
    ),
    *("prompt", "patterns", "reader", "check", "said", "rule", "device", "host", "port"),
}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (64, 48)).save("photo.png")
    write_table(full_table(), Path("t.seedtable.safetensors"))
    save_file({"rgb": torch.zeros(2)}, "l.lens.safetensors", {"format": "seedloupe.lens"})
    save_file({"noise": torch.zeros(4, 6, 8)}, "noise.safetensors")
    save_file({"weight": torch.zeros(2)}, "model.safetensors")
    Path("notes.txt").write_text("one\ntwo\n", "utf-8")
    Path("named.png").write_text("text", "utf-8")


@pytest.mark.parametrize("name", ALL)
def test_every_file_a_command_takes_is_looked_at_first(name: str) -> None:
    """A new argument of type Path, or one called like a file, must be in one of the lists."""
    for action in ALL[name]._actions:
        if isinstance(action, argparse._SubParsersAction) or action.nargs == 0:
            continue
        is_file = action.type is Path or action.dest in ("model", "table", "tables", "tally")
        if is_file and action.dest not in TAKEN.get(name, {}):
            assert action.dest in OTHERS or name in (
                "seedloupe tables validate",  # what is no table is its finding
                "seedloupe tables verify",
                "seedloupe study inpaint",  # its table is written
            ), f"{name}: {action.dest}"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lens show photo.png", "expected a lens file, got a PNG picture. `seedloupe lens image`"),
        ("lens show t.seedtable.safetensors", "got a seed table. `seedloupe tables show`"),
        ("lens show model.safetensors", "got a file of tensors. `--model` takes models."),
        ("lens show .", "expected a lens file, got a folder."),
        ("lens show l.lens.safetensor", "got no such file. Did you mean l.lens.safetensors?"),
        ("lens compare l.lens.safetensors photo.png", "photo.png: expected a lens file, got a PNG"),
        ("lens image l.lens.safetensors", "expected a picture, got a lens file. `seedloupe lens s"),
        ("lens image named.png", "named.png: expected a picture, got a text file."),
        ("check t.seedtable.safetensors", "expected a picture or a folder, got a seed table."),
        ("check photo.png --mask notes.txt", "as mask, got a text file."),
        ("noise --of l.lens.safetensors", "expected a picture, got a lens file."),
        ("tables show photo.png", "photo.png: expected a seed table, got a PNG picture."),
        ("tables merge t.seedtable.safetensors photo.png --out x.seedtable.safetensors", "got a P"),
        ("tables export noise.safetensors --html x.html", "got noise, as `seedloupe noise --out`"),
        ("pick golden --table l.lens.safetensors", "expected a seed table, got a lens file."),
        ("generate x --out o --model photo.png", "expected a model, got a PNG picture."),
        ("generate x --out o --model t.seedtable.safetensors", "expected a model, got a seed tab"),
        ("generate x --out o --image l.lens.safetensors", "expected a picture, got a lens file."),
        ("generate x --out o --image phto.png", "no such file. Did you mean photo.png?"),
        ("generate x --out o --pick golden --table photo.png", "expected a seed table, got a PNG"),
        ("mine --out m.seedtable.safetensors --prompts photo.png", "expected a text file with a p"),
        ("tally show photo.png", "expected a tally, got a PNG picture."),
        ("demo --model photo.png", "expected a model, got a PNG picture."),
    ],
)
@pytest.mark.usefixtures("files")
def test_the_wrong_kind_of_file_is_named_with_who_takes_it(
    line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(shlex.split(line)) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.usefixtures("files")
def test_a_picture_among_tables_is_a_finding_that_names_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["tables", "validate", "photo.png", "t.seedtable.safetensors"]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("photo.png: expected a seed table, got a PNG picture.")
    assert second == "t.seedtable.safetensors: sound"


@pytest.mark.parametrize(
    "line",
    [
        "generate x --out o --size 100x96",
        "generate x --out o --steps 1001",
        "generate x --out o --image gone.png",
        "generate x --out o --model photo.png",
        "lens show photo.png",
        "pick golden --table photo.png",
        "mine --out m.seedtable.safetensors --size 9x9",
    ],
)
@pytest.mark.usefixtures("files")
def test_a_bad_size_or_file_is_refused_before_anything_heavy_is_loaded(line: str) -> None:
    code = f"""
import sys
from seedloupe.hosts.standalone.cli.main import main
code = main({shlex.split(line)!r})
print(code, [name for name in ("torch", "diffusers", "transformers") if name in sys.modules])
"""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(EXTENSION), "PATH": os.defpath},
    )
    assert ended.stdout == "2 []\n", ended.stderr


@pytest.mark.usefixtures("files")
def test_with_json_the_error_has_its_parts(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["lens", "show", "photo.png", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["kind"], error["field"]) == ("LensFileError", "photo.png")
    assert (error["expected"], error["got"]) == ("a lens file", "a PNG picture")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("command", ["mine", "variance"])
def test_the_word_grid_stands_for_the_built_in_prompts_and_for_no_file(command: str) -> None:
    given = argparse.Namespace(command_name=f"seedloupe {command}", prompts=Path("grid"))
    check_given_files(given)
    other = argparse.Namespace(command_name=f"seedloupe {command}", prompts=Path("grit"))
    with pytest.raises(InputError, match="grit"):
        check_given_files(other)
