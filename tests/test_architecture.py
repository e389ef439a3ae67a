"""The arrows between packages, and no circle of files, read from every file's imports.

::

    hosts/webui   hosts/comfyui   hosts/standalone/{engine <- cli, app}   the core and one host each
    atlas
    services                                            joins features; a host comes here for two
    studies                                             a study may use any feature
    mining   picking   artifacts   lens   seedling      features do not know each other
    generation
    metadata   tables
    noise
    errors  tensors  geometry  images  files  chance    know torch at most
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import NamedTuple

import networkx as nx  # torch needs it, so it is there
import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "extension" / "seedloupe"

GROUND = {
    "errors",
    "file_kinds",
    "files",
    "tensors",
    "geometry",
    "images",
    "inpaint_area",
    "chance",
    "csv_text",
    "pages",
    "places",
    "registry",
    "safetensors_file",
    "sampler_names",
    "strict_json",
}
SHARED = GROUND | {"noise", "metadata", "tables"}
VALUES = SHARED | {"generation"}
FEATURES = {"mining", "picking", "artifacts", "lens"}
STUDIES = VALUES | FEATURES | {"seedling", "studies"}
CORE = STUDIES | {"services", "atlas", "plugins", "testing"}

# Which of our packages each of them may use, besides itself.
ARROWS = {
    **dict.fromkeys(GROUND, GROUND),
    "noise": GROUND,
    "metadata": GROUND | {"noise"},
    "tables": GROUND | {"noise"},
    "generation": SHARED,
    **dict.fromkeys((*FEATURES, "seedling"), VALUES),
    "studies": STUDIES,
    "services": STUDIES,
    "atlas": VALUES | {"picking", "services"},
    "plugins": GROUND,
    "testing": SHARED | FEATURES,
    "__init__": SHARED | FEATURES | {"plugins"},
    "__main__": {"hosts/standalone/cli"},
    "hosts": set(),
    **dict.fromkeys(("hosts/webui", "hosts/comfyui", "hosts/standalone/engine"), CORE),
    "hosts/standalone": set(),
    **dict.fromkeys(
        ("hosts/standalone/cli", "hosts/standalone/app"), CORE | {"hosts/standalone/engine"}
    ),
}
# `plugins.builtin` puts the features together; it reaches for them only when called.
LAZY_ARROWS = {"plugins": FEATURES}
# The one file of the command line that opens the app.
DEMO = "hosts/standalone/cli/commands/demo"

# Libraries that are a host, or that only one kind of host may need.
HOSTS = {
    "hosts/webui": {"modules", "launch", "gradio"},
    "hosts/comfyui": {"comfy", "folder_paths", "nodes", "server", "execution"},
    "hosts/standalone/engine": {"diffusers", "transformers", "accelerate"},
    "hosts/standalone/cli": {"diffusers", "transformers", "accelerate"},
    "hosts/standalone/app": {"gradio"},
}
ALL_HOSTS = set().union(*HOSTS.values())
# Training builds its networks with the libraries whose file formats it must meet.
LAZY_HOSTS = {
    "mining/scorers": {"transformers"},
    "seedling/training": {"diffusers", "transformers"},
}

# Puts the features together, so it reaches up; only when it is called.
REACHES_UP = "plugins.py"

# Names that several files define with one meaning, and where.
ONE_MEANING = {
    # Every command of the command line is a module with these; its parser calls them by name.
    **dict.fromkeys(
        ("add", "run", "run_list", "run_merge", "run_show"), ("hosts/standalone/cli/commands/*",)
    ),
    # What each feature of the web UI answers over HTTP; the frame calls them all.
    "routes": ("hosts/webui/features.py", "hosts/webui/*/routes.py"),
    # What `python -m` calls.
    "main": (
        "hosts/standalone/cli/main.py",
        "hosts/webui/demo_model.py",
        "seedling/variants.py",
        "seedling/training/__main__.py",
        "tables/published.py",
    ),
}

LIGHT = {"torch", "jinja2", "markupsafe", "numpy", "safetensors", "PIL"}
# Every extension of the web UI may bring folders of these names, and the first one wins.
CLASHING = {"extension", "scripts", "tests"}


class Import(NamedTuple):
    """One import statement: who, where, whom, and whether it waits for a call."""

    file: Path
    line: int
    target: tuple[str, ...]
    relative: bool
    lazy: bool


def violations(package: Path) -> list[str]:
    """List every import that goes against the arrows, as ``file:line: reason``."""
    files = sorted(package.rglob("*.py"))
    return [
        f"{entry.file.relative_to(package).as_posix()}:{entry.line}: {reason}"
        for file in files
        for entry in imports(file, package)
        for reason in reasons(entry, package)
    ]


def imports(file: Path, package: Path) -> Iterator[Import]:
    """Go through the imports of one file, those by ``import_module("name")`` included."""
    folder = file.relative_to(package.parent).parent.parts
    for found in imports_of(file.read_text("utf-8"), folder):
        yield Import(file, *found)


@cache
def imports_of(
    source: str, folder: tuple[str, ...]
) -> tuple[tuple[int, tuple[str, ...], bool, bool], ...]:
    """Read one file's imports once for all tests: line, target, relative, lazy."""
    tree = parsed(source)
    waiting = {id(child) for node in ast.walk(tree) if waits(node) for child in ast.walk(node)}
    return tuple(
        (node.lineno, target, relative, id(node) in waiting)
        for node in ast.walk(tree)
        for relative, target in targets(node, folder)
    )


