"""The page is as wide as the window, in every tab, while it draws and afterwards."""

from __future__ import annotations

from .....chromium import Window
from .desk import IDLE, Desk, until

WIDTHS = (320, 360, 390, 430, 480, 600, 700, 768, 820, 895, 1024, 1200, 1400, 1600, 1920)
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"


def too_wide(window: Window) -> dict[int, int]:
    """By how many pixels the page is wider than the window, at widths where it is."""
    found = {}
    for width in WIDTHS:
        window.resize(width)
        beyond = window.js(f"new Promise(done => requestAnimationFrame(() => done({TOO_WIDE})))")
        if beyond > 0:
            found[width] = beyond
    window.resize(1400)
    return found


def test_no_tab_is_wider_than_the_window(window: Window) -> None:
    for tab in ("Create", "Atlas", "Lens", "Inpaint"):
        window.button(tab)
        window.wait("new Promise(done => setTimeout(() => done(true), 600))")
        assert too_wide(window) == {}, tab


def test_the_page_keeps_its_width_while_it_draws_and_afterwards(
    window: Window, served: Desk
) -> None:
    served.pace.seconds = 0.5
    window.click("#sl-draw")
    until(lambda: served.pace.drawing == 1)
    assert too_wide(window) == {}
    served.pace.seconds = 0.0
    window.wait(IDLE)
    assert too_wide(window) == {}
