"""Plug-ins other installed packages announce, in the demo."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest
from PIL import Image

from seedloupe.hosts.standalone.app.create.tab import CreateTab
from seedloupe.hosts.standalone.app.main import build_app
from seedloupe.hosts.standalone.app.state import AppState, open_page, open_state
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.services.seed_columns import SeedSource, plugin_sources, possible_ways
from seedloupe.tables import read_table, write_table

from ....outside_packages import SOUND, install
from ....services.test_table_fit import table_for
from .app_stands import SOMEBODY, built, flow, state_of


@pytest.fixture
def state(tiny: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppState:
    """A state of stand-ins with the plug-ins the real one finds."""
    install(tmp_path, monkeypatch, "seedloupe-sound", SOUND)
    install(tmp_path, monkeypatch, "seedloupe-broken", "raise OSError('<b>no engine</b>')")
    monkeypatch.setenv("SEEDLOUPE_TALLIES", str(tmp_path / "tallies"))
    real = open_state(tmp_path / "real", ())

    def stream(model: Model, request: object, sinks: object = (), **watched: object) -> object:
        return flow(request, size=model.native_size, sinks=sinks)  # type: ignore[arg-type]

    stands = state_of(tmp_path, tiny, tables=[tmp_path], stream=stream)  # type: ignore[arg-type]
    return replace(stands, plugins=real.plugins, skipped=real.skipped)


def test_the_app_starts_with_what_is_installed(state: AppState) -> None:
    assert state.plugins.readers.names()[-1] == "loud"
    assert [source.label for source in plugin_sources(state.plugins.pickers)] == ["last"]
    assert state.plugins.renderers.names() == ("pca", "clusters", "grey")
    (line,) = state.skipped
    assert line.startswith("plug-in seedloupe-broken of the package seedloupe-broken was skipped")


def test_an_outside_picker_fills_a_column_and_a_renderer_paints_the_layers(
    state: AppState, tiny: Model, tmp_path: Path
) -> None:
    path = tmp_path / "t.seedtable.safetensors"
    write_table(table_for(tiny), path)

    def build() -> CreateTab:
        with gr.Blocks(analytics_enabled=False):
            return CreateTab(state, open_page(state, "tiny"), gr.HTML())

    tab = built(build)
    asked = ("a boat", ["plug-in last"], 2, "tiny", str(path), 2, 2.0, "euler")
    pages = list(tab.on_draw(*asked, SOMEBODY, renderer="grey"))  # type: ignore[arg-type]

    shown = {part.elem_id: value for page in pages for part, value in page.items()}
    assert re.findall(r"<h3>(.+?)</h3>", shown["sl-columns"]) == ["last seeds"]
    last = read_table(path).seeds[::-1][:2].tolist()
    assert all(f'data-key="{seed}"' in shown["sl-columns"] for seed in last)
    painted = re.findall(r"data:image/png;base64,([^\"]+)", shown["sl-preview"])
    colours = [Image.open(io.BytesIO(base64.b64decode(one))).getpixel((0, 0)) for one in painted]
    assert (128, 128, 128) in colours


def test_the_page_offers_them_and_names_the_broken_one_once(state: AppState) -> None:
    app = built(lambda: build_app("tiny", state=state))
    parts = {part.elem_id: part for part in app.blocks.values() if getattr(part, "elem_id", None)}

    assert parts["sl-renderer"].choices == [(n, n) for n in ("pca", "clusters", "grey")]
    assert "A plug-in was skipped" in parts["sl-skipped"].value
    assert "OSError: &lt;b&gt;no engine" in parts["sl-skipped"].value
    others = [part.value for part in app.blocks.values() if isinstance(part, gr.HTML)]
    assert sum("no engine" in str(value) for value in others) == 1


def test_without_a_table_no_outside_picker_is_offered(state: AppState) -> None:
    sources = plugin_sources(state.plugins.pickers)
    assert possible_ways(None, sources) == (SeedSource.RANDOM,)