@cache
def parsed(source: str) -> ast.Module:
    """Parse one file's text, once for all tests."""
    return ast.parse(source)


def waits(node: ast.AST) -> bool:
    """Tell whether what stands inside does not run when the file is imported."""
    type_checking = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
    return type_checking or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def targets(node: ast.AST, folder: tuple[str, ...]) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """Go through what one node imports, as absolute dotted names in parts."""
    match node:
        case ast.Import(names=names):
            yield from ((False, tuple(alias.name.split("."))) for alias in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            start = folder[: len(folder) - level + 1] if level else ()
            parts = (*start, *(module.split(".") if module else ()))
            yield from ((level > 0, (*parts, alias.name)) for alias in names)
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]) if ast.unparse(
            function
        ).rpartition(".")[2] in ("import_module", "__import__"):
            yield False, tuple(name.split("."))


def reasons(entry: Import, package: Path) -> Iterator[str]:
    """Say what is wrong with one import; nothing if it is fine."""
    place = entry.file.relative_to(package).with_suffix("").parts
    unit = unit_of(place)
    if entry.target[0] == package.name:
        if not entry.relative:
            yield "inside the package, imports are relative"
        target = unit_of(entry.target[1:])
        if not ("/".join(place) == DEMO and target == "hosts/standalone/app"):
            yield from against_arrows(unit, target, lazy=entry.lazy)
    else:
        yield from foreign(unit, "/".join(place[:2]), entry.target[0], lazy=entry.lazy)


def unit_of(parts: tuple[str, ...]) -> str:
    """Name the package a module belongs to: hosts and the rooms of our own one are apart."""
    if parts[:1] != ("hosts",) or parts[1:2] == ("__init__",):
        return "".join(parts[:1])
    rooms = parts[1:2] == ("standalone",) and parts[2:3] not in ((), ("__init__",))
    return "/".join(parts[: 3 if rooms else 2])


def against_arrows(unit: str, target: str, *, lazy: bool) -> Iterator[str]:
    """Check one import between our own packages."""
    if unit not in ARROWS:
        yield f"{unit} has no place in the arrows; give it one"
        return
    allowed = ARROWS[unit] | (LAZY_ARROWS.get(unit, set()) if lazy else set())
    if target not in (unit, "__init__") and target not in allowed:
        yield f"{unit} must not know {target}"


def foreign(unit: str, folder: str, library: str, *, lazy: bool) -> Iterator[str]:
    """Check one import of somebody else's library."""
    if library in CLASHING:
        yield f"{library} may be any extension's"
    name = "comfy" if library.startswith("comfy") else library
    allowed = HOSTS.get(unit, set()) | (LAZY_HOSTS.get(folder, set()) if lazy else set())
    if name in ALL_HOSTS - allowed:
        yield f"{unit} must not know the host's {library}"
    elif not unit.startswith("hosts") and not lazy and library not in LIGHT | STANDARD:
        yield f"{library} is not in every host; import it where it is used"


