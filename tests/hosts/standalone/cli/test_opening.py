"""What a command says of a model it opens, and of prompts that are cut."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from seedloupe.hosts.standalone.cli.console import Console
from seedloupe.hosts.standalone.cli.opening import open_said, say_cut_prompts
from seedloupe.hosts.standalone.engine import models


@pytest.mark.parametrize("announce", [True, False])
def test_a_guess_is_said_where_a_model_is_opened(
    monkeypatch: pytest.MonkeyPatch, announce: bool
) -> None:
    opened = SimpleNamespace(notes=("epsilon was guessed",))
    monkeypatch.setattr(models, "open_model", lambda model, **how: opened)
    out, err = io.StringIO(), io.StringIO()
    console = Console(as_json=True, out=out, err=err)
    assert open_said("two.safetensors", console, announce=announce) is opened
    first = ["opening two.safetensors"] if announce else []
    assert err.getvalue().splitlines() == [*first, "note: epsilon was guessed"]
    assert out.getvalue() == ""


def test_prompts_that_are_cut_are_said_and_many_are_counted() -> None:
    seedling = models.open_model("seedling")
    prompts = ["a cat", *["cat " * 75 + f"ball {number}" for number in range(7)]]
    err = io.StringIO()
    say_cut_prompts(Console(out=io.StringIO(), err=err), seedling, prompts)
    lines = err.getvalue().splitlines()
    assert lines[0] == ("note: prompt 2 is cut after 77 tokens; 2 words beyond the cut: ball 0")
    assert lines[-1] == "note: 7 of 8 prompts are cut, these and others"
    assert len(lines) == 6
