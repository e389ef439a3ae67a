"""Every picture is saved as it is made, and can be had again, sent on and deleted."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from seedloupe.hosts.standalone.app.kept import strip
from seedloupe.services.picture_settings import PictureSettings, settings_in_file

from .....chromium import Window
from .desk import Desk, draw, until, visit

ROW = "document.querySelectorAll('#sl-kept .sl-kept-one')"
SEEDS = "document.querySelector('#sl-own-seeds input, #sl-own-seeds textarea')"
CHOSEN = "document.querySelector('#sl-kept-chosen')?.innerText"


def names(desk: Desk) -> list[str]:
    return sorted(path.name for path in desk.pictures.glob("*.png"))


def look(window: Window) -> None:
    """Choose the newest picture of the strip."""
    window.click("#sl-kept .sl-kept-one")
    window.wait("!!document.querySelector('#sl-kept-chosen .sl-chosen')")


def act(window: Window, what: str) -> None:
    window.click(f"#sl-kept-chosen [data-act='{what}']")


def test_pictures_are_saved_and_their_strip_survives_a_reload_and_a_restart(
    window: Window, served: Desk
) -> None:
    before = len(names(served))
    draw(window, served)
    made = len(names(served))
    assert made > before
    window.wait(f"{ROW}.length === {min(made, 60)}")
    served.stop()
    served.start()
    visit(window, served)
    window.wait(f"{ROW}.length === {min(made, 60)}")
    assert window.js(f"[...{ROW}].every(one => one.querySelector('img'))")


def test_a_picture_says_what_it_was_made_from(window: Window, served: Desk) -> None:
    draw(window, served)
    window.wait(f"{ROW}.length > 0")
    look(window)
    said = window.js(CHOSEN)
    assert "a red mushroom" in said
    assert "noise exact" in said
    link = "document.querySelector('#sl-kept-chosen a[download]')"
    assert window.js(f"fetch({link}.href).then(answer => answer.headers.get('content-type'))") == (
        "image/png"
    )


def test_a_click_counts_while_the_one_before_is_being_answered(
    window: Window, served: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(window, served)
    window.wait(f"{ROW}.length > 1")
    asked: list[Path] = []

    def slow(path: Path) -> PictureSettings:
        asked.append(path)
        time.sleep(0.7)
        return settings_in_file(path)

    monkeypatch.setattr(strip, "settings_in_file", slow)
    window.js(f"{ROW}[0].click()")
    until(lambda: len(asked) == 1)
    window.js(f"{ROW}[1].click()")
    until(lambda: len(asked) == 2)
    assert asked[0] != asked[1]
    shown = "decodeURI(document.querySelector('#sl-kept-chosen img')?.src)"
    window.wait(f"{shown}.includes({json.dumps(asked[1].name)})")


def test_a_picture_can_be_sent_to_the_lens_and_to_inpaint(window: Window, served: Desk) -> None:
    draw(window, served)
    window.wait(f"{ROW}.length > 0")
    look(window)
    act(window, "lens")
    window.wait("!!document.querySelector('#sl-lens-picture img')?.offsetParent")
    act(window, "inpaint")
    window.wait("!!document.querySelector('#sl-editor canvas')?.offsetParent")
    act(window, "create")
    window.wait("document.querySelector('#sl-status')?.innerText.includes('noise exact')")


def test_deleting_asks_first_and_can_be_undone(window: Window, served: Desk) -> None:
    draw(window, served)
    window.wait(f"{ROW}.length > 0")
    before = names(served)
    look(window)
    act(window, "delete")
    assert window.js("document.querySelector('[data-act=delete]').innerText") == "Really delete?"
    assert names(served) == before
    act(window, "delete")
    until(lambda: len(names(served)) == len(before) - 1)
    window.wait(f"{CHOSEN}.includes('Deleted')")
    act(window, "restore")
    until(lambda: names(served) == before)


def test_a_dropped_picture_brings_its_prompt_and_seed(
    window: Window, served: Desk, tmp_path: Path
) -> None:
    words = "a boat\nSteps: 3, Sampler: Euler, CFG scale: 2, Seed: 77, Size: 64x32, RNG: CPU"
    chunks = PngInfo()
    chunks.add_text("parameters", words)
    Image.new("RGB", (64, 32)).save(tmp_path / "boat.png", pnginfo=chunks)
    window.accordion("Settings from a picture")
    window.wait("!!document.querySelector('#sl-follow input[type=file]')")
    window.upload("#sl-follow input[type=file]", tmp_path / "boat.png")
    window.wait(f"{SEEDS}.value === '77'")
    assert window.js("document.querySelector('#sl-prompt textarea').value") == "a boat"
    draw(window, served)
    assert any(" seed 77" in name for name in names(served))
