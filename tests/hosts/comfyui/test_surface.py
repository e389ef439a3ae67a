"""The double against what the real host was seen to offer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .surface.read import CALLED, NAMED, READ, find, parameters

SURFACES = sorted((Path(__file__).parent / "surface").glob("*.json"))


@pytest.fixture(params=SURFACES, ids=lambda path: path.stem)
def facts(request: pytest.FixtureRequest) -> dict[str, dict[str, object]]:
    """What one version of the host offers."""
    return json.loads(request.param.read_text("utf-8"))


def test_a_host_was_looked_at() -> None:
    assert SURFACES


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("name", CALLED)
def test_the_double_takes_no_argument_the_host_does_not(
    facts: dict[str, dict[str, list[str]]], name: str
) -> None:
    ours, theirs = parameters(name), facts["called"][name]
    assert set(ours) <= set(theirs)
    assert ours[:1] == theirs[:1]


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("name", READ)
def test_the_double_holds_what_the_host_holds(
    facts: dict[str, dict[str, object]], name: str
) -> None:
    assert find(name) == facts["read"][name]


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("name", NAMED)
def test_the_double_names_nothing_the_host_does_not(
    facts: dict[str, dict[str, list[str]]], name: str
) -> None:
    assert set(find(name)) <= set(facts["named"][name])
