"""Our part of ComfyUI's own page, in both of its renderers."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from .conftest import HOSTILE, Page

PICK = "SeedloupePickSeeds"
DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PICKED = {
    "table": "mine",
    "evidence": "The choice of seed matters.",
    "fit": {"word": "model fits", "tone": "good", "cure": ""},
    "count": 2,
    "seeds": [
        {"seed": "8", "rank": 1, "position": 0, "note": "", "picture": None},
        {"seed": "5", "rank": 2, "position": 1, "note": "", "picture": None},
    ],
}
PANELS = {
    PICK: "Run the workflow to see the picked seeds.",
    "SeedloupeLensTap": "Layers show here while a sampler runs.",
    "SeedloupeLensView": "Run the workflow; then click into the picture, or click a word.",
    "SeedloupeLensCompare": "Run the workflow to see where they part.",
    "SeedloupeGoldenSeed": "Run the workflow to see what came of it.",
}


def press(page: Page, words: str) -> None:
    page.js(
        "[...document.querySelectorAll('button')].find("
        f"one => one.textContent === {json.dumps(words)}).click()"
    )


def open_map(page: Page) -> None:
    page.sees("Open the map", "button")
    press(page, "Open the map")
    page.wait("!!document.querySelector('.seedloupe-map [data-part=count]')")


def drag(page: Page, selector: str, *path: tuple[float, float]) -> None:
    """Press the mouse at the first place of an element, in shares, and let it go at the last."""
    box = page.js(
        f"(({{x, y, width, height}}) => [x, y, width, height])"
        f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
    )
    places = [(box[0] + x * box[2], box[1] + y * box[3]) for x, y in path]
    kinds = ["mousePressed", *["mouseMoved"] * (len(places) - 1), "mouseReleased"]
    for kind, (x, y) in zip(kinds, [*places, places[-1]], strict=True):
        page.window.ask(
            "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1
        )


def test_every_node_can_be_added_and_shows_its_panel(page: Page) -> None:
    for kind in page.nodes:
        assert page.js(f"!!LiteGraph.createNode({json.dumps(kind)})"), kind
    page.add(*PANELS)
    for text in PANELS.values():
        page.wait(f"document.body.textContent.includes({json.dumps(text)})")
    page.sees(PANELS[PICK])


def test_two_nodes_of_a_kind_have_panels_of_their_own(page: Page) -> None:
    page.add(PICK, PICK)
    page.ran(seedloupe_picks=[PICKED])
    page.sees("model fits", "span")
    page.sees(PANELS[PICK])


def test_pictures_of_the_table_are_said_to_be_none_of_the_prompts(page: Page) -> None:
    page.add(PICK)
    page.ran(seedloupe_picks=[PICKED])
    page.sees("model fits", "span")
    assert not page.js("document.body.textContent.includes('not of your prompt')")
    shown = [{**one, "picture": DOT} for one in PICKED["seeds"]]
    page.ran(seedloupe_picks=[PICKED | {"seeds": shown, "count": 9}])
    page.sees("Pictures of the table, not of your prompt.")
    page.sees("and 7 more, see the report")


def test_picks_are_shown_and_names_stay_text(page: Page) -> None:
    page.add(PICK)
    page.ran(seedloupe_picks=[PICKED | {"evidence": HOSTILE}])
    page.sees(HOSTILE, "span")
    page.sees("8", "figcaption")


def test_a_refusal_stands_on_the_node_and_goes_with_the_next_run(page: Page) -> None:
    page.add(PICK)
    said = f"table: expected one of mine, got {HOSTILE}."
    error = {"type": "custom_validation_failed", "message": "", "details": f"table - {said}"}
    node = page.js("String(one.id)")
    page.stub.refusal = {
        "error": {"type": "prompt_outputs_failed_validation", "message": "", "details": ""},
        "node_errors": {
            node: {
                "class_type": PICK,
                "errors": [error | {"extra_info": {}}],
                "dependent_outputs": [],
            }
        },
    }
    page.js("app.queuePrompt(0, 1).catch(() => {}).then(() => 1)")
    page.sees(said, "[role=alert]")
    page.stub.refusal = None
    page.js("app.queuePrompt(0, 1).then(() => 1)")
    page.wait("!document.querySelector('[role=alert]')?.textContent.startsWith('table:')")


def test_an_error_while_a_node_runs_stands_on_it(page: Page) -> None:
    page.add(PICK)
    told = {
        "prompt_id": "a prompt",
        "node_id": page.js("String(one.id)"),
        "node_type": PICK,
        "executed": [],
        "exception_message": "seeds: expected at least one seed, got none.",
        "exception_type": "seedloupe.errors.PickError",
        "traceback": [],
        "current_inputs": {},
        "current_outputs": [],
    }
    page.stub.send("execution_error", told)
    page.sees(told["exception_message"], "[role=alert]")


def test_layers_show_while_a_sampler_runs(page: Page) -> None:
    page.add("SeedloupeLensTap")
    picture = f"data:image/png;base64,{DOT}"
    layer = {"name": HOSTILE, "width": 3, "height": 2, "picture": picture}
    node = page.js("String(one.id)")
    page.stub.send("seedloupe.lens", {"node": node, "step": 0, "steps": 8, "layers": [layer]})
    page.sees("Step 1 of 8")
    page.sees(HOSTILE, "figcaption")


def test_seeds_chosen_on_the_map_are_the_nodes_and_saved(page: Page) -> None:
    page.add(PICK)
    page.js("one.widgets.find(w => w.name === 'table').value = 'mine'")
    page.ran(seedloupe_picks=[PICKED])
    page.sees("model fits", "span")
    open_map(page)
    page.wait(
        "document.querySelector('.seedloupe-map [data-part=count]').textContent === '2 seeds'"
    )
    page.window.click(".seedloupe-map [data-part=use]")
    page.wait("!document.querySelector('.seedloupe-map')")
    wanted = {"table": "mine", "pick": "by hand", "pick.seeds": "8, 5", "count": 2, "position": 0}
    assert wanted.items() <= page.widgets().items()
    prompt = page.js("app.graphToPrompt().then(({output}) => Object.values(output)[0].inputs)")
    assert wanted.items() <= prompt.items()
    page.js("app.loadGraphData(app.graph.serialize()).then(() => 1)")
    page.js("window.one = app.graph._nodes[0], 1")
    assert wanted.items() <= page.widgets().items()


def test_seeds_by_hand_stay_after_a_run_and_others_go_on(page: Page) -> None:
    page.add(PICK)
    page.js("app.queuePrompt(0, 1).then(() => 1)")
    page.wait("one.widgets.find(w => w.name === 'position').value === 4")
    page.js(
        """const values = {pick: "by hand", "pick.seeds": "5, 8-9", count: 3};
        for (const [name, value] of Object.entries(values))
          one.widgets.find(w => w.name === name).value = value"""
    )
    page.js("app.queuePrompt(0, 1).then(() => 1)")
    assert page.widgets()["position"] == 4


def test_a_box_drawn_on_the_map_sets_the_layout(page: Page) -> None:
    page.add(PICK)
    open_map(page)
    page.wait("document.querySelector('.seedloupe-map [data-part=legend]').textContent !== ''")
    drag(page, ".seedloupe-map [data-part=frame]", (0.1, 0.1), (0.2, 0.3), (0.3, 0.4))
    drag(page, ".seedloupe-map [data-part=frame]", (0.5, 0.2), (0.6, 0.5), (0.9, 0.7))
    page.wait("document.querySelectorAll('.seedloupe-map [data-part=frame] button').length === 1")
    press(page, "Use this box")
    widgets = page.widgets()
    assert (widgets["pick"], widgets["table"]) == ("layout", "(the model's)")
    box = [widgets[f"pick.{name}"] for name in ("left", "top", "width", "height")]
    assert box == pytest.approx([50, 20, 40, 50], abs=1)


def test_a_hostile_table_is_only_a_name_on_the_map(page: Page) -> None:
    page.add(PICK)
    open_map(page)
    name = page.js(
        """(() => {
        const select = document.querySelector(".seedloupe-map select");
        select.value = [...select.options].map(o => o.value).find(v => v.includes("onerror"));
        select.dispatchEvent(new Event("change"));
        return select.value;
        })()"""
    )
    assert "<img" in name
    page.wait("document.querySelector('.seedloupe-map [data-part=legend]').textContent !== ''")
    page.js("document.querySelector('.seedloupe-map').close()")


def test_nothing_is_loaded_twice(page: Page) -> None:
    ours = [url for url in page.window.requests if "/seedloupe/" in url]
    asked = Counter(url.split("?")[0] for url in ours if "/extensions/" in url)
    asked += Counter(url for url in ours if "part=script" in url or "part=page" in url)
    assert asked
    assert {url: count for url, count in asked.items() if count > 1} == {}
