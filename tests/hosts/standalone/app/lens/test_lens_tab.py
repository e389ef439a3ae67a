"""The tab *Lens*: what its events show, and what they say when they cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from PIL import Image

from seedloupe.hosts.standalone.app.lens import tab as app_explorer
from seedloupe.hosts.standalone.app.lens.tab import LensTab
from seedloupe.hosts.standalone.app.state import AppState, open_page
from seedloupe.hosts.standalone.engine.models import Model

from ..app_stands import SOMEBODY, built, path_of, state_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
ID = {"preview": "sl-lens-preview", "status": "sl-lens-status", "data": "sl-lens-explorer"}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would pop up in the browser."""
    lines: list[str] = []
    monkeypatch.setattr(app_explorer, "toast", lines.append)
    return lines


@pytest.fixture(scope="module")
def page(tiny: Model, tmp_path_factory: pytest.TempPathFactory) -> LensTab:
    """The page, built once."""
    state = state_of(tmp_path_factory.mktemp("page"), tiny)
    return built(lambda: tab_of(state))


@pytest.fixture
def tab(page: LensTab, tiny: Model, tmp_path: Path) -> LensTab:
    page._state = state_of(tmp_path, tiny)
    return page


def tab_of(state: AppState) -> LensTab:
    with gr.Blocks(analytics_enabled=False):
        return LensTab(state, open_page(state, "tiny"), gr.State("tiny"))


def watch(tab: LensTab, **changes: Any) -> list[dict[Any, Any]]:
    given = {
        "prompt": "a hill",
        "seeds": "7",
        "model": "tiny",
        "layers": "auto",
        "steps": 2,
        "guidance": 2.0,
        "sampler": "euler",
        **changes,
    }
    return list(tab.on_watch(**given, request=SOMEBODY))


def shown(pages: list[dict[Any, Any]], part: str) -> list[Any]:
    return [value for page in pages for key, value in page.items() if key.elem_id == ID[part]]


def test_layers_show_while_the_picture_forms_and_the_explorer_afterwards(
    tab: LensTab, told: list[str]
) -> None:
    pages = watch(tab, seeds="7 8")
    assert any("being drawn" in preview for preview in shown(pages, "preview"))
    assert shown(pages, "preview")[-1] == ""
    data = json.loads(shown(pages, "data")[-1])["data"]
    assert len(json.loads(path_of(data).read_text("utf-8"))["sides"]) == 2
    assert told == []


def test_files_to_keep_are_offered_by_name(tab: LensTab, told: list[str]) -> None:
    pages = watch(tab)
    links = next(v for k, v in pages[-2].items() if k.elem_id == "sl-lens-files")
    assert 'download="seed-7.lens.safetensors"' in links
    assert 'download="lens.html"' in links
    assert "Why these layers" in links
    assert "The sources disagree about the encoder" in links


def test_watch_gives_way_to_stop_and_comes_back(tab: LensTab, told: list[str]) -> None:
    pages = watch(tab)
    states = [page[tab._go]["interactive"] for page in pages if tab._go in page]
    assert states == [False, True]


def test_stop_ends_this_tabs_run_and_not_that_of_another_tab(tab: LensTab, told: list[str]) -> None:
    create = tab._state.switches.fresh("somebody")
    pages = []
    given = ("a hill", "7 8", "tiny", "auto", 2, 2.0, "euler")
    for page in tab.on_watch(*given, request=SOMEBODY):
        pages.append(page)
        if any("Picture 2 of 2" in text for text in shown([page], "status")):
            tab.on_stop(SOMEBODY)
    assert "Stopped after 1 of 2" in shown(pages, "status")[-1]
    assert not create.is_set()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": "1 2 3"}, "seeds: expected one seed"),
        ({"layers": "mid-vti-out"}, "mid-vti-out"),
    ],
)
def test_what_cannot_be_watched_is_told_in_one_line(
    tab: LensTab, told: list[str], changes: dict[str, Any], message: str
) -> None:
    pages = watch(tab, **changes)
    assert set(shown(pages, "data")) == {"{}"}
    assert len(told) == 1
    assert message in told[0]
    assert pages[-2][tab._go]["interactive"]


def test_a_picture_brought_along_is_shown_the_same_way(tab: LensTab, told: list[str]) -> None:
    picture = Image.linear_gradient("L").resize((48, 32))
    pages = list(tab.on_look(picture, None, 50, 1, "tiny"))
    data = json.loads(shown(pages, "data")[-1])["data"]
    (side,) = json.loads(path_of(data).read_text("utf-8"))["sides"]
    assert side["picture"].startswith("data:image/webp")
    assert told == []


def test_without_a_picture_there_is_nothing_to_look_at(tab: LensTab, told: list[str]) -> None:
    assert list(tab.on_look(None, None, 50, 1, "tiny")) == []
    assert told == ["Choose a picture first."]
