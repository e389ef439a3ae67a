"""The web UI's double in place of the web UI."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
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

EVERY_WEB_UI = pytest.mark.parametrize("host", ["a1111", "forge", "neo"], indirect=True)
"""Marks a test to run in the stand-ins of A1111, Forge and Forge Neo, one after another."""


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
    variant: str = "a1111"
    script: Any = None
    other_scripts: tuple[Any, ...] = ()
    errors: list[Exception] = field(default_factory=list)
    used: list[tuple[Any, tuple[object, ...]]] = field(default_factory=list)

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

    def give_unet(self) -> Any:
        """Load a checkpoint with a real U-Net of the original layout, and return the U-Net."""
        standin, model = self.module("standin"), self.module("standin_model")
        standin.with_unet = True
        self.module("shared").sd_model = model.real_model()
        return model.unet_of(self.module("shared").sd_model)

    def use(self, script: Any, *args: object) -> Any:
        """Add a script with arguments of its own to the jobs to come."""
        script.is_img2img = self.script.is_img2img
        self.used.append((script, args))
        return script

    def paint(self, painter: Callable[[Any, int, Any], Any]) -> None:
        """Decide what pictures show: ``painter(p, place in the batch, picture)``."""
        self.module("standin_job").load_model()
        self.module("shared").sd_model.paint = painter

    def run_script(self, name: str, job: Any, *args: Any, **named: Any) -> Any:
        """Run one of the host's own scripts, as ``modules/standin_scripts.py`` names them."""
        return getattr(self.module("standin_scripts"), name)(job, *args, **named)

    def job(self, *args: object, kind: str = "Txt2Img", **set_to: Any) -> Any:
        """A processing object with our arguments in place, on which nothing has run."""
        size = ARGUMENTS * (1 + len(self.other_scripts))
        flat = [0, *args, *[None] * (size - len(args))]
        flat += [value for _, given in self.used for value in given]
        for script in self.other_scripts:
            self._make_always_on(script)
        runner = self.module("scripts").ScriptRunner(
            self.script,
            *self.other_scripts,
            *(script for script, _ in self.used),
            arguments_each=[
                *[ARGUMENTS] * (1 + len(self.other_scripts)),
                *(len(given) for _, given in self.used),
            ],
        )
        self.errors = runner.errors
        defaults = {
            "sampler_name": "Euler",
            "steps": STEPS,
            "cfg_scale": GUIDANCE,
            "width": WIDTH,
            "height": HEIGHT,
            # As for the API, which asks for neither files nor grids unless told to.
            "do_not_save_samples": True,
            "do_not_save_grid": True,
        }
        processing = getattr(self.module("processing"), f"StableDiffusionProcessing{kind}")
        return processing(**{**defaults, **set_to}, scripts=runner, script_args=flat)

    def _make_always_on(self, script: Any) -> None:
        """Spare a test's small script a title and a say in where it shows."""
        scripts = self.module("scripts")
        if type(script).show is scripts.Script.show:
            script.show = lambda is_img2img: scripts.AlwaysVisible
        if type(script).title is scripts.Script.title:
            script.title = lambda: type(script).__name__

    def turns(self, begin: int, end: int, name: str = "golden") -> list[int]:
        """The seeds at some positions of the turning order, by the core alone."""
        table = read_table(self.folder / "seed_tables" / f"{name}{SUFFIX}")
        request = PickRequest(PickRule.GOLDEN, end - begin, position=begin, order=PickOrder.TURNING)
        return list(pick_seeds(table, request).seeds)

    def run(self, job: Any) -> Any:
        return self.module("processing").process_images(job)


@pytest.fixture
def host(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Host]:
    """The web UI just started, with one table called ``golden``; A1111 unless EVERY_WEB_UI."""
    variant = getattr(request, "param", "a1111")
    with _fresh_modules():
        monkeypatch.syspath_prepend(FAKES)
        if variant != "a1111":
            monkeypatch.syspath_prepend(FAKES.with_name("webui_forge"))
        standin = importlib.import_module("modules.standin")
        standin.variant = standin.VARIANTS[variant]
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
        started = Host(tmp_path, variant)
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
    return any(
        name == root or name.startswith(f"{root}.") for root in ("modules", "modules_forge", OURS)
    )


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
