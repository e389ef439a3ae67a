"""Getting RapidOCR without a change to anything that is installed already.

RapidOCR asks for headless OpenCV, a new NumPy and more; a host that gets them that way may not
start again. So only what is missing is fetched, without what it asks for in turn, into a folder of
its own that Python searches last: what a host has always comes first, and deleting the folder
undoes it all.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

from ...places import own_folder
from ..region import Availability

#: Modules that RapidOCR and ONNX Runtime import, and where each comes from.
_NEEDED = {
    "rapidocr": "rapidocr>=3.10,<4",
    "onnxruntime": "onnxruntime",
    "pyclipper": "pyclipper",
    "shapely": "shapely!=2.0.4",
    "six": "six",
    "colorlog": "colorlog",
    "flatbuffers": "flatbuffers",
    "cv2": "opencv-python-headless",
    "yaml": "PyYAML",
    "omegaconf": "omegaconf!=2.2.1",
    "antlr4": "antlr4-python3-runtime==4.9.3",
    "packaging": "packaging",
    "requests": "requests",
    "tqdm": "tqdm",
}
#: The one of them that comes as source only.
_SOURCE_ONLY = "antlr4-python3-runtime"
_TIME_LIMIT = 1800
_OWN = "SEEDLOUPE_READERS"
#: What an artist's web UI breaks without.
_WATCHED = ("numpy", "Pillow", "protobuf", "OpenCV")

Runner = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Installation:
    """What became of an attempt to get RapidOCR: whether it is there, and what happened."""

    ok: bool
    message: str


def reader_folder(environment: Mapping[str, str], platform: str, home: Path) -> Path:
    """Return where RapidOCR is put for this Python; it may not exist.

    Args:
        environment: variables by name; ``SEEDLOUPE_READERS`` names another folder.
        platform: as in ``sys.platform``.
        home: the user's folder.
    """
    named = environment.get(_OWN, "").strip()
    base = Path(named) if named else own_folder(environment, platform, home) / "readers"
    return base / f"python{sys.version_info.major}.{sys.version_info.minor}"


def search_last(folder: Path, search: list[str]) -> None:
    """Let Python look into a folder after all others, once, if it exists.

    Args:
        folder: see :func:`reader_folder`.
        search: ``sys.path``.
    """
    if folder.is_dir() and str(folder) not in search:
        search.append(str(folder))
        importlib.invalidate_caches()


def missing_requirements() -> tuple[str, ...]:
    """Return what must be fetched before RapidOCR can read here."""
    return tuple(wish for module, wish in _NEEDED.items() if find_spec(module) is None)


def install_command(folder: Path, wishes: Sequence[str]) -> tuple[str, ...]:
    """Return the command that fetches ``wishes`` into ``folder``; empty without pip and uv.

    Args:
        folder: where they go.
        wishes: as pip takes them.
    """
    into = ("--no-deps", "--only-binary", ":all:", "--no-binary", _SOURCE_ONLY)
    if find_spec("pip") is not None:
        own = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        return (*own, *into, "--target", str(folder), *wishes)
    uv = shutil.which("uv")
    if uv is None:
        return ()
    own = (uv, "pip", "install", "--quiet", "--python", sys.executable)
    return (*own, *into, "--target", str(folder), *wishes)


def install_rapidocr(
    folder: Path, search: list[str], available: Callable[[], Availability], *, run: Runner
) -> Installation:
    """Fetch what RapidOCR needs and is not here, and say what happened.

    Nothing that is installed is changed: that is compared before and after, and said.

    Args:
        folder: see :func:`reader_folder`; an earlier one in its place goes once the new one is
            whole.
        search: ``sys.path``.
        available: tells whether RapidOCR can be used.
        run: runs a command, as :func:`run_command` does.
    """
    if available().ok:
        return Installation(True, f"{available().reason} is here already; nothing was fetched.")
    wishes = _wishes(folder, search)
    fresh = folder.with_name(f"{folder.name}.new")
    command = install_command(fresh, wishes)
    if not command:
        advice = f"Fetch them another way, into {folder}: {', '.join(wishes)}."
        return Installation(False, f"This Python has neither pip nor uv. {advice}")
    before = installed_versions(search, folder)
    problem = _fetch(command, fresh, run)
    if problem:
        shutil.rmtree(fresh, ignore_errors=True)
        return Installation(False, f"Nothing was installed. {problem}")
    return _settled(folder, fresh, search, available, before)


def run_command(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command and keep what it says.

    Raises:
        OSError: it cannot be started.
        subprocess.TimeoutExpired: it took longer than half an hour.
    """
    return subprocess.run(
        list(command),
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_TIME_LIMIT,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def installed_versions(search: Sequence[str], without: Path) -> dict[str, str]:
    """Return the version of every distribution that Python finds outside a folder."""
    paths = [part for part in search if Path(part) != without]
    found: dict[str, str] = {}
    for distribution in distributions(path=paths):
        name = distribution.metadata["Name"]
        if name:
            found.setdefault(name, distribution.version)
    return found


def _wishes(folder: Path, search: list[str]) -> tuple[str, ...]:
    """What is missing when our own folder does not count: the fresh one takes its place."""
    if str(folder) in search:
        search.remove(str(folder))
        importlib.invalidate_caches()
    return missing_requirements() or (_NEEDED["rapidocr"],)


def _fetch(command: Sequence[str], fresh: Path, run: Runner) -> str:
    """Run a command that fills a fresh folder; return what went wrong, or nothing."""
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.parent.mkdir(parents=True, exist_ok=True)
        done = run(command)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    errors = [line for line in said if line.lower().startswith("error")] or said[-1:]
    return " ".join(errors)[:500] or f"The command ended with {done.returncode}."


def _settled(
    folder: Path,
    fresh: Path,
    search: list[str],
    available: Callable[[], Availability],
    before: Mapping[str, str],
) -> Installation:
    try:
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    except OSError as error:
        return Installation(False, f"What was fetched lies in {fresh}: {error}")
    search_last(folder, search)
    changed = _changes(before, installed_versions(search, folder))
    if changed:
        return Installation(False, f"Something else changed meanwhile: {changed}.")
    here = available()
    if not here.ok:
        return Installation(False, f"Fetched into {folder}, but it cannot be used: {here.reason}.")
    fetched = installed_versions([str(folder)], Path())
    return Installation(True, f"{_listed(fetched)} in {folder}. {_kept(before)}")


def _listed(fetched: Mapping[str, str]) -> str:
    return "Installed " + ", ".join(f"{name} {fetched[name]}" for name in sorted(fetched))


def _kept(before: Mapping[str, str]) -> str:
    """Say that nothing else changed, and name what people fear for."""
    known = {name.lower(): f"{name} {version}" for name, version in before.items()}
    named = [
        said
        for word in _WATCHED
        for name, said in sorted(known.items())
        if name == word.lower() or (word == "OpenCV" and name.startswith("opencv"))
    ]
    rest = f", {', '.join(named)} among them" if named else ""
    return f"All {len(before)} packages that were here are as they were{rest}."


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    return ", ".join(
        f"{name} {before.get(name, 'was not there')} -> {after.get(name, 'gone')}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )
