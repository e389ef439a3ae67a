"""Thumbs over HTTP on pictures of a table: what they are about, and what they move."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from ..conftest import SHA256, Host

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")


@pytest.fixture
def ask(host: Host, gradio: ModuleType) -> Any:
    host.ours("script").register_callbacks()
    app = fastapi.FastAPI()
    host.module("script_callbacks").app_started_callback(None, app)
    return testclient.TestClient(app, raise_server_exceptions=False)


def pictures(host: Host, rule: str = "golden", count: int = 2, **more: Any) -> list[str]:
    """Draw with the panel, and return each picture's parameters as the web UI writes them."""
    settings = {"table": "golden", "rule": rule, **more}
    job = host.job(settings, batch_size=count, prompt="a cat")
    return [str(text) for text in host.run(job).infotexts]


def seed_of(parameters: str) -> int:
    return int(parameters.partition("Seed: ")[2].partition(",")[0])


def thumb(ask: Any, parameters: str, liked: object) -> Any:
    return ask.post("/seedloupe/thumb", json={"parameters": parameters, "liked": liked})


def test_thumbs_move_what_the_rule_liked_picks_and_back(ask: Any, host: Host) -> None:
    first, second = pictures(host)
    look = ask.post("/seedloupe/thumb/look", json={"parameters": first}).json()
    assert look == {"can": True, "liked": None, "why": ""}
    assert thumb(ask, second, True).json()["liked"] is True
    thumb(ask, first, False)
    (liked,) = pictures(host, "liked", 1, position=0)
    assert seed_of(liked) == seed_of(second)
    assert "Seedloupe pick: liked" in liked
    thumb(ask, second, False)
    thumb(ask, first, True)
    (liked,) = pictures(host, "liked", 1, position=0)
    assert seed_of(liked) == seed_of(first)
    assert ask.post("/seedloupe/thumb/look", json={"parameters": second}).json()["liked"] is False


def test_a_thumb_taken_back_leaves_the_seeds_as_they_were(ask: Any, host: Host) -> None:
    (picture,) = pictures(host, count=1)
    thumb(ask, picture, True)
    thumb(ask, picture, True)
    (rating,) = host.ours("seeds.requests").user_thumbs().read()
    assert (rating.seed, rating.prompt, rating.noise) == (seed_of(picture), "a cat", "cpu")
    assert SHA256.startswith(rating.model)
    assert thumb(ask, picture, None).json()["liked"] is None
    job = host.job({"table": "golden", "rule": "liked"}, prompt="a cat", seed=-1)
    host.run(job)
    assert "thumbs up" in str(job.extra_generation_params)
    assert "Seedloupe table" not in job.extra_generation_params


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"parameters": "a cat\nSteps: 2, Seed: 5", "liked": True}, 400),
        ({"parameters": 5, "liked": True}, 400),
        ({"parameters": "x" * 40_000, "liked": True}, 400),
        ({"parameters": "a\nSteps: 2, Seedloupe table: ../../etc, Seed: 1", "liked": True}, 400),
    ],
)
def test_what_is_no_picture_of_a_table_has_no_thumb(
    ask: Any, host: Host, body: dict[str, object], status: int
) -> None:
    assert ask.post("/seedloupe/thumb", json=body).status_code == status
    assert host.ours("seeds.requests").user_thumbs().read() == ()


def test_liked_is_true_false_or_null(ask: Any, host: Host) -> None:
    (picture,) = pictures(host, count=1)
    for liked in ("yes", 1, []):
        assert thumb(ask, picture, liked).status_code == 400
    assert ask.post("/seedloupe/thumb", json={"parameters": picture}).status_code == 400
