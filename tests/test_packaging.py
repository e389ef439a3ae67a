"""What is shipped, with which versions, under which name."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def lines(name: str) -> list[str]:
    """The lines of a requirements file without their comments."""
    text = (ROOT / name).read_text("utf-8")
    return [line for line in (row.partition("#")[0].strip() for row in text.splitlines()) if line]


def name_of(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def test_hosts_are_asked_for_what_the_package_asks_for() -> None:
    assert set(lines("requirements.txt")) <= set(PROJECT["dependencies"])


def test_hosts_are_not_asked_for_what_they_bring() -> None:
    brought = {
        "torch",
        "torchvision",
        "jinja2",
        "numpy",
        "pillow",
        "opencv-python-headless",
        "gradio",
    }

    assert not brought & {name_of(line) for line in lines("requirements.txt")}


def test_everything_we_ask_for_has_a_tested_version() -> None:
    extras = PROJECT["optional-dependencies"].values()
    wanted = {name_of(line) for group in (PROJECT["dependencies"], *extras) for line in group}

    assert wanted <= {name_of(line) for line in lines("requirements.lock")}


def test_every_locked_version_is_exact() -> None:
    pattern = r"[\w.-]+==[\w.]+( ; .+)?"  # a local version ("2.13.0+cpu") would need its own index

    assert [line for line in lines("requirements.lock") if not re.fullmatch(pattern, line)] == []


def test_torch_and_torchvision_are_pinned_for_every_system() -> None:
    pinned = [line for line in lines("requirements.lock") if line.startswith("torch")]

    assert [line.partition("==")[0] for line in pinned] == ["torch", "torchvision"]
    assert not any(";" in line for line in pinned)


def test_the_version_is_a_plain_one_with_an_entry_in_the_changelog() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", PROJECT["version"])
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_web_ui_and_comfyui_know_us_by_the_same_name() -> None:
    assert f"Name = {PROJECT['name']}" in (ROOT / "metadata.ini").read_text("utf-8")


@pytest.mark.slow
def test_a_built_package_carries_code_weights_tables_and_licences(tmp_path: Path) -> None:
    source = tmp_path / "source"
    skip = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*")
    for name in ("extension", "seed_tables"):
        shutil.copytree(ROOT / name, source / name, ignore=skip)
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source)

    build = "import sys, setuptools.build_meta as b; print(b.build_wheel(sys.argv[1]))"
    run = [sys.executable, "-I", "-c", build, str(tmp_path)]
    subprocess.run(run, cwd=source, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    ours = {file for file in source.rglob("*") if file.is_file()}
    code = {
        file.relative_to(source / "extension").as_posix()
        for file in ours
        if file.is_relative_to(source / "extension" / "seedloupe")
    }
    tables = {
        f"seedloupe/{file.relative_to(source).as_posix()}"
        for file in ours
        if file.is_relative_to(source / "seed_tables")
    }
    assert code | tables <= names
    assert {Path(name).name for name in names} >= {"LICENSE", "NOTICE", "entry_points.txt"}
