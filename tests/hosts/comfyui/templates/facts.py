"""What a ComfyUI says of the nodes our templates use, as the facts they are held to.

Run it beside a running host, once for each version that is supported; from this checkout::

    python -m tests.hosts.comfyui.templates.facts http://127.0.0.1:8188 > .../nodes-0.33.0.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).parents[4]
FACTS = Path(__file__).with_name("nodes-0.33.0.json")
TEMPLATES = sorted((ROOT / "example_workflows").glob("*.json"))
SAVED = sorted((Path(__file__).parent / "saved").glob("*.json"))
BLUEPRINTS = sorted((ROOT / "subgraphs").glob("*.json"))
NOTES = ("MarkdownNote", "Note")  # made by the page; the server knows none
WIDGETS = ("INT", "FLOAT", "STRING", "BOOLEAN", "COMBO", "COMFY_DYNAMICCOMBO_V3")
KEPT = ("min", "max", "options", "control_after_generate", "forceInput")


@dataclass(frozen=True)
class Part:
    """An input; ``options`` is ``None`` where it lists files, which differ by machine."""

    name: str
    kind: str
    required: bool
    widget: bool
    control: bool = False
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] | None = None
    chosen: Mapping[str, tuple[Part, ...]] | None = None


@dataclass(frozen=True)
class Kind:
    """A node's inputs in the order of the page, and its outputs as name and type."""

    inputs: tuple[Part, ...]
    outputs: tuple[tuple[str, str], ...]


def page_of(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


def graphs_of(page: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The page itself and the insides of its subgraphs."""
    yield page
    yield from page.get("definitions", {}).get("subgraphs", [])


def used_kinds() -> set[str]:
    pages = [page_of(path) for path in (*TEMPLATES, *BLUEPRINTS, *SAVED)]
    own = {graph.get("id") for page in pages for graph in graphs_of(page)}
    named = {node["type"] for page in pages for graph in graphs_of(page) for node in graph["nodes"]}
    return named - own - set(NOTES)


def core_kinds() -> dict[str, Kind]:
    """The host's own nodes, from what was written down."""
    return {name: _core_kind(said) for name, said in page_of(FACTS).items()}


def _core_kind(said: Mapping[str, Any]) -> Kind:
    parts = [
        _core_part(name, spec, required=group == "required")
        for group in ("required", "optional")
        for name, spec in said["input"].get(group, {}).items()
    ]
    return Kind(tuple(parts), tuple(zip(said["output_name"], said["output"], strict=True)))


def _core_part(name: str, spec: list[Any], *, required: bool) -> Part:
    kind, said = spec[0], spec[1]
    return Part(
        name,
        kind,
        required,
        widget=kind in WIDGETS and not said.get("forceInput"),
        control=bool(said.get("control_after_generate")),
        low=said.get("min"),
        high=said.get("max"),
        options=tuple(said["options"]) if said.get("options") else None,
    )


def our_kind(schema: Any) -> Kind:
    """One of our nodes, from its schema; the page puts optional inputs last."""
    parts = sorted(map(_our_part, schema.inputs), key=lambda part: not part.required)
    return Kind(tuple(parts), tuple((one.display_name, one.kind) for one in schema.outputs))


def _our_part(given: Any, prefix: str = "") -> Part:
    files = given.id in ("table", "image", "file")
    nested = given.kind == "COMFY_DYNAMICCOMBO_V3"
    options = getattr(given, "options", None)
    names = tuple(one.key for one in options) if nested else options
    return Part(
        prefix + given.id,
        given.kind,
        not given.optional,
        widget=given.kind in WIDGETS and not getattr(given, "force_input", None),
        control=bool(getattr(given, "control_after_generate", None)),
        low=getattr(given, "min", None),
        high=getattr(given, "max", None),
        options=None if files or names is None else tuple(names),
        chosen={
            one.key: tuple(_our_part(part, f"{given.id}.") for part in one.inputs)
            for one in options
        }
        if nested
        else None,
    )


def _reduced(said: Mapping[str, Any]) -> dict[str, Any]:
    groups = {name: said["input"].get(name, {}) for name in ("required", "optional")}
    kept = {
        group: {name: _reduced_input(spec) for name, spec in parts.items()}
        for group, parts in groups.items()
        if parts
    }
    return {"input": kept, "output": said["output"], "output_name": said["output_name"]}


def _reduced_input(spec: list[Any]) -> list[Any]:
    said = dict(spec[1]) if len(spec) > 1 else {}
    if isinstance(spec[0], list):
        said["options"] = spec[0]
    kind = "COMBO" if isinstance(spec[0], list) else spec[0]
    return [kind, {name: said[name] for name in KEPT if said.get(name) not in (None, [])}]


if __name__ == "__main__":
    with urlopen(f"{sys.argv[1]}/object_info") as answer:
        everything = json.load(answer)
    core = sorted(name for name in used_kinds() if not name.startswith("Seedloupe"))
    sys.stdout.write(
        json.dumps({name: _reduced(everything[name]) for name in core}, indent=1) + "\n"
    )
