from __future__ import annotations

import socket

import pytest

from seedloupe.hosts.standalone.app import main as app
from seedloupe.hosts.standalone.app import serving

from .conftest import Cli


def test_what_was_asked_for_reaches_the_app(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, dict[str, object]]] = []
    monkeypatch.setattr(app, "launch", lambda model, **rest: asked.append((model, rest)))
    ended = cli("demo", "--model", "m.safetensors", "--port", 7999, "--device", "cpu")
    assert ended.code == 0
    ((model, rest),) = asked
    assert model == "m.safetensors"
    assert (rest["host"], rest["port"], rest["device"]) == ("127.0.0.1", 7999, "cpu")


@pytest.mark.parametrize(("words", "shown"), [((), ["http://here"]), (("--no-browser",), [])])
def test_the_page_is_shown_once_it_answers_unless_nobody_wants_it(
    words: tuple[str, ...], shown: list[str], cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(serving, "show_page", opened.append)
    monkeypatch.setattr(app, "launch", lambda model, *, ready, **rest: ready("http://here"))
    assert cli("demo", *words).code == 0
    assert opened == shown


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
