"""The page's script, run by Node where there is one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "javascript"
HERE = Path(__file__).parent / "javascript"
SCRIPT = FOLDER / "seedloupe_rank.js"
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


def test_names_that_want_to_be_markup_stay_texts_in_every_part_of_the_tab(node: str) -> None:
    command = [node, str(HERE / "check_parts.js"), str(FOLDER)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "all is well"


OURS = sorted(FOLDER.glob("*.js"))
NEVER = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function")


@pytest.mark.parametrize("script", OURS, ids=lambda path: path.name)
def test_no_script_makes_markup_or_programs_of_texts(script: Path) -> None:
    source = script.read_text("utf-8")
    assert [word for word in NEVER if word in source] == []


def test_all_scripts_in_the_order_of_their_names_add_one_name_to_the_page(node: str) -> None:
    code = f"""
        const page = require("node:vm").createContext({{}});
        for (const path of {json.dumps([str(path) for path in OURS])}) {{
            const source = require("node:fs").readFileSync(path, "utf-8");
            require("node:vm").runInContext(source, page);
        }}
        console.log(JSON.stringify(Object.keys(page)));
    """
    done = subprocess.run([node, "-e", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["seedloupe"]


def test_every_rule_of_the_style_sheet_is_about_our_own_elements() -> None:
    css = re.sub(
        r"/\*.*?\*/", "", (FOLDER.parent / "style.css").read_text("utf-8"), flags=re.DOTALL
    )
    selectors = [
        part.strip() for rule in re.findall(r"([^{}]+)\{", css) for part in rule.split(",")
    ]
    ours = re.compile(r"[.#](seedloupe|tab_seedloupe)[\w-]*")
    assert [selector for selector in selectors if not ours.match(selector)] == []


def test_what_every_page_has_to_load_is_small() -> None:
    assert sum(path.stat().st_size for path in OURS) < 60_000
    assert (FOLDER.parent / "style.css").stat().st_size < 10_000
