"""Rows, pictures and pages for the tests of batches."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from seedloupe.artifacts import Availability, TextRegion, Verdict
from seedloupe.artifacts.batch import Mark, Row

SIZE = (96, 64)
PARAMETERS = (
    "a clear sky\nover a hill\nNegative prompt: a letter\n"
    "Steps: 20, Sampler: Euler a, Seed: 7, Size: 96x64, Model hash: 0badc0de, "
    "Model: dream, RNG: CPU"
)
FLAGGED = Row(
    "out/a.png",
    Verdict.FLAGGED,
    'Text in the repainted part: "CLEAR".',
    text_in_mask=0.25,
    new_text=0.125,
    echo=("clear",),
    marks=(
        Mark((8, 8, 48, 8, 48, 24, 8, 24), "CLEAR", "repeats the prompt (clear)", True),
        Mark((8, 40, 48, 40, 48, 56, 8, 56), "OLD", "the source picture shows it already", False),
    ),
    reader="stub 1",
    size=SIZE,
    seed="18446744073709551615",
    alone=True,
    noise="cpu",
    drawn=SIZE,
    prompt="a clear sky",
    model="dream",
    task="txt2img",
    fingerprint="--1:2",
)


def row(**changes: Any) -> Row:
    """A flagged row, changed."""
    return replace(FLAGGED, **changes)


def clean(file: str, **changes: Any) -> Row:
    """A clean row."""
    parts = {"echo": (), "marks": (), "text_in_mask": 0.0, "new_text": 0.0, **changes}
    return row(file=file, verdict=Verdict.CLEAN, message="No text.", **parts)


def save(path: Path, **texts: str) -> Path:
    """Write a picture with texts in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    chunks = PngInfo()
    for name, text in texts.items():
        chunks.add_itxt(name, text)
    Image.new("RGB", SIZE, (90, 120, 150)).save(path, pnginfo=chunks)
    return path


def save_mask(path: Path, box: tuple[int, int, int, int], size: tuple[int, int] = SIZE) -> Path:
    """Write a mask that is white inside a box."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mask = Image.new("L", size)
    mask.paste(255, box)
    mask.save(path)
    return path


class Word:
    """A reader that sees a word at the same place of every picture."""

    name = "word"
    version = "1"
    box = (8, 8, 48, 24)

    def __init__(self, text: str = "CLEAR") -> None:
        self.text = text
        self.asked = 0

    def available(self) -> Availability:
        return Availability(True, "always here")

    def read(self, image: object) -> tuple[TextRegion, ...]:
        self.asked += 1
        x0, y0, x1, y1 = self.box
        quad = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
        return (TextRegion(quad, self.text, 0.97, 0.9),)


class Page(HTMLParser):
    """Elements, visible texts and scripts of a page, as a browser finds them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: dict[str, str] = {}
        self._script: str | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._script = dict(attrs).get("id") or tag

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._script = None

    def handle_data(self, text: str) -> None:
        if self._script is None:
            self.texts.append(text)
        else:
            self.scripts[self._script] = self.scripts.get(self._script, "") + text
