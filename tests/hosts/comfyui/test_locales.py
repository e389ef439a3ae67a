"""Translations name what the nodes have, no more and no less."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import Host

LOCALES = Path(__file__).parents[3] / "locales"
LANGUAGES = sorted(folder.name for folder in LOCALES.iterdir())


def translated(language: str) -> dict[str, Any]:
    return json.loads((LOCALES / language / "nodeDefs.json").read_text("utf-8"))


def english_of(schema: Any) -> dict[str, Any]:
    """What the page shows of a node where nothing is translated."""
    return {
        "display_name": schema.display_name,
        "description": schema.description,
        "inputs": dict(_inputs_of(schema)),
        "outputs": {
            str(place): {"name": one.display_name, "tooltip": one.tooltip}
            for place, one in enumerate(schema.outputs)
        },
    }


def _inputs_of(schema: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """The page asks for ``combo.input`` as ``combo_input``, since a dot parts its keys."""
    for part in schema.inputs:
        yield part.id, _said(part)
        for inner in part.nested() if hasattr(part, "nested") else ():
            yield f"{part.id}_{inner.id}", _said(inner)


def _said(part: Any) -> dict[str, str]:
    return {"name": part.display_name or part.id.replace("_", " "), "tooltip": part.tooltip}


def test_english_says_of_every_node_what_the_node_says(host: Host) -> None:
    schemas = [node.define_schema() for node in host.ours("nodes").node_classes()]
    assert translated("en") == {schema.node_id: english_of(schema) for schema in schemas}


def test_there_is_another_language_than_english() -> None:
    assert set(LANGUAGES) > {"en"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_text_for_every_part_of_every_node(language: str) -> None:
    missing = set(_texts(translated("en"))) ^ set(_texts(translated(language)))
    assert not missing
    assert all(text.strip() for text in _texts(translated(language)).values())


def test_another_language_is_no_copy_of_english() -> None:
    english = _texts(translated("en"))
    for language in set(LANGUAGES) - {"en"}:
        other = _texts(translated(language))
        told = [path for path in english if path[-1] in ("tooltip", "description")]
        assert not [path for path in told if other[path] == english[path]]


def _texts(part: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    if isinstance(part, dict):
        return {k: v for key, value in part.items() for k, v in _texts(value, (*path, key)).items()}
    return {path: str(part)}


def test_other_languages_translate_what_our_scripts_say() -> None:
    script = (LOCALES.parent / "javascript" / "comfyui" / "texts.js").read_text("utf-8")
    block = script[script.index("ENGLISH = {") : script.index("};")]
    for language in LANGUAGES:
        (said,) = json.loads((LOCALES / language / "main.json").read_text("utf-8")).values()
        assert re.findall(r"^  (\w+):", block, re.MULTILINE) == list(said)
        assert all(text in block for text in said.values()) == (language == "en")
