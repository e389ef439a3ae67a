"""The pages about text in repaints say nothing the command line does not understand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from seedloupe.artifacts.tally.counts import LEAST_TRIALS
from seedloupe.hosts.standalone.cli.main import build_parser

DOCS = Path(__file__).parents[5] / "docs"
PAGES = ("artifacts", "inpainting", "readers", "studies-inpaint", "text-quality")


def commands() -> list[str]:
    texts = ((DOCS / f"{page}.md").read_text("utf-8").replace("\\\n", " ") for page in PAGES)
    return [line.strip() for text in texts for line in re.findall(r"^seedloupe .*$", text, re.M)]


@pytest.mark.parametrize("line", commands())
def test_every_command_shown_is_understood(line: str) -> None:
    build_parser().parse_args(shlex.split(line, comments=True)[1:])


def test_there_are_commands_to_understand() -> None:
    assert len(commands()) > 8


def test_pages_link_to_what_is_there() -> None:
    for page in PAGES:
        links = re.findall(r"\]\(([\w./-]+\.\w+)", (DOCS / f"{page}.md").read_text("utf-8"))
        assert [link for link in links if not (DOCS / link).exists()] == [], page


def test_the_pictures_a_seed_needs_are_those_the_page_says() -> None:
    words = {8: "eight"}
    text = (DOCS / "artifacts.md").read_text("utf-8")
    assert f"only after {words[LEAST_TRIALS]} pictures" in " ".join(text.split())
