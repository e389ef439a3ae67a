"""Whatever goes wrong, the page stays as it was and Draw works, through Gradio's real queue."""

from __future__ import annotations

import pytest

from seedloupe.errors import ModelError
from seedloupe.hosts.standalone.engine.models import Model

from .....chromium import Window
from .desk import Desk, draw

TOAST = "document.querySelector('.toast-body.error')?.innerText"
CREATE = ("#sl-steps", "#sl-fit", "#sl-columns", "#sl-model-line")
ATLAS = ("#sl-atlas-map", "#sl-atlas-frame", "#sl-atlas-fit")
LENS = ("#sl-lens-preview", "#sl-lens-status", "#sl-lens-explorer", "#sl-lens-files")


def words(window: Window, parts: tuple[str, ...]) -> list[str]:
    """Read parts of the page once they have stopped changing: a busy machine fills them late."""
    for part in parts:
        window.wait(f"!!document.querySelector('{part}')")
    read = f"{list(parts)}.map(part => document.querySelector(part)?.innerText)"
    same = f"JSON.stringify({read}) === before && {read}"
    rested = f"const before = JSON.stringify({read}); setTimeout(() => done({same}), 300)"
    said: list[str] = window.wait(f"new Promise(done => {{ {rested} }})")
    return said


def refuse(name: str) -> Model:
    raise ModelError("model", expected="a model", got=repr(name), advice="Write another.")


def test_a_wrong_model_name_leaves_the_page_whole(
    window: Window, served: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(window, served)
    before = words(window, CREATE)
    window.accordion("Model, seed table")
    monkeypatch.setattr(served.state.models, "_opener", refuse)
    window.fill("#sl-model", "no-such-model")
    window.click("#sl-apply")
    said = window.wait(TOAST)
    assert said.startswith("Error")
    assert "no-such-model" in said
    assert words(window, CREATE) == before
    draw(window, served)


def test_finding_seeds_without_a_box_leaves_the_map_and_says_what_to_do(
    window: Window, served: Desk
) -> None:
    window.button("Atlas")
    before = words(window, ATLAS)
    window.click("#sl-atlas-find")
    assert "box" in window.wait(TOAST)
    assert words(window, ATLAS) == before
    window.button("Create")
    draw(window, served)


def test_looking_without_a_picture_leaves_the_lens_and_says_what_to_do(
    window: Window, served: Desk
) -> None:
    window.button("Lens")
    window.wait("!!document.querySelector('#sl-lens-go')?.offsetParent")
    window.accordion("A picture of your own")
    window.wait("!!document.querySelector('#sl-lens-look')?.offsetParent")
    click = "document.querySelector('#sl-lens-look').click()"  # it may not listen yet
    script = f"new Promise(done => {{ {click}; setTimeout(() => done({TOAST}), 2000) }})"
    assert "picture" in window.wait(script)
    assert "".join(words(window, LENS)).strip()
    assert "null" not in window.js("document.body.innerText")
    window.button("Create")
    draw(window, served)


def test_no_slider_shows_what_python_calls_a_thing(window: Window) -> None:
    shown = window.js("[...document.querySelectorAll('input')].map(one => one.value).join(' ')")
    assert "object at 0x" not in shown
    assert "Iterator" not in shown
    assert "NaN" not in shown
