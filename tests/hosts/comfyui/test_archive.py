"""What ComfyUI's registry would be sent: the files git knows, without those of ``.comfyignore``.

``comfy node pack`` (comfy-cli 1.23, ``file_utils.py``) reads the file as git reads its own, so that
a pattern without a slash in front holds in every folder.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ..comfyui.test_pack import ROOT

pathspec = pytest.importorskip("pathspec", reason="pathspec reads .comfyignore; mypy brings it")

WEBUI_ALONE = (
    "extension/seedloupe/hosts/webui/",
    "extension/seedloupe/artifacts/readers/installation.py",  # starts pip, which nodes may not
)


@pytest.fixture(scope="module")
def archive() -> frozenset[str]:
    """The names in the archive."""
    ignored = (ROOT / ".comfyignore").read_text("utf-8").splitlines()
    return kept(ignored)


def kept(ignored: list[str]) -> frozenset[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is no clone: git does not tell which files are the project's")
    names = filter(None, listed.stdout.split("\0"))
    spec = pathspec.PathSpec.from_lines("gitignore", ignored)
    return frozenset(name for name in names if not spec.match_file(name))


def folders(archive: frozenset[str]) -> set[str]:
    return {name.split("/")[0] for name in archive}


@pytest.mark.parametrize(
    "pattern",
    [
        "__init__.py",
        "LICENSE",
        "pyproject.toml",
        "requirements.txt",
        "javascript/comfyui/*.js",
        "javascript/comfyui/docs/*.md",
        "locales/*/nodeDefs.json",
        "example_workflows/*.json",
        "example_workflows/*.jpg",
        "subgraphs/*.json",
        "seed_tables/*/*.safetensors",
        "extension/seedloupe/**/*",
    ],
)
def test_everything_the_host_and_its_page_ask_for_is_in_the_archive(
    archive: frozenset[str], pattern: str
) -> None:
    matching = {path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern)}
    wanted = {name for name in matching & kept([]) if not name.startswith(WEBUI_ALONE)}
    assert wanted
    assert wanted <= archive


def test_what_only_other_hosts_and_builders_need_is_left_out(archive: frozenset[str]) -> None:
    assert not [name for name in archive if name.startswith(WEBUI_ALONE)]
    assert not folders(archive) & {"tests", "benchmarks", "docs", "scripts", ".ci"}
    assert not [name for name in archive if re.fullmatch(r"javascript/[^/]+\.js", name)]


def test_a_pattern_without_a_slash_would_lose_the_help_pages() -> None:
    assert not [name for name in kept(["docs/"]) if name.startswith("javascript/comfyui/docs/")]


def test_the_archive_holds_no_plug_in_of_tests_nor_a_weight_twice(archive: frozenset[str]) -> None:
    weights = [Path(name).name for name in archive if name.endswith(".safetensors")]
    assert len(weights) == len(set(weights))


def test_every_requirement_stands_on_a_line_of_its_own_and_asks_for_no_torch() -> None:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    required = [line for line in lines if line.strip() and not line.startswith("#")]
    assert required
    for line in required:
        assert re.fullmatch(r"[A-Za-z0-9_.-]+>=[0-9.]+", line), line
        assert line.split(">=")[0].lower() not in {"torch", "torchvision", "numpy", "opencv-python"}


def test_the_registry_is_told_what_it_asks_for() -> None:
    if sys.version_info < (3, 11):
        pytest.skip("Python reads TOML from 3.11 on")
    import tomllib

    known = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project, comfy = known["project"], known["tool"]["comfy"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", project["version"])
    assert re.fullmatch(r"[a-z][a-z0-9_.-]{0,98}", project["name"])
    assert "comfyui" not in project["name"]
    assert project["urls"]["Repository"].startswith("https://")
    assert {"PublisherId", "DisplayName", "Icon", "Banner", "requires-comfyui"} <= set(comfy)
    assert "web" not in comfy
    for name in ("Icon", "Banner"):
        assert (ROOT / "docs" / "images" / comfy[name].rsplit("/", 1)[1]).is_file()


def test_no_code_runs_text_or_starts_pip(archive: frozenset[str]) -> None:
    sources = [name for name in archive if name.startswith("extension/") and name.endswith(".py")]
    for name in sources:
        text = (ROOT / name).read_text("utf-8")
        assert not re.search(r'"-m",\s*"pip"|\bos\.system\(', text), name
