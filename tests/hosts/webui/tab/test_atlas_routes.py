"""The atlas over HTTP: tables by name, the map of one, picks; and what nobody may have."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from seedloupe.picking import PickRequest, PickRule, pick_seeds

from ....seed_tables import full_table
from ..conftest import BEST_FIRST, SEEDS, Host, golden_table

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")


@pytest.fixture
def ask(host: Host, gradio: ModuleType) -> Any:
    host.add_table("full", full_table())
    host.ours("script").register_callbacks()
    app = fastapi.FastAPI()
    host.module("script_callbacks").app_started_callback(None, app)
    return testclient.TestClient(app, raise_server_exceptions=False)


def test_tables_are_listed_with_what_their_headers_say(ask: Any) -> None:
    tables = ask.get("/seedloupe/tables").json()["tables"]
    assert [table["table"] for table in tables] == ["full", "golden"]
    assert tables[1]["seeds"] == len(SEEDS)
    assert tables[1]["size"] == [64, 48]


def test_a_broken_table_is_listed_without_its_folder(ask: Any, host: Host) -> None:
    path = host.folder / "seed_tables" / "broken.seedtable.safetensors"
    path.write_bytes(b"nothing")
    listed = ask.get("/seedloupe/tables").json()["tables"]
    (broken,) = [table for table in listed if table["table"] == "broken"]
    assert broken["problem"]
    assert str(host.folder) not in broken["problem"]
    answer = ask.get("/seedloupe/atlas/table", params={"table": "broken"})
    assert answer.status_code == 400
    assert str(host.folder) not in answer.text


def test_a_tables_columns_and_pictures_come_as_the_map_takes_them(ask: Any) -> None:
    seeds = ask.get("/seedloupe/atlas/seeds", params={"table": "golden"}).json()
    assert seeds["seeds"] == [str(seed) for seed in SEEDS]
    sheet = ask.get("/seedloupe/atlas/sheet", params={"table": "full"})
    assert sheet.headers["content-type"] == "image/webp"
    assert sheet.content[:4] == b"RIFF"
    assert ask.get("/seedloupe/atlas/sheet", params={"table": "golden"}).status_code == 404


def test_the_best_seeds_are_picked_in_order(ask: Any) -> None:
    body = {"table": "golden", "rule": "golden", "count": 3}
    picked = ask.post("/seedloupe/atlas/pick", json=body).json()
    assert picked["chosen"] == [str(seed) for seed in BEST_FIRST[:3]]
    assert picked["picks"][0]["rank"] == 1
    right = pick_seeds(golden_table(), PickRequest(PickRule.GOLDEN, 3))
    assert picked["rule"] == right.rule


def test_a_layout_goes_by_its_box(ask: Any) -> None:
    body = {"table": "full", "rule": "layout", "boxes": [[0, 0, 0.5, 1]], "count": 2}
    picked = ask.post("/seedloupe/atlas/pick", json=body)
    assert picked.status_code == 200, picked.text
    assert len(picked.json()["chosen"]) == 2
    assert picked.json()["boxes"] == [[0, 0, 0.5, 1]]


def test_a_filter_tells_what_passes(ask: Any) -> None:
    tag = ask.get("/seedloupe/atlas/table", params={"table": "full"}).json()["tags"][0]
    body = {"table": "full", "want": [tag], "often": 50}
    passing = ask.post("/seedloupe/atlas/filter", json=body).json()
    assert "pass" in passing["sifted"]
    assert set(passing["want"]) == set(passing["avoid"])


def test_the_map_comes_with_markup_style_and_script(ask: Any) -> None:
    page = ask.get("/seedloupe/atlas/page").json()
    assert set(page) == {"map", "frame", "css"}
    script = ask.get("/seedloupe/atlas/script")
    assert "export {openAtlas, openFrame}" in script.text
    assert script.headers["content-type"].startswith("text/javascript")


NAMES = [
    "../golden",
    "..%2f..%2fetc/passwd",
    "/etc/passwd",
    "seed_tables/golden",
    "golden.seedtable.safetensors",
    "C:\\windows\\win.ini",
    "\0",
    "golden\0",
    "%00",
    "<img src=x onerror=alert(1)>",
    "~",
    ".",
    "a" * 400,
    "💎" * 100,
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("part", ["table", "seeds", "sheet"])
def test_no_name_leads_to_another_file(ask: Any, part: str, name: str) -> None:
    assert ask.get(f"/seedloupe/atlas/{part}", params={"table": name}).status_code == 404


@pytest.mark.parametrize("path", ["../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "atlas//etc"])
def test_no_address_leads_to_another_file(ask: Any, path: str) -> None:
    assert ask.get(f"/seedloupe/{path}").status_code == 404


def test_a_link_out_of_the_folder_is_no_table(ask: Any, host: Host, tmp_path: Path) -> None:
    folder = host.folder / "seed_tables"
    outside = tmp_path.parent / f"{tmp_path.name}-outside.seedtable.safetensors"
    outside.write_bytes((folder / "golden.seedtable.safetensors").read_bytes())
    (folder / "link.seedtable.safetensors").symlink_to(outside)
    (folder / "gone.seedtable.safetensors").symlink_to(folder / "nothing")
    (folder / "round.seedtable.safetensors").symlink_to(folder / "round.seedtable.safetensors")
    names = [table["table"] for table in ask.get("/seedloupe/tables").json()["tables"]]
    assert names == ["full", "golden"]
    for name in ("link", "gone", "round"):
        assert ask.get("/seedloupe/atlas/seeds", params={"table": name}).status_code == 404


BAD = [
    {},
    {"table": 5},
    {"table": ["golden"]},
    {"table": {"golden": 1}},
    {"table": "golden"},
    {"table": "golden", "rule": "given"},
    {"table": "golden", "rule": "golden", "count": 0},
    {"table": "golden", "rule": "golden", "count": -1},
    {"table": "golden", "rule": "golden", "count": 1e308},
    {"table": "golden", "rule": "golden", "count": 10**300},
    {"table": "golden", "rule": "golden", "count": "9" * 5000},
    {"table": "golden", "rule": "golden", "want": "gray"},
    {"table": "golden", "rule": "golden", "want": ["no such tag"]},
    {"table": "golden", "rule": "golden", "want": [None]},
    {"table": "golden", "rule": "golden", "often": 0},
    {"table": "golden", "rule": "golden", "often": "nan"},
    {"table": "golden", "rule": "diverse"},
    {"table": "golden", "rule": "clean"},
    {"table": "golden", "rule": "layout"},
    {"table": "golden", "rule": "layout", "boxes": [[0, 0, 1, 1]]},
    {"table": "full", "rule": "layout", "boxes": [[0, 0, 1]]},
    {"table": "full", "rule": "layout", "boxes": [[1, 1, 0, 0]]},
    {"table": "full", "rule": "layout", "boxes": ["nan"]},
    {"table": "full", "rule": "layout", "boxes": [["nan", 0, 1, 1]]},
    {"table": "full", "rule": "layout", "boxes": [[0, 0, 1, 1]] * 5},
    {"table": "full", "rule": "layout", "boxes": {"a": 1}},
    {"table": "full", "rule": "layout", "boxes": [[0, 0, 0.5, 1]], "kind": "unicorn"},
    {"table": "full", "rule": "golden", "metric": 5},
    {"table": "full", "rule": "golden", "share": 0},
    {"table": "full", "rule": "golden", "want": ["gray"], "avoid": ["gray"]},
]


@pytest.mark.parametrize("body", BAD, ids=lambda body: json.dumps(body)[:60])
@pytest.mark.parametrize("part", ["filter", "pick"])
def test_what_cannot_be_meant_is_refused_in_words(ask: Any, part: str, body: object) -> None:
    answer = ask.post(f"/seedloupe/atlas/{part}", json=body)
    assert answer.status_code < 500
    assert answer.status_code == 200 or answer.json()["error"]


def test_a_huge_question_is_refused(ask: Any) -> None:
    body = {"table": "golden", "rule": "golden", "want": ["x" * 100] * 5000}
    assert ask.post("/seedloupe/atlas/pick", json=body).status_code == 413