def circles(package: Path) -> list[list[str]]:
    """List the groups of files that import each other in a circle, however late they do it.

    A name taken from a package counts as taken from its ``__init__.py``. :data:`REACHES_UP` may
    reach up from inside its functions.
    """
    known = {path.relative_to(package).as_posix() for path in package.rglob("*.py")}
    arrows = {file: set(imported(package / file, package, known)) for file in known}
    groups = nx.strongly_connected_components(nx.DiGraph(arrows))
    return [sorted(group) for group in groups if len(group) > 1]


def imported(file: Path, package: Path, known: set[str]) -> Iterator[str]:
    """Go through the files of the package that one file takes names from."""
    for entry in imports(file, package):
        late = entry.lazy and file.relative_to(package).as_posix() == REACHES_UP
        if entry.target[0] == package.name and not late:
            *folder, name = entry.target[1:] or ("__init__",)
            tail = "/".join(folder)
            options = (f"{tail}/{name}.py", f"{tail}/{name}/__init__.py", f"{tail}.py")
            places = (option.lstrip("/") for option in (*options, f"{tail}/__init__.py"))
            yield from list(place for place in places if place in known)[:1]


def names_twice(package: Path) -> dict[str, list[str]]:
    """Return every public class or function of a file's top level that two files define."""
    found: dict[str, list[str]] = {}
    for file in sorted(package.rglob("*.py")):
        here = {
            node.name
            for node in parsed(file.read_text("utf-8")).body
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        }
        for name in here:
            found.setdefault(name, []).append(file.relative_to(package).as_posix())
    return {
        name: files
        for name, files in found.items()
        if len(files) > 1 and not name.startswith("_") and not excused(name, files)
    }


def excused(name: str, files: list[str]) -> bool:
    """Tell whether a name stands in several files for one of the reasons in :data:`ONE_MEANING`."""
    return name in ONE_MEANING and all(
        any(fnmatch(file, pattern) for pattern in ONE_MEANING[name]) for file in files
    )


STANDARD = sys.stdlib_module_names | {"__future__"}


def test_every_import_follows_the_arrows() -> None:
    assert violations(PACKAGE) == []


def test_the_reader_sees_the_imports_of_the_real_package() -> None:
    found = [entry for file in PACKAGE.rglob("*.py") for entry in imports(file, PACKAGE)]
    units = {unit_of(entry.target[1:]) for entry in found if entry.target[0] == "seedloupe"}

    assert {"errors", "noise", "tables"} <= units


PLANTED = [
    ("noise/draw.py", "import gradio", "noise must not know the host's gradio"),
    ("tensors.py", "from modules import shared", "tensors must not know the host's modules"),
    ("lens/probe.py", "def f():\n    import comfy.utils", "lens must not know the host's comfy"),
    ("lens/probe.py", "import comfy_api.latest", "lens must not know the host's comfy_api"),
    (
        "mining/mine.py",
        "from importlib import import_module\nimport_module('diffusers.models')",
        "mining must not know the host's diffusers",
    ),
    ("picking/golden.py", "from ..hosts.webui import x", "picking must not know hosts/webui"),
    ("picking/golden.py", "from .. import hosts", "picking must not know hosts"),
    ("picking/golden.py", "from ..mining import x", "picking must not know mining"),
    ("lens/deep/file.py", "from ...artifacts import x", "lens must not know artifacts"),
    ("mining/mine.py", "from ..seedling import critic", "mining must not know seedling"),
    ("noise/draw.py", "from ..tables import x", "noise must not know tables"),
    ("errors.py", "from .noise import x", "errors must not know noise"),
    ("plugins.py", "from .artifacts import x", "plugins must not know artifacts"),
    ("seedling/world.py", "from ..mining import x", "seedling must not know mining"),
    ("seedling/training/a.py", "import diffusers", "seedling must not know the host's diffusers"),
    ("seedling/world/a.py", "def f():\n    import diffusers", "must not know the host's diffusers"),
    ("hosts/webui/a.py", "from ..comfyui import x", "hosts/webui must not know hosts/comfyui"),
    ("hosts/comfyui/a.py", "from .. import webui", "hosts/comfyui must not know hosts/webui"),
    ("hosts/standalone/cli/a.py", "import folder_paths", "the host's folder_paths"),
    ("hosts/comfyui/a.py", "import gradio", "hosts/comfyui must not know the host's gradio"),
    ("hosts/webui/a.py", "from scripts import x", "scripts may be any extension's"),
    ("lens/a.py", "from seedloupe.errors import x", "imports are relative"),
    ("artifacts/a.py", "import cv2", "cv2 is not in every host"),
    ("lens/a.py", "from ..services import x", "lens must not know services"),
    ("generation/a.py", "from ..lens import x", "generation must not know lens"),
    ("metadata/a.py", "from ..tables import x", "metadata must not know tables"),
    ("noise/a.py", "from ..metadata import x", "noise must not know metadata"),
    ("services/a.py", "from ..hosts.standalone.engine import x", "must not know hosts/standalone"),
    ("services/a.py", "from ..atlas import x", "services must not know atlas"),
    ("atlas/a.py", "from ..lens import x", "atlas must not know lens"),
    ("studies/a.py", "from ..services import x", "studies must not know services"),
    ("hosts/standalone/engine/a.py", "from ..cli import x", "must not know hosts/standalone/cli"),
    ("hosts/standalone/engine/a.py", "import gradio", "must not know the host's gradio"),
    ("hosts/standalone/app/a.py", "from ..cli.main import x", "must not know hosts/standalone/cli"),
    ("hosts/standalone/app/a.py", "import diffusers", "must not know the host's diffusers"),
    ("hosts/standalone/cli/a.py", "from ..app import x", "must not know hosts/standalone/app"),
    ("hosts/standalone/cli/a.py", "import gradio", "must not know the host's gradio"),
    ("novelty/a.py", "from ..errors import x", "novelty has no place in the arrows"),
]


