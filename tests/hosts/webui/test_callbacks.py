"""What the web UI gets when it runs our entry file: tab, settings, addresses, or one refusal."""

from __future__ import annotations

import logging
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from .conftest import Host

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")


@pytest.fixture
def started(host: Host, gradio: ModuleType) -> Host:
    """The web UI after its scripts were loaded."""
    host.ours("script").register_callbacks()
    return host


def client(host: Host, demo: object = None) -> Any:
    app = fastapi.FastAPI()
    host.module("script_callbacks").app_started_callback(demo, app)
    return testclient.TestClient(app, raise_server_exceptions=False)


def test_there_is_one_tab_and_it_is_ours(started: Host) -> None:
    ((page, title, element),) = started.module("script_callbacks").ui_tabs_callback()
    assert (title, element) == ("Seedloupe", "seedloupe")
    assert len({block.elem_id for block in page.blocks.values() if block.elem_id}) >= 2


def test_the_page_is_built_as_often_as_the_web_ui_likes(started: Host) -> None:
    for _ in range(3):
        assert len(started.module("script_callbacks").ui_tabs_callback()) == 1


def test_the_settings_come_when_the_web_ui_asks_for_them(started: Host) -> None:
    assert "seedloupe_reader" not in started.opts.data_labels
    started.module("script_callbacks").ui_settings_callback()
    assert "seedloupe_reader" in started.opts.data_labels


def test_addresses_and_settings_are_there_without_a_page(started: Host) -> None:
    assert client(started, None).get("/seedloupe/tables").status_code == 200
    assert "seedloupe_reader" in started.opts.data_labels


def test_each_reload_gives_the_new_server_its_addresses(started: Host) -> None:
    client(started)
    callbacks = started.module("script_callbacks")
    callbacks.clear_callbacks()
    started.ours("script").register_callbacks()
    assert client(started).get("/seedloupe/tables").status_code == 200


def test_the_web_uis_password_is_ours_too(started: Host) -> None:
    started.module("shared").cmd_opts.api_auth = "ann:secret"
    shut = client(started)
    assert shut.get("/seedloupe/tables").status_code == 401
    assert shut.get("/seedloupe/tables", auth=("ann", "secret")).status_code == 200
    key = started.ours("api.entry").page_key()
    assert shut.get("/seedloupe/tables", headers={"X-Seedloupe-Key": key}).status_code == 200


def test_no_two_features_share_an_address(started: Host) -> None:
    addresses = [route.path for route in started.ours("features").routes()]
    assert len(addresses) == len(set(addresses))


@pytest.fixture
def old(host: Host, gradio: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Host:
    """The web UI of 1.9."""
    monkeypatch.delattr(host.module("scripts").Script, "process_before_every_sampling")
    return host


def test_an_old_web_ui_gets_one_sentence_and_nothing_else(
    old: Host, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        old.ours("script").register_callbacks()
    assert [record.getMessage() for record in caplog.records] == [
        "Seedloupe needs AUTOMATIC1111 1.10, Forge f2 or Forge Neo; this web UI is older. "
        "Update it (git pull), or remove Seedloupe."
    ]
    ((page, title, _),) = old.module("script_callbacks").ui_tabs_callback()
    assert title == "Seedloupe"
    assert "older" in next(iter(page.blocks.values())).value
    assert client(old).get("/seedloupe/tables").status_code == 404


@pytest.mark.parametrize(
    ("version", "refused"), [("0.0.17v1.8.0rc", True), ("2.0.1v1.10.1", False), ("neo", False)]
)
def test_forge_is_known_by_its_own_number(
    host: Host, monkeypatch: pytest.MonkeyPatch, version: str, refused: bool
) -> None:
    ours = host.ours("host_version")
    monkeypatch.setattr(ours, "find_spec", lambda name: SimpleNamespace())
    modules = {"modules.scripts": host.module("scripts")}
    forge = SimpleNamespace(version=version)
    monkeypatch.setattr(ours, "import_module", lambda name: modules.get(name, forge))
    assert bool(ours.host_refusal()) is refused
