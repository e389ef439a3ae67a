"""The tab *Lens*: what its events show, and what they say when they cannot."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.data_classes import ImageData
from PIL import Image

from seedloupe.hosts.standalone.app.lens import tab as app_explorer
from seedloupe.hosts.standalone.app.lens.tab import LensTab
from seedloupe.hosts.standalone.app.pictures_in import PageError, required_picture
from seedloupe.hosts.standalone.app.state import AppState, open_page
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.metadata.write_png import read_png_metadata

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


def test_stop_ends_the_work_on_the_layers_too(
    tab: LensTab, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = app_explorer.exhibit

    def pressed(*given: Any, **how: Any) -> Any:
        tab.on_stop(SOMEBODY)
        return real(*given, **how)

    monkeypatch.setattr(app_explorer, "exhibit", pressed)
    pages = watch(tab)
    assert shown(pages, "data") == ["{}"]
    assert "Stopped before the layers could be shown." in shown(pages, "status")[-1]
    assert pages[-1][tab._go]["interactive"]
    assert told == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": "1 2 3"}, "These are 3 seeds."),
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
    assert told == ["There is no picture to look at. Choose one first."]


def test_a_file_that_is_no_picture_is_called_so_whatever_its_name(
    tab: LensTab, told: list[str], tmp_path: Path
) -> None:
    fake = tmp_path / "notes.png"
    fake.write_text("milk, eggs")
    given = tab._picture.preprocess(ImageData(path=str(fake), orig_name="notes.png"))
    assert tab.on_upload(given) == gr.update(value=None)
    assert list(tab.on_look(given, None, 50, 1, "tiny")) == []
    assert told == ["notes.png is not a picture. Choose a PNG, JPEG or WebP file."] * 2
    fake.write_bytes(b"")
    Image.new("RGB", (9, 7)).save(fake)
    given = tab._picture.preprocess(ImageData(path=str(fake), orig_name="notes.png"))
    assert isinstance(given, Image.Image)
    assert "update" in str(tab.on_upload(given))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seeds": "7"}, "Draws seed 7 in 2 steps, and records 3 layers"),
        ({"seeds": "7 8", "steps": 1}, "Draws seeds 7 and 8 in 1 step each"),
        (
            {"seeds": " ", "layers": "mid-vit-out"},
            "dice choose in 2 steps, and records 1",
        ),
        ({"seeds": "7 8 9"}, "These are 3 seeds. Give one, or two to compare."),
        ({"seeds": "seven"}, "“seven” is no seed. Give one whole number, or two."),
        ({"layers": "mid-vti-out"}, "mid-vti-out"),
    ],
)
def test_watch_says_what_it_will_do_or_why_it_cannot(
    tab: LensTab, given: dict[str, Any], said: str
) -> None:
    asked = {"seeds": "7", "model": "tiny", "layers": "auto", "steps": 2, **given}
    assert said in html.unescape(tab.on_plan(**asked))


def test_an_example_is_there_until_something_is_recorded(tab: LensTab) -> None:
    page = tab.on_open(False)
    data = json.loads(next(iter(shown([page], "data"))))["data"]
    sides = json.loads(path_of(data).read_text("utf-8"))["sides"]
    assert [side["name"] for side in sides] == ["seed 151", "seed 976"]
    assert all(all(side["previews"]) and side["picture"] and side["words"] for side in sides)
    links = next(value for part, value in page.items() if part.elem_id == "sl-lens-files")
    assert 'download="seed-151.png"' in links
    assert page[tab._begun]
    assert shown([tab.on_open(False)], "data") == shown([page], "data")
    assert tab.on_open(True) == {}


def test_the_pictures_themselves_can_be_saved_with_their_settings(
    tab: LensTab, told: list[str]
) -> None:
    pages = watch(tab, seeds="7 8")
    links = next(v for k, v in pages[-2].items() if k.elem_id == "sl-lens-files")
    urls = re.findall(r'href="([^"]+)" download="(seed-\d\.png)"', links)
    assert [name for _, name in urls] == ["seed-7.png", "seed-8.png"]
    assert "Seed: 8" in str(read_png_metadata(path_of(urls[1][0])).parameters)


def test_pictures_are_looked_at_as_a_browser_shows_them() -> None:
    clear = Image.new("RGBA", (16, 8), (255, 0, 0, 0))  # black without its transparency
    assert required_picture(clear).getpixel((3, 3)) == (255, 255, 255)
    with pytest.raises(PageError, match="more than 8 bits a channel"):
        required_picture(Image.new("I;16", (16, 8)))
