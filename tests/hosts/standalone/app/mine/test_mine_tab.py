"""The tab *Mine*: what its events show, and what they keep."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from seedloupe.hosts.standalone.app.mine.tab import MineTab
from seedloupe.hosts.standalone.app.state import AppState, open_page
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.tables import read_table

from .....services.weighed_scorer import NAME, SCORE, with_glow
from ..app_stands import SOMEBODY, built, flow, state_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

AT_HOME = SimpleNamespace(session_hash="somebody", client=SimpleNamespace(host="127.0.0.1"))
PROMPTS = "\n".join(f"a hill {index}" for index in range(12))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tables"


@pytest.fixture
def state(tiny: Model, tmp_path: Path) -> AppState:
    state = state_of(tmp_path, tiny, stream=lambda _, request: flow(request))
    return replace(state, plugins=replace(state.plugins, scorers=with_glow()))


@pytest.fixture
def tab(state: AppState, folder: Path) -> MineTab:
    def build() -> MineTab:
        opening = open_page(state, "tiny")
        with gr.Blocks(analytics_enabled=False):
            return MineTab(state, gr.State("tiny"), opening, folder)

    return built(build)


def asked(tab: MineTab, **changes: object) -> dict[Any, Any]:
    """What Gradio hands over: the form as it begins, a few seeds, one step."""
    given = {part: part.value for part in tab.form.parts}
    wanted = {"seeds": "0:40", "prompts": PROMPTS, "steps": 1, "guidance": 1.0, **changes}
    for name, value in wanted.items():
        owner = tab.form if hasattr(tab.form, f"_{name}") else tab.form.scorers
        given[getattr(owner, f"_{name}")] = value
    return {**given, tab._model: "tiny"}


def html_of(tab: MineTab, pages: list[dict[Any, Any]], part: str) -> list[str]:
    return [page[getattr(tab, part)] for page in pages if getattr(tab, part) in page]


def test_a_run_shows_its_leader_board_and_keeps_table_and_report(
    tab: MineTab, folder: Path
) -> None:
    pages = list(tab.on_mine(asked(tab), SOMEBODY))
    boards = html_of(tab, pages, "_board")
    assert "Round 1, 4 prompts" in "".join(boards)
    assert "sl-mine-reach" in boards[-1]
    assert "Done: " in boards[-1]
    table = folder / "tiny" / "mined.seedtable.safetensors"
    assert len(read_table(table)) == 40
    assert (folder / "tiny" / "mined.html").read_text("utf-8").startswith("<!")
    assert str(table) in html_of(tab, pages, "_status")[-1]
    assert pages[0][tab.form.stop]["interactive"] is True
    assert pages[-1][tab.form.go]["interactive"] is True


def test_stop_keeps_everything_and_the_same_settings_go_on(
    tab: MineTab, state: AppState, folder: Path
) -> None:
    pages = []
    for page in tab.on_mine(asked(tab), SOMEBODY):
        pages.append(page)
        if len(pages) == 6:
            tab.on_stop(SOMEBODY)
    assert "Stopped; the same settings go on from here" in html_of(tab, pages, "_board")[-1]
    kept = len(list((folder / "tiny" / "mined.journal").glob("*.npz")))
    assert kept >= 2
    assert not list((folder / "tiny").glob("*.safetensors"))
    again = list(tab.on_mine(asked(tab), SOMEBODY))
    assert "Done: " in html_of(tab, again, "_board")[-1]
    refused = list(tab.on_mine(asked(tab, seeds="0:41"), SOMEBODY))
    assert "journal" in html_of(tab, refused, "_status")[-1].lower()


def test_the_plan_says_what_it_takes_and_what_it_can_see(tab: MineTab, folder: Path) -> None:
    page = tab.on_plan(asked(tab), SOMEBODY)
    said = page[tab._status]["value"]
    assert "cannot be told from chance" in said
    assert "without racing" in said
    assert not folder.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"prompts": ""}, "prompts"),
        ({"prompts": "a\na\n"}, "more than once"),
        ({"name": "../up"}, "ame"),
        ({"seeds": "x"}, "eed"),
        ({"steps": 0.5}, "whole number"),
    ],
)
def test_bad_input_is_one_line_and_the_buttons_come_back(
    tab: MineTab, folder: Path, changes: dict[str, object], said: str
) -> None:
    pages = list(tab.on_mine(asked(tab, **changes), SOMEBODY))
    assert said in html_of(tab, pages, "_status")[-1]
    assert pages[-1][tab.form.go]["interactive"] is True
    assert not list(folder.glob("**/*.safetensors"))


def test_a_scorer_with_weights_of_the_users_decides_and_stands_in_the_table(
    tab: MineTab, folder: Path, tmp_path: Path
) -> None:
    form = {"weights": f"{NAME}={tmp_path}", "objective": [NAME], "names": ["appearance"]}
    pages = list(tab.on_mine(asked(tab, **form), AT_HOME))
    assert "Done: " in html_of(tab, pages, "_board")[-1]
    table = read_table(folder / "tiny" / "mined.seedtable.safetensors")
    assert SCORE in table.metrics()
    assert SCORE in str(table.spec.evidence)
    assert "rate.gray" in table.tensors


def test_a_scorer_that_is_not_here_is_one_line_beside_the_board(tab: MineTab) -> None:
    pages = list(tab.on_mine(asked(tab, names=["appearance", NAME]), AT_HOME))
    assert f"{NAME} is left out" in html_of(tab, pages, "_said")[-1]
    assert "Done: " in html_of(tab, pages, "_board")[-1]
    assert f"<b>{NAME}</b>" in tab.form.scorers._absent.value


@pytest.mark.parametrize("form", [{"weights": f"{NAME}=/"}, {"reference": "/"}])
def test_folders_are_named_by_who_sits_at_the_machine(
    tab: MineTab, folder: Path, form: dict[str, object]
) -> None:
    pages = list(tab.on_mine(asked(tab, **form), SOMEBODY))
    assert "sits at the machine" in html_of(tab, pages, "_status")[-1]
    assert not folder.exists()


def test_the_first_step_says_in_one_sentence_whether_seeds_matter_above_its_pictures(
    tab: MineTab, folder: Path
) -> None:
    pages = list(tab.on_ask(asked(tab), SOMEBODY))
    answers = html_of(tab, pages, "_answer")
    assert "Measured 8 of 96 small pictures." in answers[1]
    assert answers[-1].index("96 pictures of 12 seeds with 8 prompts") < answers[-1].index("<img")
    assert "(95 %: " in answers[-1]
    assert "a hill 7" in answers[-1]
    assert pages[0][tab.form.go]["interactive"] is False
    assert pages[-1][tab.form.ask]["interactive"] is True
    assert not folder.exists()


def test_the_first_step_can_be_stopped_and_few_prompts_are_one_line(tab: MineTab) -> None:
    pages = []
    for page in tab.on_ask(asked(tab), SOMEBODY):
        pages.append(page)
        if len(pages) == 3:
            tab.on_stop(SOMEBODY)
    assert "Stopped after 12 of 96" in html_of(tab, pages, "_answer")[-1]
    few = list(tab.on_ask(asked(tab, prompts="a\nb"), SOMEBODY))
    assert "3 different ones or more" in html_of(tab, few, "_status")[-1]
