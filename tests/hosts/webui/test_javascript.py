"""The page's script, run by Node where there is one."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "javascript" / "seedloupe_rank.js"
NODE = shutil.which("node")


@pytest.fixture
def node() -> str:
    if NODE is None:
        pytest.skip("Node is not installed")
    return NODE


def evaluate(node: str, expression: str) -> object:
    ours = f"const ours = require({json.dumps(str(SCRIPT))});"
    code = f"{ours} console.log(JSON.stringify({expression}))"
    done = subprocess.run([node, "-e", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("parameters", "rank"),
    [
        ("a cat\nSteps: 20, Seedloupe table: sd15/golden, Seedloupe rank: 3 of 1024", "3 of 1024"),
        ("Seedloupe rank: 12 of 64, Version: 1.10.1", "12 of 64"),
        ("a cat\nSteps: 20, Seed: 5", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_pictures_rank_is_read_from_its_parameters(
    node: str, parameters: str | None, rank: str
) -> None:
    assert evaluate(node, f"ours.rankOf({json.dumps(parameters)})") == rank


# A label as the web UI builds it: its own checkbox, then the panel's name.
PAGE = """(() => {
    const label = {
        children: ["checkbox", "Seedloupe"],
        append(child) { this.children.push(child); },
        querySelector(selector) {
            return this.children.find((child) => `.${child.className}` === selector) || null;
        },
    };
    const elements = {
        "#html_info_txt2img": {innerText: PARAMETERS},
        "#script_txt2img_seedloupe_enable > .label-wrap > span:first-child": label,
    };
    let update;
    global.document = {createElement: () => ({textContent: ""})};
    global.gradioApp = () => ({querySelector: (selector) => elements[selector] || null});
    global.onAfterUiUpdate = (callback) => { update = callback; };
    delete require.cache[require.resolve(SCRIPT)];
    require(SCRIPT);
    update();
    update();
    return label.children.map((child) => child.textContent ?? child);
})()"""


@pytest.mark.parametrize(
    ("parameters", "rank"),
    [("Seedloupe rank: 1 of 8", " · seed rank 1 of 8"), ("Seed: 5", "")],
)
def test_the_rank_stands_once_behind_what_the_label_holds(
    node: str, parameters: str, rank: str
) -> None:
    page = PAGE.replace("PARAMETERS", json.dumps(parameters))
    page = page.replace("SCRIPT", json.dumps(str(SCRIPT)))
    assert evaluate(node, page) == ["checkbox", "Seedloupe", rank]
