"""Impatience, two windows and a server that goes away: Draw works again by itself."""

from __future__ import annotations

from .....chromium import Chromium, Window
from .desk import IDLE, Desk, draw, until, visit

STATUS = "document.querySelector('#sl-status').innerText"
STOPPABLE = "!document.querySelector('#sl-stop').disabled"


def test_ten_clicks_are_one_run(window: Window, served: Desk) -> None:
    before, served.pace.seconds = served.pace.runs, 0.05
    window.js("for (let n = 0; n < 10; n++) document.querySelector('#sl-draw').click()")
    until(lambda: served.pace.drawing == 1)
    window.js("for (let n = 0; n < 10; n++) document.querySelector('#sl-draw').click()")
    served.pace.seconds = 0.0
    until(lambda: not served.pace.drawing)
    window.wait(IDLE)
    assert served.pace.runs == before + 1


def test_a_second_window_sees_its_place_and_can_leave_or_wait(
    window: Window, served: Desk, browser: Chromium
) -> None:
    before, served.pace.seconds = served.pace.runs, 0.2
    window.click("#sl-draw")
    until(lambda: served.pace.drawing == 1)
    second = visit(browser.open(), served)
    second.click("#sl-draw")
    second.wait(f"{STATUS}.includes('1 run is before yours') && {STOPPABLE}")
    second.click("#sl-stop")
    second.wait(f"{STATUS}.includes('You left the line') && {IDLE}")
    second.click("#sl-draw")
    second.wait(f"{STATUS}.includes('1 run is before yours')")
    served.pace.seconds = 0.0
    window.wait(IDLE)
    second.wait(f"{STATUS}.includes('pictures in') && {IDLE}")
    second.close()
    assert served.pace.runs == before + 2
    assert served.pace.most_drawing == 1


def test_a_closed_window_gives_the_model_free(
    window: Window, served: Desk, browser: Chromium
) -> None:
    served.pace.seconds = 0.1
    second = visit(browser.open(), served)
    second.click("#sl-draw")
    until(lambda: served.pace.drawing == 1)
    second.close()
    until(lambda: served.pace.drawing == 0)
    served.pace.seconds = 0.0
    draw(window, served)


def test_ctrl_enter_draws_and_escape_stops(window: Window, served: Desk) -> None:
    before, served.pace.seconds = served.pace.runs, 0.1
    window.js("document.querySelector('#sl-draw').addEventListener('click', () => window.drawn++)")
    window.js("window.drawn = 0; document.querySelector('#sl-prompt textarea').focus()")
    window.press("Enter", ctrl=True)
    until(lambda: served.pace.runs == before + 1)
    window.wait(STOPPABLE)
    assert window.js("window.drawn") == 1
    window.press("Escape")
    window.wait(f"{STATUS}.includes('Stopped after') && {IDLE}")
    assert served.pace.runs == before + 1


def test_the_server_goes_and_comes_back_and_draw_works_again(window: Window, served: Desk) -> None:
    draw(window, served)
    served.stop()
    window.click("#sl-draw")
    served.start()
    before = served.pace.runs
    window.wait(f"!!document.querySelector('#sl-draw') && {IDLE}")
    assert served.pace.runs == before  # the click into the void is not made good unasked
    until_drawn(window, served, before)


def until_drawn(window: Window, served: Desk, before: int) -> None:
    """Press Draw as somebody would who sees nothing happen, until a run begins."""

    def begun() -> bool:
        window.js("document.querySelector('#sl-draw:not([disabled])')?.click()")
        window.wait("new Promise(done => setTimeout(() => done(true), 400))")
        return served.pace.runs > before

    until(begun)
    until(lambda: not served.pace.drawing)
    window.wait(IDLE)
