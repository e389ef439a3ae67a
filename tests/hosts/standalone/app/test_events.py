from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.components import HTML, Textbox

from seedloupe.errors import InputError
from seedloupe.hosts.standalone.app import events
from seedloupe.hosts.standalone.app.events import keep_page, keeps_page, on
from seedloupe.hosts.standalone.app.main import build_app
from seedloupe.hosts.standalone.engine.models import Model

from .app_stands import built, flow, state_of

Page = dict[Any, Any]


@pytest.fixture
def toasts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would pop up in the browser."""
    lines: list[str] = []
    monkeypatch.setattr(events, "toast", lines.append)
    return lines


def yields_nothing() -> Iterator[str]:
    yield from ()


def fails_at_once() -> Iterator[str]:
    raise InputError("box", expected="a box", got="none", advice="Draw one.")
    yield ""


def fails_before_it_is_read() -> str:
    raise InputError("box", expected="a box", got="none", advice="Draw one.")


def fails_half_way() -> Iterator[str]:
    yield "half"
    raise RuntimeError("CUDA out of memory\n at line 3")


def returns_none() -> None:
    return None


def returns_nothing_new() -> Page:
    return {}


def returns_a_generator() -> Iterator[str]:
    return iter(["one", "two"])


def shown(fn: Callable[..., Any], parts: int = 1) -> list[Any]:
    """What reaches the page, run after run of the event, as Gradio serializes it."""

    async def steps() -> list[Any]:
        with gr.Blocks(analytics_enabled=False) as blocks:
            outputs = [Textbox("kept"), HTML("kept too")][:parts]
            button = gr.Button()
            on(button.click, fn, None, outputs)
        (block_fn,) = blocks.fns.values()
        pages, iterator = [], None
        while True:
            result = await blocks.process_api(block_fn, [], iterator=iterator)
            if not result["is_generating"]:
                return pages
            pages.append(result["data"][:parts])
            iterator = result["iterator"]

    return asyncio.run(steps())


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize(
    "fn",
    [
        *(yields_nothing, fails_at_once, fails_before_it_is_read),
        *(returns_none, returns_nothing_new),
    ],
)
def test_an_event_without_an_answer_empties_nothing(
    fn: Callable[..., Any], parts: int, toasts: list[str]
) -> None:
    (page,) = shown(fn, parts)
    assert all(part["__type__"] == "update" for part in page)
    assert "value" not in str(page)


def test_a_generator_that_is_returned_is_read_and_not_shown() -> None:
    assert shown(returns_a_generator) == [["one"], ["two"]]


def test_an_error_is_one_line_that_says_what_to_do(toasts: list[str]) -> None:
    shown(fails_at_once)
    (line,) = toasts
    assert line.endswith("Draw one.")


def test_what_came_before_an_error_stays_and_the_log_has_the_rest(
    toasts: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert shown(fails_half_way) == [["half"]]
    (line,) = toasts
    assert line.startswith("RuntimeError inside Seedloupe")
    assert "\n" not in line
    assert "CUDA out of memory" in caplog.text


def test_a_page_that_is_left_closes_what_draws() -> None:
    closed: list[bool] = []

    def draws() -> Iterator[str]:
        try:
            yield "first"
            yield "second"
        finally:
            closed.append(True)

    pages = keep_page(draws, changes=True)()
    assert next(pages) == "first"
    pages.close()
    assert closed == [True]


def test_gradio_still_finds_who_asks() -> None:
    def asks(word: str, request: gr.Request) -> str:
        return word

    found = gr.utils.get_type_hints(keep_page(asks, changes=True))
    assert found["request"] is gr.Request


def test_every_event_of_the_page_is_wired_through_the_one_place(
    tiny: Model, tmp_path: Path
) -> None:
    def stream(model: Model, request: Any, **watched: Any) -> Any:
        return flow(request, size=model.native_size)

    state = state_of(tmp_path, tiny, stream=stream)
    app = built(lambda: build_app("tiny", state=state))
    ours = {
        wired.name: wired
        for wired in app.fns.values()
        if wired.fn is not None and not wired.fn.__module__.startswith("gradio.")
    }
    assert len(ours) > 15
    assert [name for name, wired in ours.items() if not keeps_page(wired.fn)] == []
    assert [name for name, wired in ours.items() if not wired.queue] == []
    assert [name for name, wired in ours.items() if wired.api_visibility != "private"] == []
