from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from seedloupe.artifacts import Availability
from seedloupe.artifacts.readers import child, installation
from seedloupe.artifacts.readers.installation import (
    install_command,
    install_rapidocr,
    installed_versions,
    reader_folder,
    search_last,
)


def add_package(folder: Path, name: str, version: str) -> None:
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


class Pip:
    """Puts a package where it is told to, as pip does; or does something else."""

    def __init__(self, *, code: int = 0, says: str = "", besides: Path | None = None) -> None:
        self.code, self.says, self.besides = code, says, besides
        self.commands: list[Sequence[str]] = []

    def __call__(self, command: Sequence[str]) -> Any:
        self.commands.append(command)
        if not self.code:
            add_package(Path(command[command.index("--target") + 1]), "rapidocr", "3.10.0")
        if self.besides is not None:
            add_package(self.besides, "numpy", "2.4.6")
        return subprocess.CompletedProcess(command, self.code, "", self.says)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a host's packages; RapidOCR and its like are not among them."""
    folder = tmp_path / "host"
    for name, version in (("Pillow", "9.5.0"), ("opencv-python", "4.11.0.86"), ("jinja2", "3")):
        add_package(folder, name, version)
    missing = ("rapidocr>=3.10,<4", "onnxruntime")
    monkeypatch.setattr(installation, "missing_requirements", lambda: missing)
    monkeypatch.setattr(installation, "install_command", command)
    return folder


def command(folder: Path, wishes: Sequence[str]) -> tuple[str, ...]:
    return ("pip", "--target", str(folder), *wishes)


def usable_in(folder: Path) -> Any:
    def available() -> Availability:
        here = list(folder.glob("rapidocr-*"))
        return Availability(bool(here), "RapidOCR 3.10.0" if here else "rapidocr not installed")

    return available


def test_what_is_missing_goes_into_its_own_folder_and_is_found_last(host: Path) -> None:
    folder, pip, search = host.parent / "readers" / "python3", Pip(), [str(host)]
    done = install_rapidocr(folder, search, usable_in(folder), run=pip)
    assert done.ok, done.message
    assert search == [str(host), str(folder)]
    assert pip.commands[0][-2:] == ("rapidocr>=3.10,<4", "onnxruntime")
    assert "Installed rapidocr 3.10.0" in done.message
    assert "All 3 packages that were here are as they were" in done.message
    assert "Pillow 9.5.0, opencv-python 4.11.0.86" in done.message
    assert [path.name for path in folder.parent.iterdir()] == ["python3"]


def test_an_installation_that_fails_leaves_nothing_and_says_why(host: Path) -> None:
    folder, search = host.parent / "readers" / "python3", [str(host)]
    pip = Pip(code=1, says="Looking in indexes\nERROR: No matching distribution\n")
    done = install_rapidocr(folder, search, usable_in(folder), run=pip)
    assert not done.ok
    assert done.message == "Nothing was installed. ERROR: No matching distribution"
    assert not list(folder.parent.iterdir())
    assert search == [str(host)]


def test_a_command_that_cannot_be_started_is_told_of(host: Path) -> None:
    def broken(_: Sequence[str]) -> Any:
        raise FileNotFoundError("no pip")

    folder = host.parent / "readers"
    done = install_rapidocr(folder, [str(host)], usable_in(folder), run=broken)
    assert (done.ok, done.message) == (False, "Nothing was installed. no pip")


def test_a_change_to_what_was_installed_is_noticed(host: Path) -> None:
    folder = host.parent / "readers" / "python3"
    done = install_rapidocr(folder, [str(host)], usable_in(folder), run=Pip(besides=host))
    assert not done.ok
    assert "numpy was not there -> 2.4.6" in done.message


def test_where_it_can_be_used_already_nothing_is_fetched(host: Path) -> None:
    pip = Pip()
    here = lambda: Availability(True, "RapidOCR 3.10.0")  # noqa: E731
    done = install_rapidocr(host.parent / "readers", [str(host)], here, run=pip)
    assert done.ok
    assert not pip.commands


def test_a_python_without_pip_and_uv_is_told_what_is_wanted(
    host: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "install_command", lambda *_: ())
    folder = host.parent / "readers"
    done = install_rapidocr(folder, [str(host)], usable_in(folder), run=Pip())
    assert not done.ok
    assert "neither pip nor uv" in done.message
    assert "onnxruntime" in done.message


def test_the_command_never_asks_for_what_a_package_asks_for() -> None:
    told = install_command(Path("there"), ("rapidocr",))
    assert "--no-deps" in told
    assert told[told.index("--target") + 1] == "there"
    assert told[0] == sys.executable or told[0].endswith("uv")


def test_a_folder_is_searched_once_and_only_if_it_is_there(tmp_path: Path) -> None:
    search = ["first"]
    search_last(tmp_path / "none", search)
    search_last(tmp_path, search)
    search_last(tmp_path, search)
    assert search == ["first", str(tmp_path)]


def test_the_first_of_two_versions_on_the_path_is_the_one_that_counts(tmp_path: Path) -> None:
    add_package(tmp_path / "a", "six", "1.16")
    add_package(tmp_path / "b", "six", "1.17")
    assert installed_versions([str(tmp_path / "a"), str(tmp_path / "b")], Path()) == {"six": "1.16"}


def test_every_python_has_a_folder_of_its_own(tmp_path: Path) -> None:
    folder = reader_folder({"SEEDLOUPE_READERS": str(tmp_path)}, "linux", tmp_path)
    major, minor, *_ = sys.version_info
    assert folder == tmp_path / f"python{major}.{minor}"


def test_a_child_finds_us_where_the_host_took_our_folder_from_its_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = str(Path(child.__file__).parents[3])
    monkeypatch.setattr(sys, "path", ["elsewhere"])
    assert child._search_path() == ["elsewhere", ours]