@pytest.mark.parametrize(("file", "source", "reason"), PLANTED)
def test_a_planted_violation_is_found(tmp_path: Path, file: str, source: str, reason: str) -> None:
    plant(tmp_path / "seedloupe", file, source)

    (found,) = violations(tmp_path / "seedloupe")

    assert found.startswith(f"{file}:")
    assert reason in found


ALLOWED = [
    ("lens/a.py", "import torch\nfrom ..errors import x\nfrom . import file"),
    ("tables/a.py", "from __future__ import annotations\nfrom ..noise import x"),
    ("artifacts/readers/a.py", "def f():\n    import easyocr"),
    ("plugins.py", "def f():\n    from .lens import x"),
    ("plugins.py", "if TYPE_CHECKING:\n    from .lens import x"),
    ("seedling/training/a.py", "def f():\n    from diffusers import x"),
    ("studies/a.py", "from ..lens import x\nfrom ..seedling import critic"),
    ("hosts/webui/a.py", "import gradio\nfrom modules import shared\nfrom ...tables import x"),
    ("hosts/comfyui/a.py", "from comfy_api.latest import io\nfrom .nodes import x"),
    ("hosts/standalone/engine/a.py", "import diffusers\nfrom .... import picking"),
    ("hosts/standalone/cli/a.py", "from ..engine import x\nfrom ....services import y"),
    ("hosts/standalone/app/a.py", "import gradio\nfrom ..engine import x\nfrom ....atlas import y"),
    ("hosts/standalone/cli/commands/demo.py", "def f():\n    from ...app import main"),
    ("services/a.py", "from ..lens import x\nfrom ..picking import y"),
    ("lens/a.py", "from ..generation import x"),
    ("__main__.py", "from .hosts.standalone.cli.main import main"),
]


@pytest.mark.parametrize(("file", "source"), ALLOWED)
def test_what_the_arrows_allow_is_left_alone(tmp_path: Path, file: str, source: str) -> None:
    plant(tmp_path / "seedloupe", file, source)

    assert violations(tmp_path / "seedloupe") == []


def plant(package: Path, file: str, source: str) -> None:
    path = package / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, "utf-8")


def test_no_files_import_each_other_in_a_circle() -> None:
    assert circles(PACKAGE) == []


CIRCLES = [
    ("at once", "from .b import x", "from .a import y"),
    ("for types", "from .b import x", "if TYPE_CHECKING:\n    from .a import y"),
    ("in a function", "def f():\n    from .b import x", "def f():\n    from . import a"),
    ("by name", "from .b import x", "import_module('seedloupe.lens.a')"),
]


