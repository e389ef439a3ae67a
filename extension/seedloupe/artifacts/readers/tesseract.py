"""Tesseract: made for scanned pages; on pictures it misses most text but is quick."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
from torch import Tensor

from ...errors import ReaderError
from ...images import to_pil
from ..region import Availability, TextRegion

#: Seconds after which a picture is given up.
_TIMEOUT = 60
#: What the table calls a row about a word, and the columns of its box.
_WORD, _BOX = "5", ("left", "top", "width", "height")


class TesseractReader:
    """Reads English with the ``tesseract`` program, one line a region.

    The program is run for each picture; nothing stays in memory.

    Args:
        program: its name on the search path, or its full path.
    """

    name = "tesseract"

    def __init__(self, program: str = "tesseract") -> None:
        self._program = program

    def available(self) -> Availability:
        """Tell whether the program is here."""
        path = shutil.which(self._program)
        if path is None:
            advice = "install Tesseract, on Debian: apt-get install tesseract-ocr"
            return Availability(False, f"the program {self._program!r} is not installed ({advice})")
        return Availability(True, path)

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        """Find the text in ``image``, ``(3, H, W)`` in ``[0, 1]``.

        Raises:
            ReaderError: the program is not installed, failed, or took longer than a minute.
        """
        here = self.available()
        if not here.ok:
            raise ReaderError(f"{self.name} cannot be used: {here.reason}")
        table = self._run(here.reason, _png(image))
        rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
        words = [row for row in rows if row["level"] == _WORD and row["text"].strip()]
        return tuple(_line(list(line)) for _, line in groupby(words, key=_place))

    def _run(self, path: str, png: bytes) -> str:
        # Several threads make Tesseract slower, and only its own environment can say so.
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        command = [path, "stdin", "stdout", "-l", "eng", "--psm", "3", "tsv"]
        try:
            done = subprocess.run(
                command,
                input=png,
                capture_output=True,
                env=environment,
                timeout=_TIMEOUT,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip() or f"status {error.returncode}"
            raise ReaderError(f"{self.name} failed: {' '.join(said.split())}") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ReaderError(f"{self.name} failed: {error}") from error
        return done.stdout.decode("utf-8", errors="replace")


def _png(image: Tensor) -> bytes:
    buffer = io.BytesIO()
    to_pil(image).save(buffer, "PNG")
    return buffer.getvalue()


def _place(word: Mapping[str, str]) -> tuple[str, str, str]:
    """Which line of which paragraph of which block a word stands in."""
    return word["block_num"], word["par_num"], word["line_num"]


def _line(words: Sequence[Mapping[str, str]]) -> TextRegion:
    """Join the words of a line; it is as sure as they are, each by its length."""
    boxes = np.array([[float(word[key]) for key in _BOX] for word in words])
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    lengths = [len(word["text"]) for word in words]
    sure = float(np.average([float(word["conf"]) for word in words], weights=lengths)) / 100
    quad = np.array(((left, top), (right, top), (right, bottom), (left, bottom)), np.float32)
    return TextRegion(quad, " ".join(word["text"] for word in words), min(max(sure, 0.0), 1.0))
