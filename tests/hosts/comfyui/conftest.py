"""ComfyUI's double in place of ComfyUI."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
import torch
from safetensors.torch import save_file

from seedloupe.seedling.training.architecture import CONTEXT_WIDTH, UNET
from seedloupe.tables import SUFFIX, SeedTable, write_table

FAKES = Path(__file__).parents[1] / "fakes" / "comfyui"
OURS = "seedloupe.hosts.comfyui"
HOST_MODULES = (
    "comfy",
    "comfy_api",
    "comfy_execution",
    "comfyui_version",
    "folder_paths",
    "server",
)


@dataclass(frozen=True)
class Host:
    """One start of the host: its modules, ours on top of them, and where tables are looked for."""

    models: Path
    bundled: Path

    def module(self, name: str) -> ModuleType:
        return importlib.import_module(name)

    def ours(self, name: str) -> ModuleType:
        return importlib.import_module(f"{OURS}.{name}")

    def node(self, node_id: str) -> type:
        """One of the pack's node classes."""
        found = {one.__name__: one for one in self.ours("nodes").node_classes()}
        return found[node_id]

    def add_table(self, table: SeedTable, name: str, *, bundled: bool = False) -> Path:
        folder = self.bundled if bundled else self.models / "seed_tables"
        path = folder / f"{name}{SUFFIX}"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(table, path)
        return path


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Host]:
    """The host just started, with empty folders for tables."""
    with _fresh_modules():
        monkeypatch.syspath_prepend(FAKES)
        started = Host(tmp_path / "models", tmp_path / "bundled")
        monkeypatch.setattr(started.module("folder_paths"), "models_dir", str(started.models))
        catalogue = started.module("seedloupe.tables.catalogue")
        monkeypatch.setattr(catalogue, "bundled_folder", lambda: started.bundled)
        yield started


@dataclass(frozen=True)
class SeedlingFile:
    """Weights with Seedling's widths, and what they hash to."""

    path: Path
    sha256: str


@pytest.fixture
def seedling_file(tmp_path: Path) -> SeedlingFile:
    """Seedling's weights, as far as the double looks at them."""
    path = tmp_path / "seedling.safetensors"
    seedling_stand_in(path, width=UNET["block_out_channels"][0])
    return SeedlingFile(path, hashlib.sha256(path.read_bytes()).hexdigest())


def seedling_stand_in(path: Path, *, width: int) -> None:
    """Write only the weights a detection looks at, and one of the VAE's."""
    unet = "model.diffusion_model.input_blocks"
    weights = {
        f"{unet}.0.0.weight": torch.zeros(width, 4, 3, 3),
        f"{unet}.1.1.transformer_blocks.0.attn2.to_k.weight": torch.zeros(width, CONTEXT_WIDTH),
        "first_stage_model.quant_conv.weight": torch.zeros(8, 8, 1, 1),
    }
    save_file(weights, path)


@pytest.fixture
def without_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], set[str]]]:
    """A Python in which importing anything of the host fails; call it to see what is loaded."""
    with _fresh_modules():
        for name in HOST_MODULES:
            monkeypatch.setitem(sys.modules, name, None)
        yield lambda: {name for name in sys.modules if name.startswith("seedloupe")}


@contextmanager
def _fresh_modules() -> Iterator[None]:
    """Forget the host's modules and ours on top of them, before and after."""
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_host(name)}
    try:
        yield
    finally:
        for name in list(filter(_is_host, sys.modules)):
            del sys.modules[name]
        sys.modules.update(kept)


def _is_host(name: str) -> bool:
    return any(name == root or name.startswith(f"{root}.") for root in (*HOST_MODULES, OURS))
