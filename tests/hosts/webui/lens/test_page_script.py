"""The lens's script of the page, run by Node where there is one."""

from __future__ import annotations

import json
import subprocess

import pytest

from ..test_javascript import FOLDER, node

__all__ = ["node"]

SCRIPT = FOLDER / "seedloupe_lens.js"
#: As much of a page as the script touches; texts are kept apart from markup.
PAGE = """
globalThis.document = {createElement: tag => ({
    tag, children: [], style: {}, dataset: {},
    append(...more) { this.children.push(...more); },
    replaceChildren(...more) { this.children = more; },
    addEventListener() {},
})};
const shared = require(SHARED);
const ours = require(OURS);
const texts = one => typeof one === "string" ? [one] : one.children.flatMap(texts);
const tags = one => typeof one === "string" ? [] : [one.tag, ...one.children.flatMap(tags)];
const strip = {children: [], hidden: true, replaceChildren(...more) { this.children = more; }};
"""


def evaluate(node: str, code: str) -> object:
    shared = json.dumps(str(FOLDER / "seedloupe.js"))
    page = PAGE.replace("SHARED", shared).replace("OURS", json.dumps(str(SCRIPT)))
    done = subprocess.run([node, "-e", page + code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def told(**more: object) -> str:
    layer = {"title": "After attention", "place": "bottom", "name": "mid-vit-out"}
    layer |= {"width": 12, "height": 8, "picture": "data:image/png;base64,AA=="}
    return json.dumps({"step": 4, "steps": 20, "title": "", "layers": [layer], "notes": [], **more})


def test_the_strip_names_the_pass_the_step_and_each_layer(node: str) -> None:
    code = f"ours.fillStrip(strip, {told(title='hires pass')});"
    code += "console.log(JSON.stringify([strip.hidden, ...strip.children.flatMap(texts)]))"
    found = evaluate(node, code)
    assert found == [False, "Lens · hires pass · step 5 of 20", "After attention", "bottom"]


def test_before_the_first_step_there_is_no_strip(node: str) -> None:
    code = f"ours.fillStrip(strip, {told(step=-1, layers=[])});"
    assert evaluate(node, code + "console.log(JSON.stringify(strip.hidden))") is True


def test_texts_of_the_server_never_become_markup(node: str) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    code = f"ours.fillStrip(strip, {told(title=hostile, notes=[hostile])});"
    code += "console.log(JSON.stringify(strip.children.flatMap(tags)))"
    found = evaluate(node, code)
    assert found.count("img") == 1  # the layer's own


@pytest.mark.parametrize(("cells", "side"), [(8, 96), (48, 144), (128, 192)])
def test_a_layer_is_shown_large_enough_to_see_and_never_larger_than_the_column(
    node: str, cells: int, side: int
) -> None:
    code = f"console.log(ours.lensSide([{{width: {cells}, height: 4}}]))"
    assert evaluate(node, code) == side
