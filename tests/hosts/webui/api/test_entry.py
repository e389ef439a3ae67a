"""Who may ask our addresses."""

from __future__ import annotations

import base64
from types import SimpleNamespace

import pytest

from seedloupe.hosts.webui.api.entry import Entry, page_key

KEY = "the-page"


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


def entry(**flags: str) -> Entry:
    return Entry.of(SimpleNamespace(**flags), KEY)


def test_everybody_may_ask_where_the_web_ui_asks_nobody() -> None:
    assert entry().admits("", "")
    assert entry(api_auth="").admits("", "")


@pytest.mark.parametrize("flag", ["api_auth", "gradio_auth", "gradio_auth_path"])
def test_nobody_gets_in_unasked_where_either_door_is_shut(flag: str) -> None:
    assert not entry(**{flag: "ann:secret"}).admits("", "")


@pytest.mark.parametrize("flag", ["api_auth", "gradio_auth"])
def test_the_page_has_a_key(flag: str) -> None:
    shut = entry(**{flag: "ann:secret"})
    assert shut.admits("", KEY)
    assert not shut.admits("", "another")


def test_each_name_of_the_api_goes_with_its_own_password() -> None:
    shut = entry(api_auth="ann:secret, bob:other")
    assert shut.admits(basic("ann:secret"), "")
    assert shut.admits(basic("bob:other"), "")
    assert not shut.admits(basic("ann:other"), "")
    assert not shut.admits(basic("ann:"), "")


def test_the_pages_own_names_do_not_open_the_api() -> None:
    assert not entry(gradio_auth="ann:secret").admits(basic("ann:secret"), "")


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic %%%",
        "Basic /w==",
        "Bearer abc",
        "Basic " + "A" * 5000,
        "básico x",
        basic(""),
    ],
)
def test_a_header_of_any_kind_is_no_more_than_wrong(header: str) -> None:
    assert not entry(api_auth="ann:secret").admits(header, "")


def test_letters_beyond_ascii_may_stand_in_a_password() -> None:
    assert entry(api_auth="ann:päss").admits(basic("ann:päss"), "")


def test_the_key_is_long_and_stays_the_same() -> None:
    assert len(page_key()) >= 32
    assert page_key() == page_key()
