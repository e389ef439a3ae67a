"""Running the command line inside the test."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seedloupe.hosts.standalone.cli.main import main
from seedloupe.hosts.standalone.engine import models
from seedloupe.hosts.standalone.engine.models import Model


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one document on stdout."""
        return json.loads(self.out)


Cli = Callable[..., Ended]


def size_of(path: Path) -> tuple[int, int]:
    """Width and height of a picture file, which is closed again."""
    with Image.open(path) as picture:
        return picture.size


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run ``seedloupe`` with words; paths and numbers become words."""

    def run(*words: object) -> Ended:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Ended(code, *capsys.readouterr())

    return run


@pytest.fixture
def model(tiny: Model, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny model's folder; opening it costs nothing."""

    def open_cached(name: str, **settings: object) -> Model:
        return tiny if name == str(tiny_folder) else original(name, **settings)  # type: ignore[arg-type]

    original = models.open_model
    monkeypatch.setattr(models, "open_model", open_cached)
    return tiny_folder
