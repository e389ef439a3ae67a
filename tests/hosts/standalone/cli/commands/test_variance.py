"""``seedloupe variance`` says whose the variance is, with a control."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Cli

# diffusers asks NumPy for arrays in the old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def test_a_small_grid_is_made_and_parted(cli: Cli, model: Path, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("a cat\na dog\na house\na tree")
    words = ("variance", "--model", model, "--prompts", prompts, "--seeds", "0:4", "--count", 3)
    told = cli(*words, "--steps", 1, "--json")
    assert told.code == 0, told.err
    assert (told.json["seeds"], told.json["prompts"], told.json["images"]) == (4, 3, 12)
    assert told.json["control"]["parts"]["seed"] > 0.999
    assert told.json["verdict"] in ("effect", "no_effect", "undecided")
    said = cli(*words, "--steps", 1)
    assert "control.noise" in said.out


def test_too_few_seeds_are_refused_in_one_line(cli: Cli, model: Path) -> None:
    ended = cli("variance", "--model", model, "--seeds", "1,2")
    assert ended.code == 2
    assert "seeds: expected 3 different ones or more, got 2" in ended.err
