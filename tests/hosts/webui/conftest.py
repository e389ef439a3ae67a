"""The web UI's double in place of the web UI."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from seedloupe.hosts.webui.seeds.controls import PanelSettings
from seedloupe.noise import NoiseSource
from seedloupe.picking import PickOrder, PickRequest, PickRule, pick_seeds
from seedloupe.tables import (
    SUFFIX,
    ModelSpec,
    NoiseSpec,
    SamplingSpec,
    SeedTable,
    Task,
    read_table,
    write_table,
)

from ...seed_tables import make_table

FAKES = Path(__file__).parents[1] / "fakes" / "webui"
DOUBLE = FAKES.with_name("webui_gradio")
WEB_UIS = ("3.", "4.")
OURS = "seedloupe.hosts.webui"

SHAPE = (4, 6, 8)
WIDTH, HEIGHT = 64, 48
STEPS, GUIDANCE = 12, 5.0
ARGUMENTS = len(fields(PanelSettings))
SHA256 = "ab" * 32

SEEDS = tuple(range(300, 332))
QUALITY = tuple(place * 7 % 32 + 1 for place in range(32))
BEST_FIRST = tuple(seed for _, seed in sorted(zip(QUALITY, SEEDS, strict=True), reverse=True))
"""By both metrics; the better quarter, eight seeds, take turns."""


def golden_table() -> SeedTable:
    """A table for exactly the jobs :meth:`Host.job` makes."""
    quality = np.asarray(QUALITY)
    table = make_table({"alignment": quality, "beauty": quality**2}, seeds=SEEDS)
    return replace(
        table,
        spec=replace(
            table.spec,
            noise=NoiseSpec.drawn(NoiseSource(), SHAPE, SEEDS[0]),
            model=ModelSpec("sd1", "stand-in", SHA256, 4, "epsilon"),
            sampling=SamplingSpec(
                Task.TXT2IMG, "euler", "uniform", STEPS, GUIDANCE, size=(WIDTH, HEIGHT)
            ),
        ),
    )


@dataclass
class Host:
    """One start of the web UI, with our script in its txt2img tab."""

    folder: Path
    script: Any = None
    other_scripts: tuple[Any, ...] = ()
    errors: list[Exception] = field(default_factory=list)

    def module(self, name: str) -> ModuleType:
        return importlib.import_module(f"modules.{name}")

    def ours(self, name: str) -> ModuleType:
        return importlib.import_module(f"{OURS}.{name}")

    @property
    def opts(self) -> Any:
        return self.module("shared").opts

    def add_table(self, name: str, table: SeedTable) -> Path:
        path = self.folder / "seed_tables" / f"{name}{SUFFIX}"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(table, path)
        return path

    def job(self, *args: object, kind: str = "Txt2Img", **set_to: Any) -> Any:
        """A processing object with our arguments in place, on which nothing has run."""
        runner = self.module("scripts").ScriptRunner(
            self.script, *self.other_scripts, arguments_each=ARGUMENTS
        )
        self.errors = runner.errors
        defaults = {
            "sampler_name": "Euler",
            "steps": STEPS,
            "cfg_scale": GUIDANCE,
            "width": WIDTH,
            "height": HEIGHT,
        }
        processing = getattr(self.module("processing"), f"StableDiffusionProcessing{kind}")
        none = [None] * (ARGUMENTS * (1 + len(self.other_scripts)) - len(args))
        return processing(**{**defaults, **set_to}, scripts=runner, script_args=[0, *args, *none])

    def turns(self, begin: int, end: int, name: str = "golden") -> list[int]:
        """The seeds at some positions of the turning order, by the core alone."""
        table = read_table(self.folder / "seed_tables" / f"{name}{SUFFIX}")
        request = PickRequest(PickRule.GOLDEN, end - begin, position=begin, order=PickOrder.TURNING)
        return list(pick_seeds(table, request).seeds)

    def run(self, job: Any) -> Any:
        return self.module("processing").process_images(job)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Host]:
    """The web UI just started, with one table called ``golden``."""
    with _fresh_modules():
        monkeypatch.syspath_prepend(FAKES)
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
        started = Host(tmp_path)
        monkeypatch.setattr(started.module("paths"), "models_path", str(tmp_path))
        catalogue = importlib.import_module("seedloupe.tables.catalogue")
        monkeypatch.setattr(catalogue, "bundled_folder", lambda: tmp_path / "bundled")
        started.script = started.ours("script").SeedloupeScript()
        started.add_table("golden", golden_table())
        yield started


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
    return any(name == root or name.startswith(f"{root}.") for root in ("modules", OURS))


@pytest.fixture
def gradio(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The web UI's gradio, and only in this test: newer ones are none of its business."""
    if not _installed().startswith(WEB_UIS):
        kept = {name: module for name, module in sys.modules.items() if _is_gradio(name)}
        for name in kept:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.syspath_prepend(DOUBLE)
    yield importlib.import_module("gradio")
    if not _installed().startswith(WEB_UIS):
        sys.modules.pop("gradio")


def _installed() -> str:
    try:
        return version("gradio")
    except PackageNotFoundError:
        return ""


def _is_gradio(name: str) -> bool:
    return name.partition(".")[0] == "gradio"
