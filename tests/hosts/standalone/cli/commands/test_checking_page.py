"""What docs/checking.md shows is true: its commands parse, its figures are what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from seedloupe.artifacts.batch.collected import MOST_THUMBNAILS
from seedloupe.artifacts.batch.rates import FEW
from seedloupe.chance import wilson_bounds
from seedloupe.hosts.standalone.cli.main import build_parser
from seedloupe.images import MAX_PIXELS

TEXT = (Path(__file__).parents[5] / "docs" / "checking.md").read_text("utf-8")
COMMANDS = re.findall(r"^seedloupe .*$", TEXT, re.M)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_shown_is_understood(line: str) -> None:
    build_parser().parse_args(shlex.split(line, comments=True)[1:])


def test_the_figures_are_those_of_the_code() -> None:
    _, high = wilson_bounds(np.zeros(1), np.full(1, float(FEW)))
    words = " ".join(TEXT.split())

    assert f"at most {MOST_THUMBNAILS:,}" in words
    assert f"more than {MAX_PIXELS // 10**6} million pixels" in words
    assert FEW == 5
    assert f"the rate may be {high[0]:.0%}".replace("%", " %") in words
