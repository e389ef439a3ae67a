"""ComfyUI's own page with our scripts in it, once in the classic renderer and once in Nodes 2.0."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from seedloupe.tables import SUFFIX, write_table

from ....chromium import MISSING, Chromium, Window, chromium, find_chromium
from ....seed_tables import full_table
from ..conftest import FAKES, Host, _fresh_modules
from .node_defs import node_def
from .stub import Stub, serving

NO_PAGE = (
    "no ComfyUI page here: pip install --no-deps comfyui-frontend-package, or name its folder "
    "static in SEEDLOUPE_COMFYUI_PAGE"
)
HOSTILE = "<img src=x onerror=window.hit=1>"


def page_folder() -> Path | None:
    """Where the built page is, or None."""
    if named := os.environ.get("SEEDLOUPE_COMFYUI_PAGE"):
        return Path(named)
    found = importlib.util.find_spec("comfyui_frontend_package")
    return Path(found.origin).parent / "static" if found and found.origin else None


@dataclass(frozen=True)
class Page:
    """The page in a window, and the server behind it."""

    window: Window
    stub: Stub
    nodes: list[str]

    def js(self, script: str) -> Any:
        return self.window.js(script)

    def wait(self, condition: str) -> Any:
        return self.window.wait(condition, 10)

    def add(self, *kinds: str) -> None:
        """Empty the graph and add nodes; their numbers are new, for the page remembers old ones."""
        self.js(
            f"""(() => {{
            app.graph.clear();
            app.graph.last_node_id = window.numbered = (window.numbered ?? 0) + 100;
            {json.dumps(kinds)}.forEach((kind, at) => {{
              const node = LiteGraph.createNode(kind);
              node.pos = [120 + 420 * (at % 3), 60 + 640 * Math.floor(at / 3)];
              app.graph.add(node);
            }});
            app.graph._nodes.forEach((node, at) => {{ node.order = at; }});
            window.one = app.graph._nodes[0];
            app.canvas.ds.scale = 1;
            app.canvas.ds.offset = [0, 0];
            app.canvas.setDirty(true, true);
            }})()"""
        )

    def sees(self, text: str, selector: str = "*") -> None:
        """Wait until somebody at the page would see an element with this text alone."""
        self.wait(
            f"""[...document.querySelectorAll({json.dumps(selector)})].some(one =>
            one.textContent.trim() === {json.dumps(text)} && one.isConnected
            && one.getBoundingClientRect().width > 0)"""
        )

    def widgets(self) -> dict[str, Any]:
        return self.js(
            "Object.fromEntries(one.widgets.filter(w => !w.name.startsWith('seedloupe_'))"
            ".map(w => [w.name, w.value]))"
        )

    def ran(self, **ui: Any) -> None:
        """Tell the page that the first node ran."""
        node = self.js("String(one.id)")
        told = {"node": node, "display_node": node, "prompt_id": "a prompt", "output": ui}
        self.stub.send("executed", told)


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    if find_chromium() is None:
        pytest.skip(MISSING)
    if page_folder() is None:
        pytest.skip(NO_PAGE)
    with chromium(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="package", params=["classic", "nodes 2.0"])
def loaded(
    request: pytest.FixtureRequest, browser: Chromium, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """The page of one renderer, loaded once."""
    folder = page_folder()
    assert folder is not None
    stub, nodes = _stub(folder, tmp_path_factory.mktemp("models"))
    stub.settings["Comfy.VueNodes.Enabled"] = request.param != "classic"
    with serving(stub):
        window = browser.open()
        window.go(stub.address)
        window.wait("window.app?.graph && window.app.extensionManager && window.LiteGraph")
        window.wait("!!LiteGraph.registered_node_types.SeedloupePickSeeds")
        yield Page(window, stub, nodes)
        window.close()


@pytest.fixture
def page(loaded: Page) -> Iterator[Page]:
    """The page; nothing of ours may complain, nor ask anything of another machine."""
    loaded.stub.refusal = None
    yield loaded
    assert [said for said in loaded.window.errors if "seedloupe" in said.lower()] == []
    assert [said for said in loaded.window.complaints if "seedloupe" in said.lower()] == []
    assert loaded.js("window.hit") is None


def _stub(folder: Path, models: Path) -> tuple[Stub, list[str]]:
    tables = models / "seed_tables"
    tables.mkdir()
    for name in ("mine", HOSTILE):
        write_table(full_table(30), tables / f"{name}{SUFFIX}")
    with pytest.MonkeyPatch.context() as patch, _fresh_modules():
        patch.syspath_prepend(FAKES)
        host = Host(models, models / "bundled")
        host.module("folder_paths").models_dir = str(models)
        answer = host.ours("atlas_route").atlas_answer
        schemas = [node.define_schema() for node in host.ours("nodes").node_classes()]
    defs = {schema.node_id: node_def(schema) for schema in schemas}
    return Stub(folder, defs, answer), list(defs)
