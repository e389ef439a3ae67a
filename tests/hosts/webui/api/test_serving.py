"""Our addresses in a real server, asked kindly and unkindly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from seedloupe.errors import InputError, ReaderError
from seedloupe.hosts.webui.api.entry import Entry
from seedloupe.hosts.webui.api.route import Answer, Asked, Method, NotThereError, Route
from seedloupe.hosts.webui.api.serving import serve_routes

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")

OPEN = Entry(True, (), "key")
SHUT = Entry(False, (("ann", "secret"),), "key")


def said(asked: Asked) -> Answer:
    return Answer.of(dict(asked.values))


def fails(error: Exception) -> Route:
    def answer(asked: Asked) -> Answer:
        raise error

    return Route("fails", answer, "")


def client(*routes: Route, entry: Entry = OPEN) -> Any:
    app = fastapi.FastAPI()
    serve_routes(app, routes, entry)
    return testclient.TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def posted() -> Any:
    return client(Route("echo", said, "", Method.POST, largest=100))


def test_the_values_of_an_address_reach_the_answer() -> None:
    answer = client(Route("echo", said, "")).get("/seedloupe/echo", params={"a": "b c"})
    assert answer.json() == {"a": "b c"}
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_posted_object_reaches_the_answer(posted: Any) -> None:
    assert posted.post("/seedloupe/echo", json={"a": [1]}).json() == {"a": [1]}


BODIES = {
    "no JSON": b"{",
    "no text": b"\xff\xfe",
    "a list": b"[1]",
    "nothing": b"",
    "not a number": b'{"a": NaN}',
    "a key twice": b'{"a": 1, "a": 2}',
    "half a character": b'{"a": "\\ud800"}',
    "deep": b'{"a":' + b"[" * 40 + b"]" * 39 + b"}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_object_is_a_bad_request(posted: Any, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = posted.post("/seedloupe/echo", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_huge_body_is_not_read_to_its_end(posted: Any) -> None:
    read = []

    def chunks() -> Iterator[bytes]:
        for chunk in range(1000):
            read.append(chunk)
            yield b" " * 60

    headers = {"content-type": "application/json"}
    assert posted.post("/seedloupe/echo", content=chunks(), headers=headers).status_code == 413


def test_a_body_that_says_it_is_huge_is_not_waited_for(posted: Any) -> None:
    headers = {"content-type": "application/json", "content-length": "9" * 30}
    assert posted.post("/seedloupe/echo", content=b"{}", headers=headers).status_code == 413


def test_who_goes_away_in_the_middle_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    app = fastapi.FastAPI()
    serve_routes(app, [Route("echo", said, "", Method.POST)], OPEN)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/seedloupe/echo",
        "raw_path": b"/seedloupe/echo",
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
        "client": ("a", 1),
        "server": ("b", 2),
    }
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 400
    assert caplog.text == ""


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_another_sites_page_may_post_is_refused(posted: Any, kind: str) -> None:
    answer = posted.post("/seedloupe/echo", content=b"{}", headers={"content-type": kind})
    assert answer.status_code == 415


def test_looking_and_changing_are_told_apart(posted: Any) -> None:
    assert posted.get("/seedloupe/echo").status_code == 405


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("x", expected="a", got="b"), 400),
        (NotThereError("x", expected="a", got="b"), 404),
        (ReaderError("it does not read"), 422),
    ],
)
def test_an_error_of_ours_is_an_answer(error: Exception, status: int) -> None:
    answer = client(fails(error)).get("/seedloupe/fails")
    assert answer.status_code == status
    assert answer.json()["error"] == str(error)


def test_a_bug_is_told_without_what_it_says(caplog: pytest.LogCaptureFixture) -> None:
    answer = client(fails(ZeroDivisionError("/home/ann"))).get("/seedloupe/fails")
    assert answer.status_code == 500
    assert "ZeroDivisionError" in answer.json()["error"]
    assert "/home/ann" not in answer.text
    assert "could not answer" in caplog.text


def test_without_a_word_nothing_is_answered() -> None:
    shut = client(Route("echo", said, ""), entry=SHUT)
    answer = shut.get("/seedloupe/echo")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Basic"
    assert shut.get("/seedloupe/echo", auth=("ann", "secret")).status_code == 200
    assert shut.get("/seedloupe/echo", auth=("ann", "other")).status_code == 401
    assert shut.get("/seedloupe/echo", headers={"x-seedloupe-key": "key"}).status_code == 200
    assert shut.get("/seedloupe/echo", params={"key": "key"}).status_code == 200


def test_a_stranger_is_turned_away_before_anything_is_read() -> None:
    shut = client(Route("echo", said, "", Method.POST), entry=SHUT)
    assert shut.post("/seedloupe/echo", content=b"{").status_code == 401


def test_a_file_is_saved_under_its_own_name() -> None:
    name = 'a"\r\nX: y.txt'
    route = Route("file", lambda asked: Answer(b"1", "text/plain", file_name=name), "")
    answer = client(route).get("/seedloupe/file")
    assert "x" not in {header.lower() for header in answer.headers}
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''a%22%0D")


def test_the_addresses_stand_in_the_servers_own_list() -> None:
    listed = client(Route("echo", said, "Says it again")).get("/openapi.json").json()
    assert listed["paths"]["/seedloupe/echo"]["get"]["summary"] == "Says it again"
