"""What `import seedloupe` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import seedloupe

EXTENSION = Path(seedloupe.__file__).parents[1]
CONTRACT = {
    "SeedTable",
    "NoiseSource",
    "initial_noise",
    "pick_golden",
    "pick_diverse",
    "flag_text_artifacts",
    "FeatureProbe",
    "list_layers",
}


@pytest.mark.parametrize("name", seedloupe.__all__)
def test_every_public_name_can_be_loaded(name: str) -> None:
    assert getattr(seedloupe, name).__name__ == name
    assert name in dir(seedloupe)


def test_the_contract_is_public() -> None:
    assert set(seedloupe.__all__) >= CONTRACT


def test_every_public_name_is_documented() -> None:
    for name in seedloupe.__all__:
        assert getattr(seedloupe, name).__doc__, name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'seedloupe' has no attribute 'pick_luck'"):
        _ = seedloupe.pick_luck


NEEDS_FOUR = """
import sys

class Closed:
    guarded = {"diffusers", "transformers", "gradio", "scipy", "cv2", "sklearn", "matplotlib",
               "modules", "comfy", "folder_paths", "nodes", "server", "rapidocr", "easyocr"}
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.guarded:
            raise ImportError(f"the core reached for {name}")

sys.meta_path.insert(0, Closed())
import seedloupe
assert "torch" not in sys.modules, "importing the package alone loads torch"
for name in seedloupe.__all__:
    getattr(seedloupe, name)
import seedloupe.tables, seedloupe.picking, seedloupe.noise, seedloupe.plugins
seedloupe.plugins.builtin()
"""


def test_the_core_needs_torch_numpy_safetensors_and_pillow_only() -> None:
    result = subprocess.run(
        [sys.executable, "-c", NEEDS_FOUR],
        cwd=EXTENSION,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert result.returncode == 0, result.stderr
