from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from seedloupe.errors import ModelError
from seedloupe.hosts.standalone.app.create import tab as app_create
from seedloupe.hosts.standalone.app.create.tab import CreateTab
from seedloupe.hosts.standalone.app.error_words import words_of
from seedloupe.hosts.standalone.app.main import build_app, web_app
from seedloupe.hosts.standalone.app.state import AppState, ModelCache, guarded, open_page
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.services.picture_settings import PictureSettings
from seedloupe.tables import write_table

from ....seed_tables import full_table
from ....services.test_table_fit import table_for
from .app_stands import SOMEBODY, Reader, built, flow, state_of


@pytest.fixture
def toasts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would pop up in the browser."""
    lines: list[str] = []
    monkeypatch.setattr(app_create, "toast", lines.append)
    return lines


@pytest.fixture
def tables(tiny: Model, tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    for name, table in {"tiny": table_for(tiny), "other": full_table()}.items():
        (folder / name).mkdir(parents=True)
        write_table(table, folder / name / "t.seedtable.safetensors")
    return folder


@pytest.fixture
def state(tiny: Model, tmp_path: Path, tables: Path) -> AppState:
    def stream(model: Model, request: Any, sinks: Any = (), **watched: object) -> Any:
        return flow(request, size=model.native_size, sinks=sinks)

    return state_of(tmp_path, tiny, tables=[tables], stream=stream, reader=Reader((1, 1, 9, 9)))


@pytest.fixture(scope="module")
def tab(tiny: Model, tmp_path_factory: pytest.TempPathFactory) -> CreateTab:
    """The page, built once."""
    state = state_of(tmp_path_factory.mktemp("page"), tiny)

    def build() -> CreateTab:
        with gr.Blocks(analytics_enabled=False):
            return CreateTab(state, open_page(state, "tiny"), gr.HTML())

    return built(build)


@pytest.fixture
def create(tab: CreateTab, state: AppState) -> CreateTab:
    tab._state = state
    return tab


def by_id(pages: list[dict[Any, Any]], name: str) -> list[Any]:
    """Everything the page showed in one of its parts, in order."""
    return [value for page in pages for part, value in page.items() if part.elem_id == name]


def draw(tab: CreateTab, *, ways: list[str] | None = None, **changes: Any) -> list[dict[Any, Any]]:
    given = {
        "prompt": "a boat",
        "ways": ways if ways is not None else ["random", "golden", "diverse"],
        "count": 2,
        "model": "tiny",
        "table": "none",
        "steps": 2,
        "guidance": 2.0,
        "sampler": "euler",
        **changes,
    }
    return list(tab.on_draw(**given, request=SOMEBODY))


def test_golden_diverse_and_random_stand_side_by_side_when_a_table_fits(
    create: CreateTab, tables: Path, toasts: list[str]
) -> None:
    path = str(tables / "tiny" / "t.seedtable.safetensors")
    pages = draw(create, table=path)
    shown = by_id(pages, "sl-columns")[-1]
    assert re.findall(r"<h3>(\w+) seeds", shown) == ["Random", "Golden", "Diverse"]
    assert shown.count("<img") == 6
    assert "rank 1 / 7" in shown
    assert toasts == []


def test_each_draw_goes_on_where_the_last_ended_and_the_best_first_stay(
    create: CreateTab, tables: Path, toasts: list[str]
) -> None:
    path = str(tables / "tiny" / "t.seedtable.safetensors")
    given: dict[str, Any] = {"table": path, "ways": ["golden"], "count": 1}
    first = draw(create, **given, position=0, best_first=False)
    (position,) = by_id(first, "sl-position")
    assert position == 1
    second = draw(create, **given, position=position, best_first=False)
    assert by_id(second, "sl-columns")[-1] != by_id(first, "sl-columns")[-1]
    assert "Now 2 of the 2 that take turns" in by_id(second, "sl-columns")[-1]
    assert by_id(draw(create, **given, position=0, best_first=True), "sl-position") == []
    assert toasts == []


def test_an_empty_prompt_is_drawn_and_said(create: CreateTab, toasts: list[str]) -> None:
    pages = draw(create, prompt=" ")
    assert "The prompt is empty" in by_id(pages, "sl-status")[0]
    assert "1 picture in" not in by_id(pages, "sl-status")[-1]
    assert "1 picture in" in by_id(draw(create, count=1), "sl-status")[-1]
    assert toasts == []


def test_pictures_stream_in_one_by_one_and_the_page_is_told_only_what_changed(
    create: CreateTab, toasts: list[str]
) -> None:
    pages = draw(create, count=3)
    counts = [shown.count("<img") for shown in by_id(pages, "sl-columns")]
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2, 3}
    assert len(by_id(pages, "sl-status")) < len(pages)


def test_draw_gives_way_to_stop_and_comes_back(create: CreateTab, toasts: list[str]) -> None:
    pages = draw(create)
    for name, during in (("sl-draw", False), ("sl-stop", True)):
        states = [update["interactive"] for update in by_id(pages, name)]
        assert states == [during, not during]


def test_stop_ends_the_run_of_this_browser(create: CreateTab, toasts: list[str]) -> None:
    given = ("a boat", ["random"], 5, "tiny", "none", 2, 2.0, "euler")
    pages = []
    for page in create.on_draw(*given, request=SOMEBODY):
        pages.append(page)
        if "<img" in "".join(by_id([page], "sl-columns")):
            create.on_stop(SOMEBODY)
    assert "Stopped after 1 of 5" in by_id(pages, "sl-status")[-1]


def test_a_browser_that_leaves_stops_its_run_and_no_other(
    state: AppState, create: CreateTab
) -> None:
    mine, other = state.switches.fresh("somebody"), state.switches.fresh("other")
    create.on_leave(SOMEBODY)
    assert (mine.is_set(), other.is_set()) == (True, False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"steps": 0}, "Steps: needs 1 to"),
        ({"count": 0}, "How many: needs 1 or more"),
        ({"guidance": float("nan")}, "Guidance: needs"),
        ({"steps": 7.5}, "Steps: needs a whole number, found 7.5"),
        ({"count": 1.5}, "How many: needs a whole number, found 1.5"),
        ({"position": None}, "Position: needs a whole number, found nothing"),
        ({"ways": []}, "Seeds side by side: needs one kind ticked at least"),
    ],
)
def test_bad_input_is_one_line_and_the_page_stays_usable(
    changes: dict[str, Any], said: str, create: CreateTab, toasts: list[str]
) -> None:
    pages = draw(create, **changes)
    (line,) = toasts
    assert line.startswith(said)
    assert "\n" not in line
    assert by_id(pages, "sl-draw")[-1]["interactive"]


def test_a_crash_inside_is_one_line_without_a_traceback(
    create: CreateTab, state: AppState, toasts: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def burning(*given: object, sinks: Any = (), **watched: object) -> Any:
        raise RuntimeError("CUDA out of memory\n at line 3")

    object.__setattr__(state, "stream", burning)
    pages = draw(create)
    assert toasts == [words_of(RuntimeError())]
    assert "Traceback" not in str(pages)
    assert "CUDA out of memory" in caplog.text


def test_a_table_of_other_noise_leaves_random_seeds_and_says_why(
    create: CreateTab, tables: Path, toasts: list[str]
) -> None:
    path = str(tables / "other" / "t.seedtable.safetensors")
    (page,) = create.on_table("tiny", path)
    assert "noise.shape" in by_id([page], "sl-fit")[0]
    assert by_id([page], "sl-ways")[0]["value"] == ["random"]
    shown = by_id(draw(create, table=path), "sl-columns")[-1]
    assert re.findall(r"<h3>(\w+) seeds", shown) == ["Random"]


def test_other_steps_change_what_the_table_is_worth(create: CreateTab, tables: Path) -> None:
    path = str(tables / "tiny" / "t.seedtable.safetensors")
    (exact,) = create.on_settings("tiny", path, 3, 2.0, "dpmpp_2m")
    (other,) = create.on_settings("tiny", path, 4, 2.0, "dpmpp_2m")
    assert "this very model" in exact
    assert "the table has 3, in use is 4" in other


def test_another_model_brings_its_table_and_its_columns(
    create: CreateTab, toasts: list[str]
) -> None:
    (page,) = create.on_model(" tiny ")
    assert by_id([page], "sl-table")[0]["value"].endswith("t.seedtable.safetensors")
    assert by_id([page], "sl-ways")[0]["value"] == ["random", "golden", "diverse"]
    assert toasts == []


def test_a_chosen_table_brings_the_settings_it_was_made_with(
    create: CreateTab, tables: Path
) -> None:
    (page,) = create.on_table("tiny", str(tables / "tiny" / "t.seedtable.safetensors"))
    assert by_id([page], "sl-steps") == [3]
    assert by_id([page], "sl-sampler") == ["dpmpp_2m"]
    assert "this very model" in by_id([page], "sl-fit")[0]


def test_a_model_that_cannot_be_opened_leaves_the_one_before(
    create: CreateTab, state: AppState, toasts: list[str], tiny: Model
) -> None:
    def opener(name: str) -> Model:
        raise ModelError("model", expected="a model", got=repr(name))

    models = ModelCache(lambda name: tiny if name == "tiny" else opener(name))
    object.__setattr__(state, "models", models)
    assert state.models.get("tiny") is tiny
    assert list(create.on_model("gone")) == []
    assert toasts == ["Model: needs a model, found 'gone'."]
    assert state.models.get("tiny") is tiny


def test_a_model_is_opened_once_however_often_it_is_used(tiny: Model) -> None:
    opened: list[str] = []
    models = ModelCache(lambda name: opened.append(name) or tiny)
    for name in ("a", "a", "b", "b", "a"):
        models.get(name)
    assert opened == ["a", "b", "a"]


def test_a_click_brings_a_picture_back_to_the_bench(create: CreateTab, toasts: list[str]) -> None:
    pages = draw(create, count=2)
    (kept,) = [
        value
        for part, value in pages[-2].items()
        if part.elem_id is None and hasattr(value, "previews")
    ]
    for seed in kept.previews:
        preview = create.on_select(kept, SimpleNamespace(value=str(seed)))
        assert f"Seed {seed}" in preview
    assert "Seed" not in str(create.on_select(None, SimpleNamespace(value="1")))


def test_what_goes_wrong_half_way_keeps_the_pages_there_are() -> None:
    def pages() -> Iterator[int]:
        yield 1
        raise ModelError("model", expected="weights", got="none")

    told: list[str] = []
    assert list(guarded(pages, told.append)) == [1]
    assert told == ["Model: needs weights, found none."]


def test_a_model_that_is_not_there_stops_the_app_before_it_is_served(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        build_app(str(tmp_path / "nowhere.safetensors"))


def test_the_page_is_whole_and_asks_nobody_outside_for_anything(state: AppState) -> None:
    from fastapi.testclient import TestClient

    page = built(lambda: web_app(build_app("tiny", state=state)))
    with TestClient(page) as client:
        page = client.get("/").text
        styles = client.get("/theme.css").text + page
        config = client.get("/config").json()
    loaded = re.findall(r"""(?:src|url\(|<link[^>]+href)=?["']?(https?://[^"')]+)""", styles)
    assert loaded == []
    assert not config["analytics_enabled"]
    labels = {part["props"].get("label") for part in config["components"]}
    assert {"Prompt", "Steps", "Guidance", "Seed table", "Create", "Inpaint"} <= labels


def test_a_page_nobody_uses_is_not_asked_for_work_a_thousand_times_a_second() -> None:
    """Gradio's own 1 ms takes 5 % of a core while nothing happens."""

    def build() -> gr.Blocks:
        with gr.Blocks(analytics_enabled=False) as empty:
            assert hasattr(empty._queue, "sleep_when_free")
            assert hasattr(empty._queue, "progress_update_sleep_when_free")
        web_app(empty)
        return empty

    queue = built(build)._queue
    assert (queue.sleep_when_free, queue.progress_update_sleep_when_free) == (0.05, 0.2)


def test_a_number_beyond_its_slider_is_refused_by_the_sliders_name(state: AppState) -> None:
    app = built(lambda: build_app("tiny", state=state))
    steps = next(block for block in app.blocks.values() if block.elem_id == "sl-steps")
    assert steps.preprocess(8) == 8
    with pytest.raises(gr.Error, match="Steps: needs 1 to 60, found 0"):
        steps.preprocess(0)


def test_settings_of_a_picture_beyond_a_slider_are_said_and_not_taken(create: CreateTab) -> None:
    told = PictureSettings(prompt="a boat", steps=500, guidance=40.0, said=("Noise exact.",))
    page = by_id([create.take_settings(None, told, "tiny")], "sl-status")[0]
    assert "Noise exact. Steps 500 was not taken over: here it is 1 to 60. Guidance 40" in page
    assert by_id([create.take_settings(None, told, "tiny")], "sl-steps") == []
    fine = PictureSettings(prompt="a boat", steps=60)
    assert by_id([create.take_settings(None, fine, "tiny")], "sl-steps") == [60]
