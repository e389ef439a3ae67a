from __future__ import annotations

import http.client
import socket
import threading
import webbrowser
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from seedloupe.errors import InputError
from seedloupe.hosts.standalone.app import main, serving
from seedloupe.hosts.standalone.app.serving import has_windows, listen, page_address, serve


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_taken_port_is_refused_by_name_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match="Choose another with --port") as caught:
            listen("127.0.0.1", port)
    assert caught.value.field == "port"


def test_a_free_port_is_held_from_then_on() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with listen("127.0.0.1", port) as door:
        assert door.getsockname() == ("127.0.0.1", port)
        with pytest.raises(InputError):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        listen("192.0.2.1", 17860)
    assert caught.value.field == "host"


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(InputError, match="1 to 65535"):
        listen("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:7860"),
        ("0.0.0.0", "http://127.0.0.1:7860"),
        ("::1", "http://[::1]:7860"),
        ("::", "http://[::1]:7860"),
        ("name.example", "http://name.example:7860"),
    ],
)
def test_the_address_is_one_a_browser_here_can_go_to(host: str, address: str) -> None:
    assert page_address(host, 7860) == address


def test_a_browser_is_opened_only_where_it_has_windows() -> None:
    assert has_windows({}, "win32")
    assert has_windows({}, "darwin")
    assert not has_windows({"TERM": "xterm"}, "linux")  # it would be lynx, in this terminal
    assert has_windows({"WAYLAND_DISPLAY": "wayland-0"}, "linux")


def test_the_page_is_shown_when_it_answers_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    servers: list[uvicorn.Server] = []
    answers: list[int] = []

    class Kept(uvicorn.Server):
        def __init__(self, config: uvicorn.Config) -> None:
            super().__init__(config)
            servers.append(self)

    def ask_and_stop() -> None:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        asked.request("GET", "/")
        answers.append(asked.getresponse().status)
        asked.close()
        servers[0].should_exit = True

    monkeypatch.setattr(uvicorn, "Server", Kept)
    page = FastAPI(openapi_url=None)
    page.add_api_route("/", lambda: "here")
    port = free_port()
    with listen("127.0.0.1", port) as door:
        serve(page, door, ready=ask_and_stop)
    assert answers == [200]


def test_a_server_that_never_starts_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    before = threading.active_count()
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
    with listen("127.0.0.1", free_port()) as door:
        serve(FastAPI(openapi_url=None), door, ready=lambda: shown.append("page"))
    for thread in threading.enumerate()[before:]:
        thread.join(1)
    assert shown == []


def test_a_browser_is_sent_to_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    for there in (True, False):
        monkeypatch.setattr(serving, "has_windows", lambda *_, there=there: there)
        serving.show_page("http://127.0.0.1:7860")
    assert opened == ["http://127.0.0.1:7860"]


def test_what_goes_on_is_said_before_anything_heavy_is_opened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    answered: list[str] = []

    def build(model: str, *, state: object, notes: Path) -> str:
        said.append(capsys.readouterr().err)
        return "page"

    def served(page: object, door: object, *, ready: object) -> None:
        assert callable(ready)
        ready()

    monkeypatch.setattr(main, "build_app", build)
    monkeypatch.setattr(main, "web_app", lambda page, files, ratings: page)
    monkeypatch.setattr(main, "serve", served)
    port = free_port()
    main.launch("seedling", port=port, ready=answered.append)
    assert said == [
        "Seedloupe is starting: opening seedling; in some seconds it is at "
        f"http://127.0.0.1:{port}\n"
    ]
    assert capsys.readouterr().err == (
        f"Seedloupe is at http://127.0.0.1:{port} until you press Ctrl-C.\n"
    )
    assert answered == [f"http://127.0.0.1:{port}"]
