"""The atlas and the pools of Create in a real browser: what is seen first, and what covers what."""

from __future__ import annotations

import pytest

from .....chromium import Window
from .desk import IDLE, Desk, draw, until

#: Whether the stage shows the picture of the table's first seed, which is green.
GREEN = """(() => {
  const canvas = document.querySelector("canvas[data-part=map]");
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < data.length; i += 4) {
    if (data[i] < 70 && data[i + 1] > 200 && data[i + 2] > 90) return true;
  }
  return false;
})()"""
COUNT = "document.querySelector('.sl-atlas-yours [data-part=count]').innerText"
#: Pairs of parts of the page that lie over one another.
COVERED = """(() => {
  const names = [".sl-atlas-legend", ".sl-atlas-stage", ".sl-atlas-yours", ".sl-atlas-foot",
    "#sl-atlas-why", "#sl-atlas-frame"];
  const boxes = names.map(name => document.querySelector(name).getBoundingClientRect());
  const found = [];
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b, j) => {
    const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (width > 1 && height > 1) found.push([names[i], names[i + 1 + j]]);
  }));
  return found;
})()"""


def open_atlas(window: Window) -> None:
    window.button("Atlas")
    window.wait("!document.querySelector('.sl-atlas.sl-empty')")


def pick(window: Window) -> None:
    window.click("#sl-atlas-pick")
    window.wait(f"/seed/.test({COUNT})")


def test_the_atlas_opens_on_pictures_and_has_a_map_at_hand(window: Window) -> None:
    open_atlas(window)
    window.wait(GREEN)
    window.click("[data-view=map]")
    window.wait("document.querySelector('[data-view=map]').ariaPressed === 'true'")
    window.click("[data-view=sheet]")
    window.wait(GREEN)


@pytest.mark.parametrize("width", [1400, 820, 390])
def test_the_strip_covers_neither_legend_nor_reasons(window: Window, width: int) -> None:
    window.resize(width)
    open_atlas(window)
    pick(window)
    window.wait("document.querySelector('#sl-atlas-why').innerText.includes('Golden')")
    assert window.js(COVERED) == []


def test_what_was_cleared_comes_back_with_undo(window: Window) -> None:
    open_atlas(window)
    pick(window)
    before = window.js(COUNT)
    window.click("[data-act=clear]")
    assert window.js(COUNT) == ""
    assert "let go" in window.js("document.querySelector('[data-part=gone]').innerText")
    window.click("[data-act=undo]")
    assert window.js(COUNT) == before
    assert window.js("document.querySelector('[data-part=gone]').hidden")


def test_a_tick_leaves_as_many_seeds_as_it_said(window: Window) -> None:
    open_atlas(window)
    window.accordion("Filter")
    label = "document.querySelector('#sl-atlas-filter .sl-tags label')"
    said = window.wait(f"{label}.innerText.trim()")
    number = said.split(": ")[1].split(" ")[0]
    window.js(f"{label}.querySelector('input').click()")
    sifted = window.wait("document.querySelector('[data-part=sifted]').innerText")
    assert sifted.startswith(f"{number} of 7 seeds")


def test_each_draw_goes_on_in_the_pool(window: Window, served: Desk) -> None:
    position = "Number(document.querySelector('#sl-position input').value)"
    draw(window, served)
    first = window.wait(position)
    assert first > 0
    draw(window, served)
    window.wait(f"{position} === {2 * first}")


def test_stop_is_in_reach_on_a_phone_and_knobs_are_whole(window: Window, served: Desk) -> None:
    window.resize(390, 844)
    knobs = "[...document.querySelectorAll('#sl-steps input[type=range]')]"
    window.wait(f"{knobs}.length === 1")
    assert window.js(f"{knobs}.map(one => one.getBoundingClientRect().height >= 16)") == [True]
    served.pace.seconds = 1.0
    window.click("#sl-draw")
    until(lambda: served.pace.drawing == 1, 90)
    window.wait("!document.querySelector('#sl-stop').disabled", 90)
    window.js("window.scrollTo(0, document.body.scrollHeight)")
    stop = window.js("document.querySelector('#sl-stop').getBoundingClientRect().toJSON()")
    assert stop["top"] >= 0
    assert stop["bottom"] <= 844
    window.click("#sl-stop")
    served.pace.seconds = 0.0
    window.wait(IDLE, 90)