@pytest.mark.parametrize(("one", "other"), [case[1:] for case in CIRCLES], ids=lambda _: "")
def test_a_planted_circle_is_found(tmp_path: Path, one: str, other: str) -> None:
    package = tmp_path / "seedloupe"
    for file, source in (("a", one), ("b", other), ("c", "from .a import x")):
        plant(package, f"lens/{file}.py", source)

    assert circles(package) == [["lens/a.py", "lens/b.py"]]


def test_a_circle_through_a_packages_face_is_found(tmp_path: Path) -> None:
    plant(tmp_path / "seedloupe", "lens/__init__.py", "from .a import x")
    plant(tmp_path / "seedloupe", "lens/a.py", "def f():\n    from . import x")

    assert circles(tmp_path / "seedloupe") == [["lens/__init__.py", "lens/a.py"]]


def test_only_plugins_may_reach_up_and_only_when_called(tmp_path: Path) -> None:
    plant(tmp_path / "seedloupe", "lens/a.py", "from ..plugins import x")
    plant(tmp_path / "seedloupe", "plugins.py", "def f():\n    from .lens import a")
    assert circles(tmp_path / "seedloupe") == []

    plant(tmp_path / "seedloupe", "plugins.py", "from .lens import a")
    assert circles(tmp_path / "seedloupe") == [["lens/a.py", "plugins.py"]]


def test_no_public_name_is_defined_in_two_files() -> None:
    assert names_twice(PACKAGE) == {}


def test_a_planted_second_meaning_is_found(tmp_path: Path) -> None:
    package = tmp_path / "seedloupe"
    plant(package, "lens/a.py", "class Verdict: ...\ndef _own(): ...")
    plant(package, "tables/b.py", "def Verdict(): ...\ndef _own(): ...\ndef run(): ...")
    plant(package, "hosts/standalone/cli/commands/c.py", "def run(): ...")
    assert names_twice(package) == {
        "Verdict": ["lens/a.py", "tables/b.py"],
        "run": ["hosts/standalone/cli/commands/c.py", "tables/b.py"],
    }


WITHOUT_EXTRAS = """
import importlib, pkgutil, sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing}:
            raise ModuleNotFoundError(name + " is not installed", name=name)

sys.meta_path.insert(0, Missing())
sys.path.insert(0, {path!r})
import seedloupe
assert "torch" not in sys.modules, "importing the package alone loads torch"
for name in seedloupe.__all__:
    getattr(seedloupe, name)
for module in pkgutil.walk_packages(seedloupe.__path__, "seedloupe."):
    if not module.name.startswith(("seedloupe.hosts", "seedloupe.__main__")):
        importlib.import_module(module.name)
        print(module.name)
seedloupe.plugins.builtin()
"""


def test_the_core_imports_with_torch_numpy_safetensors_and_pillow_alone() -> None:
    missing = ALL_HOSTS | {
        *("cv2", "easyocr", "huggingface_hub", "matplotlib", "onnxruntime", "pandas", "pydantic"),
        *("pytesseract", "rapidocr", "scipy", "sklearn", "tokenizers", "torchvision"),
        *("xformers", "yaml"),
    }
    source = WITHOUT_EXTRAS.format(missing=missing, path=str(PACKAGE.parent))

    run = subprocess.run(
        [sys.executable, "-I", "-c", source], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr
    assert {"seedloupe.noise", "seedloupe.lens", "seedloupe.tables"} <= set(run.stdout.split())


def test_the_entry_file_of_comfyui_needs_nothing_when_imported() -> None:
    tree = ast.parse((ROOT / "__init__.py").read_text("utf-8"))
    names = {name[0] for node in tree.body for _, name in targets(node, ())}

    assert names == {"sys", "pathlib"}


def test_the_entry_file_of_the_web_ui_holds_no_logic_and_no_types() -> None:
    (file,) = (ROOT / "scripts").glob("*.py")
    allowed = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign)

    assert file.name == "seedloupe_panel.py"
    assert all(isinstance(node, allowed) for node in ast.parse(file.read_text("utf-8")).body)


@pytest.mark.parametrize("folder", ["extension", "scripts", "tests"])
def test_folders_with_common_names_are_no_packages(folder: str) -> None:
    assert not (ROOT / folder / "__init__.py").exists()
