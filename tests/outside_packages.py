"""Packages as a stranger would install them, with entry points, in a folder of the test's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

GROUP = "seedloupe.plugins"

#: A reader that finds one line of text, a picker that takes the last seeds, a renderer in grey.
SOUND = """
from dataclasses import replace

import numpy as np
import torch

from seedloupe.artifacts import Availability, TextRegion


class Loud:
    name = "loud"

    def available(self):
        return Availability(True, "always there")

    def read(self, image):
        quad = np.array([[40, 20], [80, 20], [80, 32], [40, 32]], np.float32)
        return (TextRegion(quad, "LOUD", 0.9),)


class Last:
    def pick(self, table, count):
        return tuple(table.seeds[::-1][:count])


class Grey:
    def render(self, feature):
        return torch.full((3, *feature.values.shape[-2:]), 0.5)


def register(plugins):
    return replace(
        plugins,
        readers=plugins.readers.add("loud", Loud()),
        pickers=plugins.pickers.add("last", Last()),
        renderers=plugins.renderers.add("grey", Grey()),
    )
"""


def install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, package: str, source: str, *, name: str = ""
) -> None:
    """Put a package of one module and its ``dist-info`` into ``folder``, and that on the path.

    Args:
        folder: a folder of the test's own.
        monkeypatch: takes all of it back.
        package: what pip would call it; its module is called so too, with underscores.
        source: the module, with a function ``register``.
        name: of the entry point; the package's if empty.
    """
    module = package.replace("-", "_")
    (folder / f"{module}.py").write_text(source, "utf-8")
    notes = folder / f"{module}-1.2.dist-info"
    notes.mkdir()
    (notes / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
    (notes / "entry_points.txt").write_text(f"[{GROUP}]\n{name or package} = {module}:register\n")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, module, raising=False)
