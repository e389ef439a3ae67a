"""What events of all tabs share: how they are wired, what a click reports, how trouble is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial, wraps
from html import escape
from typing import Any

import gradio as gr
from gradio.helpers import log_message

from .error_words import words_of
from .html import status_html
from .state import AppState
from .waiting import Turn, place_words, waiting_words

#: Prompts to begin with.
EXAMPLES = (
    "a red mushroom on snow under a night sky",
    "a yellow duck on a red box under a day sky",
    "a large purple castle under a sunset sky",
    "a small yellow house on sand under a day sky",
)
SILENT = {"show_progress": "hidden"}
#: For clicks that say what was clicked: each counts, also while an earlier one is being answered.
#: Gradio's "once" drops the later click, and its "always_last" says the earlier one again.
EACH_CLICK = {"trigger_mode": "multiple", **SILENT}
#: A click on a picture reports its seed.
CLICKED = """element.addEventListener("click", event => {
  const picture = event.target.closest("[data-key]");
  if (picture) trigger("select", {index: 0, value: picture.dataset.key});
});"""
#: Seconds an error stays on the page.
_TOLD_FOR = 12


def on(
    triggers: Any,
    fn: Callable[..., Any],
    inputs: Any,
    outputs: Any,
    *,
    turn: Turn | None = None,
    **how: Any,
) -> Any:
    """Wire an event of the page; every event goes through here.

    Whatever ``fn`` does, the page stays whole: see :func:`keep_page`. No event is offered to
    programs, the command line is there for them. All of them go through Gradio's queue, for one
    that does not has no way to say what went wrong.

    Args:
        triggers: one event of a component, or several.
        fn: a function or a generator function.
        inputs: components handed to ``fn``.
        outputs: components that ``fn`` may change.
        turn: how the event waits for the model; None for one that needs none.
        how: anything else that :func:`gradio.on` takes, but ``queue`` and ``api_visibility``.

    Returns:
        What :func:`gradio.on` returns, for events that follow this one.
    """
    safe = keep_page(fn, changes=bool(outputs), turn=turn)
    if turn is not None:  # it waits in our own line, where it can say so
        how["concurrency_limit"] = None
    return gr.on(triggers, safe, inputs, outputs, api_visibility="private", **how)


def keep_page(
    fn: Callable[..., Any], *, changes: bool, turn: Turn | None = None
) -> Callable[..., Iterator[Any]]:
    """Wrap a function of an event so that nothing it does empties the page.

    Gradio sets every output to null when a generator yields nothing, when a function returns None
    and when a first step fails, and shows the ``repr`` of a generator that a function returns. Here
    ``None``, ``{}`` and no answer at all mean "leave the page as it is", a generator is always
    read, and an error becomes one line. To empty a component, return ``gr.update(value=None)``.

    Args:
        fn: a function or a generator function.
        changes: whether the event has outputs.
        turn: how it waits for the model.
    """
    unchanged = gr.skip() if changes else None

    @wraps(fn)
    def pages(*given: Any, **named: Any) -> Iterator[Any]:
        answered = False
        try:
            run = partial(_each, fn, *given, **named)
            with closing(run() if turn is None else turn.take(run, given)) as answers:
                for answer in answers:
                    answered = True
                    yield unchanged if _says_nothing(answer) else answer
        except Exception as error:  # noqa: BLE001 - models, readers and drivers raise anything
            toast(words_of(error))
        if not answered:
            yield unchanged

    pages.keeps_page = True  # type: ignore[attr-defined]
    return pages


def draws_in(state: AppState, tab: str, status: Any, go: Any, stop: Any) -> Turn:
    """Return how the runs of a tab wait: with their place shown, and Stop at hand.

    Args:
        state: what the page works with.
        tab: names the tab's switch.
        status: the tab's line on what happens.
        go: its button that draws.
        stop: its button that stops.
    """
    return Turn(
        state.line,
        lambda given: state.switches.fresh(switch_name(_request_in(given), tab)),
        lambda before: {
            status: status_html(waiting_words(before)),
            go: gr.update(interactive=False),
            stop: gr.update(interactive=True),
        },
        lambda: {
            status: status_html("You left the line; nothing was drawn."),
            go: gr.update(interactive=True),
            stop: gr.update(interactive=False),
        },
        lambda given: switch_name(_request_in(given), tab),
    )


def waits_at(state: AppState, place: Any) -> Turn:
    """Return how a run waits that has no Stop: with its place in the line beside its button.

    Args:
        state: what the page works with.
        place: a hidden ``gr.HTML``; it is seen only as long as somebody waits.
    """
    return Turn(
        state.line,
        waits=lambda before: {
            place: gr.update(value=status_html(place_words(before)), visible=True)
        },
        begins=lambda: {place: gr.update(value="", visible=False)},
    )


def switch_name(request: Any, tab: str) -> str:
    """Name the switch of one tab of one browser: each tab is stopped by itself."""
    return f"{getattr(request, 'session_hash', None) or ''} {tab}"


def _request_in(given: tuple[Any, ...]) -> Any:
    return next((one for one in given if isinstance(one, gr.Request)), None)


def keeps_page(fn: Callable[..., Any]) -> bool:
    """Tell whether a wired function went through :func:`on`."""
    return getattr(fn, "keeps_page", False)


def toast(line: str) -> None:
    """Show what went wrong in one line, headed as an error."""
    log_message(escape(line), title="Error", level="error", duration=_TOLD_FOR)  # type: ignore[arg-type]


def _says_nothing(answer: Any) -> bool:
    return answer is None or (isinstance(answer, dict) and not answer)


def _each(fn: Callable[..., Any], *given: Any, **named: Any) -> Iterator[Any]:
    """Yield every answer of a function, whether it returns one or yields many."""
    answer = fn(*given, **named)
    if isinstance(answer, Iterator):
        yield from answer
    else:
        yield answer
