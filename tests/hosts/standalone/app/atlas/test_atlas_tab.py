"""The tab *Atlas*: what its events show, and what they say when they cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from seedloupe.atlas.page import AtlasPage
from seedloupe.atlas.queries import ALL_SCORES, ANY_KIND
from seedloupe.hosts.standalone.app.atlas import tab as app_atlas
from seedloupe.hosts.standalone.app.atlas.tab import CREATE, AtlasTab
from seedloupe.hosts.standalone.app.create.tab import CreateTab
from seedloupe.hosts.standalone.app.state import AppState, open_page, open_page_with_table
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.picking import pick_golden
from seedloupe.tables import read_table, write_table

from .....seed_tables import full_table, make_table
from .....services.test_table_fit import table_for
from ..app_stands import built, flow, state_of

ANY = ((), (), 25)
BOXES = json.dumps({"boxes": [[0, 0.2, 0.4, 0.8]]})


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would pop up in the browser."""
    lines: list[str] = []
    monkeypatch.setattr(app_atlas, "toast", lines.append)
    return lines


@pytest.fixture(scope="module")
def tables(tiny: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("atlas") / "tables"
    bare = make_table({"a": [1, 2, 3]})
    for name, table in {"tiny": table_for(tiny), "other": full_table(), "bare": bare}.items():
        (folder / name).mkdir(parents=True)
        write_table(table, folder / name / "t.seedtable.safetensors")
    return folder


@pytest.fixture(scope="module")
def atlas(tiny: Model, tables: Path) -> AtlasTab:
    """The page, built once: what its events show is returned, and it stays as it is."""
    state = state_of(tables.parent, tiny, tables=[tables], stream=lambda _, request: flow(request))
    return built(lambda: tab_of(state))


def tab_of(state: AppState) -> AtlasTab:
    opening = open_page(state, "tiny")
    with gr.Blocks(analytics_enabled=False), gr.Tabs() as tabs, gr.Tab("all"):
        create = CreateTab(state, opening, gr.HTML())
        return AtlasTab(state, opening, create, tabs)


def path_in(tables: Path, name: str) -> str:
    return str(tables / name / "t.seedtable.safetensors")


def page_of(atlas: AtlasTab) -> AtlasPage:
    page = atlas._page.value
    assert isinstance(page, AtlasPage)
    return page


def shown(pages: list[dict[Any, Any]]) -> dict[str, Any]:
    """The last thing the map was told, as its script reads it."""
    maps = [json.loads(v) for page in pages for k, v in page.items() if k.elem_id == "sl-atlas-map"]
    return dict(maps[-1])


def use(atlas: AtlasTab, tables: Path, seeds: str) -> list[dict[Any, Any]]:
    event = gr.SelectData(None, {"index": 0, "value": seeds})
    given = ("tiny", path_in(tables, "tiny"), 3, 2.0, "euler", ["random"])
    return list(atlas.on_use(page_of(atlas), *given, event))


def test_the_page_opens_with_the_table_that_fits_the_model(atlas: AtlasTab, tables: Path) -> None:
    assert page_of(atlas).table == path_in(tables, "tiny")
    assert page_of(atlas).file


def test_picked_seeds_are_chosen_on_the_map_with_the_reason_beside_it(
    atlas: AtlasTab, tables: Path, told: list[str]
) -> None:
    pages = list(atlas.on_pick(page_of(atlas), "golden", 3, *ANY))
    best = pick_golden(read_table(path_in(tables, "tiny")), 3)
    assert shown(pages)["chosen"] == [str(seed) for seed in best.seeds]
    why = next(v for k, v in pages[-1].items() if k.elem_id == "sl-atlas-why")
    assert "Golden seeds" in why
    assert str(best.chance) in why
    assert told == []


def test_a_layout_is_asked_with_the_boxes_drawn_and_shown_with_them(
    atlas: AtlasTab, told: list[str]
) -> None:
    pages = list(atlas.on_layout(page_of(atlas), BOXES, "ball", 2, *ANY))
    assert shown(pages)["boxes"] == [[0, 0.2, 0.4, 0.8]]
    assert len(shown(pages)["chosen"]) == 2
    assert told == []


@pytest.mark.parametrize(
    ("frame", "kind", "message"),
    [
        ("{}", ANY_KIND, "a box drawn"),
        ("junk", ANY_KIND, "Layout: needs boxes"),
        (BOXES, "unicorn", "Layout kind: needs one of ball"),
    ],
)
def test_a_layout_nobody_can_answer_is_told_and_changes_nothing(
    atlas: AtlasTab, told: list[str], frame: str, kind: str, message: str
) -> None:
    assert list(atlas.on_layout(page_of(atlas), frame, kind, 2, *ANY)) == []
    assert len(told) == 1
    assert message in told[0]


def test_a_filter_fades_and_a_picker_keeps_the_tags(
    atlas: AtlasTab, tables: Path, told: list[str]
) -> None:
    table = read_table(path_in(tables, "tiny"))
    rates = table.rate("gray")
    gray = {str(s) for s in table.seeds[rates >= np.sort(rates)[-2]]}
    assert len(gray) == 2
    faded = list(atlas.on_filter(page_of(atlas), (), ["gray"], 25, ALL_SCORES, 100))
    assert f"{7 - len(gray)} of 7" in shown(faded)["sifted"]
    picked = list(atlas.on_pick(page_of(atlas), "golden", 7, (), ["gray"], 25))
    assert not gray & set(shown(picked)["chosen"])
    assert told == []


def test_the_ticks_say_beforehand_what_they_leave_and_count_again_after_each(
    atlas: AtlasTab, told: list[str]
) -> None:
    def labels(pages: list[dict[Any, Any]], side: int) -> list[str]:
        tick = atlas._filter.ticks[side]
        return [label for label, _ in next(v for k, v in pages[-1].items() if k is tick)["choices"]]

    before = [label for label, _ in atlas._filter.ticks[1].choices]
    assert "gray: 5 seeds" in before
    ticked = list(atlas.on_filter(page_of(atlas), (), ["gray"], 25, ALL_SCORES, 100))
    assert "gray: 5 seeds" in labels(ticked, 1)
    assert "gray: 2 seeds" in labels(ticked, 0)
    halved = list(atlas.on_filter(page_of(atlas), (), ["gray"], 25, ALL_SCORES, 50))
    assert labels(halved, 1) != labels(ticked, 1)
    assert told == []


def test_a_tag_wanted_and_avoided_at_once_is_told(atlas: AtlasTab, told: list[str]) -> None:
    both = (["text"], ["text"], 25)
    assert list(atlas.on_filter(page_of(atlas), *both, ALL_SCORES, 100)) == []
    assert list(atlas.on_pick(page_of(atlas), "golden", 2, *both)) == []
    assert list(atlas.on_layout(page_of(atlas), BOXES, ANY_KIND, 2, *both)) == []
    assert ["wanted or avoided" in line for line in told] == [True] * 3


def test_used_seeds_come_to_create_and_the_page_goes_there(
    atlas: AtlasTab, tables: Path, told: list[str]
) -> None:
    (news,) = use(atlas, tables, "8 5")
    tabs = next(v for k, v in news.items() if isinstance(k, gr.Tabs))
    assert tabs.selected == CREATE
    ways = next(v for k, v in news.items() if k is atlas._create.ways)
    assert "chosen" in ways["value"]
    assert told == []


def test_seeds_that_mean_other_noise_are_not_handed_over(
    atlas: AtlasTab, tables: Path, told: list[str]
) -> None:
    other = atlas._look(next_opening(atlas, tables, "other"))[0]
    event = gr.SelectData(None, {"index": 0, "value": "5"})
    given = ("tiny", path_in(tables, "tiny"), 3, 2.0, "euler", ["random"])
    assert list(atlas.on_use(other, *given, event)) == []
    assert told[0].startswith("Noise shape: needs")


def next_opening(atlas: AtlasTab, tables: Path, name: str) -> Any:
    return open_page_with_table(atlas._state, "tiny", Path(path_in(tables, name)))


@pytest.mark.parametrize("seeds", ["", "no seeds", "4242"])
def test_seeds_the_table_does_not_have_are_told(
    atlas: AtlasTab, tables: Path, told: list[str], seeds: str
) -> None:
    assert use(atlas, tables, seeds) == []
    assert len(told) == 1


def test_another_table_brings_its_own_choices(
    atlas: AtlasTab, tables: Path, told: list[str]
) -> None:
    (news,) = atlas.on_table("tiny", path_in(tables, "bare"))
    by_label = {k.label: v for k, v in news.items() if getattr(k, "label", None)}
    assert by_label["Or pick by what the table knows"]["choices"] == [("Golden", "golden")]
    assert by_label["Which thing"]["choices"] == [ANY_KIND]
    assert by_label["Only seeds that often show"]["choices"] == []
    assert told == []


def test_a_table_that_cannot_be_read_leaves_an_empty_map_that_says_so(
    atlas: AtlasTab, tmp_path: Path, told: list[str]
) -> None:
    junk = tmp_path / "junk.seedtable.safetensors"
    junk.write_bytes(b"junk")
    (news,) = atlas.on_table("tiny", str(junk))
    assert "cannot be shown" in shown([news])["empty"]
    assert shown([news])["file"] == ""


def test_without_a_table_nothing_can_be_picked(atlas: AtlasTab, told: list[str]) -> None:
    assert list(atlas.on_pick(AtlasPage(), "golden", 3, *ANY)) == []
    assert list(atlas.on_layout(AtlasPage(), BOXES, ANY_KIND, 3, *ANY)) == []
    assert list(atlas.on_filter(AtlasPage(), (), (), 25, ALL_SCORES, 50)) == []
    assert told == []
