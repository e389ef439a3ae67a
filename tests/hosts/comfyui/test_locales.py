"""Translations name what the nodes have, no more and no less."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Host

LOCALES = Path(__file__).parents[3] / "locales"
LENS = (
    "SeedloupeLensCompare",
    "SeedloupeLensTap",
    "SeedloupeLensView",
    "SeedloupeLoadLens",
    "SeedloupeSaveLens",
)


def translated(language: str, node: str) -> dict[str, Any]:
    return json.loads((LOCALES / language / "nodeDefs.json").read_text("utf-8"))[node]


@pytest.mark.parametrize("node", LENS)
def test_english_says_what_the_node_says(host: Host, node: str) -> None:
    schema, said = host.node(node).define_schema(), translated("en", node)
    assert (said["display_name"], said["description"]) == (schema.display_name, schema.description)
    tooltips = {name: one["tooltip"] for name, one in said["inputs"].items()}
    assert tooltips == {one.id: one.tooltip for one in schema.inputs}
    outputs = [(one["name"], one["tooltip"]) for _, one in sorted(said["outputs"].items())]
    assert outputs == [(one.display_name, one.tooltip) for one in schema.outputs]


@pytest.mark.parametrize("node", LENS)
def test_other_languages_translate_every_text(node: str) -> None:
    english = translated("en", node)
    for folder in LOCALES.iterdir():
        other = translated(folder.name, node)
        assert other.keys() == english.keys()
        for part in ("inputs", "outputs"):
            assert {k: set(v) for k, v in other[part].items()} == {
                k: set(v) for k, v in english[part].items()
            }
        assert all(_texts(other))


def _texts(part: object) -> list[str]:
    if isinstance(part, dict):
        return [text for value in part.values() for text in _texts(value)]
    return [str(part).strip()]
