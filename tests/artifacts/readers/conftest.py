from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from seedloupe.images import from_pil


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a reader reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Install a stand-in for a package, for one test."""

    def add(name: str, **contents: object) -> ModuleType:
        module = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        module.__dict__.update(contents)
        monkeypatch.setitem(sys.modules, name, module)
        return module

    return add


@pytest.fixture(scope="session")
def textured() -> Callable[[int, int, int], Image.Image]:
    """Pictures as busy as photographs: noise on every scale, in colour."""

    def make(width: int, height: int, seed: int) -> Image.Image:
        rng = np.random.default_rng(seed)
        total = np.zeros((height, width, 3))
        for cell in (64, 32, 16, 8, 4, 2):
            shape = (3, height // cell + 2, width // cell + 2)
            grid = torch.from_numpy(rng.normal(size=shape))[None]
            fine = torch.nn.functional.interpolate(grid, (height, width), mode="bicubic")[0]
            total += fine.permute(1, 2, 0).numpy() * cell**0.6
        total = (total - total.mean()) / total.std()
        return Image.fromarray(np.uint8(np.clip(total * 35 + 110, 0, 255)))

    return make


@pytest.fixture(scope="session")
def write() -> Callable[..., Tensor]:
    """Write on a picture, turned to the left by some degrees."""

    def draw(
        picture: Image.Image,
        says: str,
        centre: tuple[int, int],
        *,
        size: int = 26,
        degrees: float = 0,
        ink: tuple[int, int, int] = (250, 250, 240),
    ) -> Tensor:
        font = ImageFont.load_default(size)
        left, top, right, bottom = (int(value) for value in font.getbbox(says))
        stamp = Image.new("L", (right - left + 8, bottom - top + 8))
        ImageDraw.Draw(stamp).text((4 - left, 4 - top), says, fill=255, font=font)
        stamp = stamp.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
        written = picture.copy()
        corner = (centre[0] - stamp.width // 2, centre[1] - stamp.height // 2)
        written.paste(ink, (*corner, corner[0] + stamp.width, corner[1] + stamp.height), stamp)
        return from_pil(written)

    return draw


@pytest.fixture(scope="session")
def rapidocr() -> Iterator[Any]:
    """The real RapidOCR, loaded once."""
    pytest.importorskip("rapidocr")
    pytest.importorskip("onnxruntime")
    from seedloupe.artifacts.readers import RapidOcrReader

    reader = RapidOcrReader()
    yield reader
    reader.unload()
