"""Mining over HTTP: begun, watched, stopped, gone on with; and what nobody may ask."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from seedloupe.tables import SUFFIX, read_table

from ..conftest import HEIGHT, SHA256, WIDTH, Host

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")

ORDER = {
    "name": "one",
    "prompts": [f"a thing {number}" for number in range(6)],
    "seeds": 6,
    "width": WIDTH,
    "height": HEIGHT,
    "steps": 2,
    "batch": 4,
}


@pytest.fixture
def ask(host: Host, gradio: ModuleType) -> Iterator[Any]:
    host.ours("script").register_callbacks()
    app = fastapi.FastAPI()
    host.module("script_callbacks").app_started_callback(None, app)
    yield testclient.TestClient(app, raise_server_exceptions=False)
    session = host.ours("mine.routes").mining_session()
    session.stop()
    session.join(30)


def test_an_order_becomes_a_table_that_all_hosts_find(ask: Any, host: Host) -> None:
    assert ask.post("/seedloupe/mine/start", json=ORDER).json()["running"]
    host.ours("mine.routes").mining_session().join(60)
    state = ask.get("/seedloupe/mine").json()
    assert (state["running"], state["problem"], state["table"]) == (False, "", "one")
    assert state["report"]["stage"] == "done"
    assert state["runs"] == [{"name": "one", "table": True}]
    table = read_table(host.folder / "home" / "seedloupe" / "seed_tables" / f"one{SUFFIX}")
    assert table.spec.model.sha256 == SHA256
    listed = [one["table"] for one in ask.get("/seedloupe/tables").json()["tables"]]
    assert "one" in listed


def test_a_run_that_is_stopped_can_go_on(ask: Any, host: Host) -> None:
    session = host.ours("mine.routes").mining_session()
    real = host.module("processing").process_images
    count = 0

    def stopping(p: Any) -> Any:
        nonlocal count
        count += 1
        if count == 2:  # the first is the trial
            ask.post("/seedloupe/mine/stop", json={})
        return real(p)

    host.module("processing").process_images = stopping
    ask.post("/seedloupe/mine/start", json=ORDER)
    session.join(60)
    assert ask.get("/seedloupe/mine").json()["report"]["stage"] == "stopped"
    assert ask.post("/seedloupe/mine/resume", json={"name": "one"}).json()["running"]
    session.join(60)
    assert ask.get("/seedloupe/mine").json()["table"] == "one"


def test_a_plan_says_what_could_be_seen(ask: Any) -> None:
    plan = ask.post("/seedloupe/mine/plan", json=ORDER).json()
    assert plan["pictures"] == 6 * 4 + 6 * 2
    assert (plan["mined"], plan["held_out"], plan["races"]) == (4, 2, False)
    assert plan["smallest_seed"] > 0


def test_scorers_say_what_they_lack(ask: Any, host: Host) -> None:
    scorers = {one["name"]: one["lacks"] for one in ask.get("/seedloupe/mine").json()["scorers"]}
    assert scorers["appearance"] == ""
    assert "no weights" in scorers["clip"]


BAD = [
    {"name": "../x"},
    {"name": ""},
    {"name": 5},
    {"name": "x" * 400},
    {"prompts": "a"},
    {"prompts": []},
    {"prompts": ["a", "a"]},
    {"prompts": [None, 5]},
    {"prompts": ["a"] * 501},
    {"seeds": 0},
    {"seeds": 10**12},
    {"seeds": "many"},
    {"width": 100},
    {"width": -8},
    {"width": 1e9},
    {"steps": 0},
    {"guidance": "nan"},
    {"guidance": None},
    {"sampler": "Unheard of"},
    {"sampler": ["Euler"]},
    {"scorers": ["clip"]},
    {"scorers": ["../../etc/passwd"]},
    {"scorers": {"a": 1}},
    {"batch": 0},
    {"minutes": -1},
]


@pytest.mark.parametrize("change", BAD, ids=str)
def test_what_cannot_be_meant_begins_nothing(ask: Any, host: Host, change: Any) -> None:
    answer = ask.post("/seedloupe/mine/start", json={**ORDER, **change})
    assert answer.status_code in (400, 404)
    assert not host.ours("mine.routes").mining_session().state.running
    assert "error" in answer.json()
    assert ask.get("/seedloupe/mine").json()["runs"] == []


@pytest.mark.parametrize("name", ["../x", "", "nothing", "\0", 5, None, ["one"]])
def test_only_a_run_of_the_list_goes_on(ask: Any, name: object) -> None:
    answer = ask.post("/seedloupe/mine/resume", json={"name": name})
    assert answer.status_code in (400, 404)
