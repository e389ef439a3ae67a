"""The lens nodes' page: run in Node with a page of a few lines, as far as that goes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[3] / "javascript" / "comfyui"
HERE = Path(__file__).parent / "javascript"
LENS = sorted(SCRIPTS.glob("lens_*.js"))


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
def test_the_boxes_show_what_is_sent_and_ask_what_is_clicked(tmp_path: Path) -> None:
    scripts, ours = tmp_path / "scripts", tmp_path / "extensions" / "seedloupe"
    for folder in (scripts, ours):
        folder.mkdir(parents=True)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(HERE / "page.js", scripts / "app.js")
    (scripts / "api.js").write_text('export { api } from "./app.js";')
    for script in (*LENS, SCRIPTS / "panel.js"):
        shutil.copy(script, ours)
    shutil.copy(HERE / "check_lens.mjs", tmp_path)
    ran = subprocess.run(
        [shutil.which("node"), "check_lens.mjs"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("script", LENS, ids=lambda path: path.stem)
def test_a_script_imports_what_stays_and_writes_no_markup(script: Path) -> None:
    text = script.read_text("utf-8")
    allowed = {"../../scripts/app.js", "../../scripts/api.js", "./lens_parts.js", "./panel.js"}
    assert set(re.findall(r'from "([^"]+)"', text)) <= allowed
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text)
