"""Whether seeds matter over HTTP: asked, watched, stopped, and never beside a run."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from ..conftest import HEIGHT, WIDTH, Host

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")

ORDER = {
    "prompts": [f"a thing {number}" for number in range(4)],
    "width": WIDTH,
    "height": HEIGHT,
    "steps": 2,
    "batch": 6,
}


@pytest.fixture
def ask(host: Host, gradio: ModuleType) -> Iterator[Any]:
    host.ours("script").register_callbacks()
    app = fastapi.FastAPI()
    host.module("script_callbacks").app_started_callback(None, app)
    yield testclient.TestClient(app, raise_server_exceptions=False)
    session(host).stop()
    session(host).join(30)


def session(host: Host) -> Any:
    return host.ours("mine.variance_routes").variance_session()


def test_the_answer_comes_with_its_numbers_and_pictures(ask: Any, host: Host) -> None:
    assert ask.get("/seedloupe/variance").json()["line"] == ""
    assert ask.get("/seedloupe/variance/picture").status_code == 404
    assert ask.post("/seedloupe/variance/start", json=ORDER).json()["running"]
    session(host).join(60)
    told = ask.get("/seedloupe/variance").json()
    assert (told["running"], told["problem"], told["done"], told["images"]) == (False, "", 48, 48)
    assert "(48 pictures of 12 seeds with 4 prompts)" in told["line"]
    assert told["prompts"] == ORDER["prompts"]
    assert "control.noise" in {space["name"] for space in told["spaces"]}
    picture = ask.get("/seedloupe/variance/picture")
    assert picture.headers["content-type"] == "image/webp"
    assert picture.content[8:12] == b"WEBP"


def test_it_stops_between_two_batches_and_claims_nothing(ask: Any, host: Host) -> None:
    real = host.module("processing").process_images
    count = 0

    def stopping(p: Any) -> Any:
        nonlocal count
        count += 1
        if count == 2:  # the first is the trial
            ask.post("/seedloupe/variance/stop", json={})
        return real(p)

    host.module("processing").process_images = stopping
    ask.post("/seedloupe/variance/start", json=ORDER)
    session(host).join(60)
    told = ask.get("/seedloupe/variance").json()
    assert told["done"] == 6
    assert "nothing can be told yet" in told["line"]
    assert told["spaces"] == []


def test_without_prompts_usual_ones_are_taken(ask: Any, host: Host) -> None:
    ask.post("/seedloupe/variance/start", json={**ORDER, "prompts": ["", " "]})
    session(host).stop()
    session(host).join(60)
    assert len(ask.get("/seedloupe/variance").json()["prompts"]) == 8


def test_it_never_works_beside_a_run(ask: Any, host: Host) -> None:
    real = host.module("processing").process_images
    said: list[Any] = []

    def trying(p: Any) -> Any:
        if session(host).state.done and not said:
            said.append(ask.post("/seedloupe/mine/start", json={**ORDER, "name": "one"}))
            said.append(ask.post("/seedloupe/variance/start", json=ORDER))
        return real(p)

    host.module("processing").process_images = trying
    ask.post("/seedloupe/variance/start", json=ORDER)
    session(host).join(60)
    assert [answer.status_code for answer in said] == [400, 400]
    assert "being asked" in said[0].json()["error"]
    assert ask.get("/seedloupe/mine").json()["runs"] == []


@pytest.mark.parametrize(
    "change",
    [{"prompts": ["a", "b"]}, {"prompts": "a"}, {"scorers": ["clip"]}, {"width": 7}, {"batch": 0}],
)
def test_what_tells_nothing_begins_nothing(ask: Any, host: Host, change: Any) -> None:
    answer = ask.post("/seedloupe/variance/start", json={**ORDER, **change})
    assert answer.status_code in (400, 404)
    assert not session(host).state.running
