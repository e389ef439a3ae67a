"""How the web UI loads our entry file, among other extensions and their packages."""

from __future__ import annotations

import json
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
FAKES = Path(__file__).parents[1] / "fakes" / "webui"

# The web UI's own steps: the extension's root goes on sys.path, the file is run by path without
# entering sys.modules, every Script class in it is registered, and sys.path is put back.
LOADER = """
import importlib.util, json, sys, types
fakes, root, panel_path = sys.argv[1:]
sys.path.insert(0, fakes)
other = types.ModuleType("extension")
other.__path__ = ["/nowhere"]
sys.modules["extension"] = other
kept = sys.path
sys.path = [root, *sys.path]
spec = importlib.util.spec_from_file_location("seedloupe_panel.py", panel_path)
panel = importlib.util.module_from_spec(spec)
spec.loader.exec_module(panel)
sys.path = kept
loaded = dict(sys.modules)
import importlib
importlib.import_module("seedloupe.hosts.webui.demo_model")
from modules import scripts
print(json.dumps({
    "registered": [value.__name__ for value in vars(panel).values()
                   if isinstance(value, type) and issubclass(value, scripts.Script)],
    "other_package_kept": sys.modules["extension"] is other,
    "ours": sorted({name.partition(".")[0] for name, module in loaded.items()
                    if (getattr(module, "__file__", None) or "").startswith(root)
                    and not module.__file__.startswith(fakes)
                    and "site-packages" not in module.__file__}),
    "libraries": sorted({name.partition(".")[0] for name in loaded}),
    "loaded_late": "seedloupe.hosts.webui.demo_model" not in loaded,
}))
"""


@pytest.fixture(scope="module")
def loading() -> dict[str, Any]:
    """What one start of the web UI finds and leaves behind."""
    panel = ROOT / "scripts" / "seedloupe_panel.py"
    done = subprocess.run(
        [sys.executable, "-c", LOADER, str(FAKES), str(ROOT), str(panel)],
        capture_output=True,
        text=True,
        cwd=sys.prefix,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_one_script_a_feature_is_registered(loading: dict[str, Any]) -> None:
    assert loading["registered"] == [
        "SeedloupeLensScript",
        "SeedloupeScript",
        "SeedloupeTextCheckScript",
    ]


def test_another_package_called_extension_is_left_alone(loading: dict[str, Any]) -> None:
    assert loading["other_package_kept"]


def test_only_our_own_package_is_added(loading: dict[str, Any]) -> None:
    assert loading["ours"] == ["seedloupe"]


def test_later_imports_work_when_the_path_is_back_as_it_was(loading: dict[str, Any]) -> None:
    assert loading["loaded_late"]


@pytest.mark.parametrize("heavy", ["diffusers", "transformers", "gradio", "pydantic", "cv2"])
def test_loading_the_panel_loads_nothing_heavy(loading: dict[str, Any], heavy: str) -> None:
    assert heavy not in loading["libraries"]


def test_no_folder_of_ours_closes_a_namespace_all_extensions_share() -> None:
    assert not (ROOT / "scripts" / "__init__.py").exists()
    assert not (ROOT / "extension" / "__init__.py").exists()


def test_the_extension_has_a_name_of_its_own() -> None:
    metadata = ConfigParser()
    metadata.read(ROOT / "metadata.ini")
    assert metadata["Extension"]["Name"] == "seedloupe"
