from __future__ import annotations

import socket

import pytest

from seedloupe.hosts.standalone.app import main as app

from .conftest import Cli


def test_what_was_asked_for_reaches_the_app(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, dict[str, object]]] = []
    monkeypatch.setattr(app, "launch", lambda model, **rest: asked.append((model, rest)))
    ended = cli("demo", "--model", "m.safetensors", "--port", 7999, "--device", "cpu")
    assert ended.code == 0
    ((model, rest),) = asked
    assert model == "m.safetensors"
    assert (rest["host"], rest["port"], rest["device"]) == ("127.0.0.1", 7999, "cpu")
    assert rest["browser"] is True
    cli("demo", "--no-browser")
    assert asked[-1][1]["browser"] is False


def test_a_port_in_use_is_refused_before_a_model_is_opened(cli: Cli) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = cli("demo", "--model", "gone.safetensors", "--port", port)
    assert ended.code == 2
    assert ended.err.startswith("seedloupe: port: expected")


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none_is_refused(cli: Cli, port: str) -> None:
    ended = cli("demo", "--port", port)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
