"""EasyOCR: CRAFT and a CRNN on torch, with weights the user has fetched before."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...errors import ReaderError
from ...images import to_pil
from ..region import Availability, TextRegion
from .packages import missing_packages, package_version, surroundings_kept
from .weights import DETECTOR, WEIGHTS, WeightFile, checksum

#: What the strongest spot of a box must reach in CRAFT's map of letters; EasyOCR's own setting.
_LETTERS = 0.7


class EasyOcrReader:
    """Reads English with EasyOCR on the CPU, and never downloads its weights.

    The engine is loaded at the first ``read`` and kept until ``unload``. One reader may be used
    from several threads; they take turns. The weights' checksums are compared before they are
    loaded: EasyOCR does so too, and then unpickles them. Torch's random state is put back after
    each read; where other threads draw from it meanwhile, let this reader live apart.

    Args:
        storage: the folder with ``craft_mlt_25k.pth`` and ``english_g2.pth``; where EasyOCR itself
            puts them if not given.
        detect_only: find lines without reading them, so that text nobody can read counts as well.
            The reader is then called ``easyocr-detect`` and needs ``craft_mlt_25k.pth`` alone.
            EasyOCR tells no score of a box, only that its strongest spot reached 0.7 in the map of
            letters: ``detection`` of every region is that least value.
        weights: the files and their checksums; those EasyOCR publishes if not given.
    """

    side_limit = 1024

    def __init__(
        self,
        storage: str | Path | None = None,
        *,
        detect_only: bool = False,
        weights: Sequence[WeightFile] = WEIGHTS,
    ) -> None:
        self._storage = None if storage is None else Path(storage)
        self._detect_only = detect_only
        self._weights = [one for one in weights if not detect_only or one.file == DETECTOR.file]
        self._engine: Any = None
        self._turn = threading.Lock()

    @property
    def name(self) -> str:
        """``easyocr``, or ``easyocr-detect`` where it does not read."""
        return "easyocr-detect" if self._detect_only else "easyocr"

    @property
    def reads(self) -> bool:
        """Whether it tells what the text says."""
        return not self._detect_only

    @property
    def version(self) -> str:
        """EasyOCR's version."""
        return package_version("easyocr")

    @property
    def storage(self) -> Path:
        """The folder the weights are looked for in."""
        return self._storage or Path.home() / ".EasyOCR" / "model"

    def available(self) -> Availability:
        """Tell whether EasyOCR and its weights are here."""
        if missing_packages("easyocr"):
            return Availability(False, "easyocr not installed (pip install 'seedloupe[easyocr]')")
        absent = [one.file for one in self._weights if not (self.storage / one.file).is_file()]
        if absent:
            return Availability(
                False,
                f"EasyOCR's weights {' and '.join(absent)} are not in {self.storage}; fetch them"
                " once with: seedloupe readers fetch easyocr",
            )
        without = ", which finds lines and reads none" if self._detect_only else ""
        return Availability(True, f"EasyOCR {self.version}{without}")

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        """Find the text in ``image``, ``(3, H, W)`` in ``[0, 1]``; of larger ones less is seen.

        Raises:
            ReaderError: EasyOCR is not installed, or its weights are missing or damaged.
        """
        # Red first: its documentation asks arrays to be BGR, but its detector was trained on RGB.
        pixels = np.asarray(to_pil(image))
        # It draws random numbers to load its networks, and one for every picture it reads.
        with self._turn, torch.random.fork_rng(devices=[]):
            engine = self._load()
            if self._detect_only:
                level, turned = engine.detect(pixels, canvas_size=self.side_limit)
                corner = pixels.shape[1::-1]
                return tuple(_unread(quad.clip(0, corner)) for quad in _quads(level[0], turned[0]))
            found = engine.readtext(pixels, canvas_size=self.side_limit)
        return tuple(
            TextRegion(np.asarray(quad, np.float32), text.strip(), min(1.0, float(score)))
            for quad, text, score in found
        )

    def unload(self) -> None:
        """Forget the engine and its memory; the next ``read`` loads it again."""
        with self._turn:
            self._engine = None

    def _load(self) -> Any:  # noqa: ANN401 - EasyOCR has no types
        if self._engine is None:
            here = self.available()
            if not here.ok:
                raise ReaderError(f"{self.name} cannot be used: {here.reason}")
            self._require_sound()
            with surroundings_kept():
                import easyocr

                self._engine = easyocr.Reader(
                    ["en"],
                    gpu=False,
                    model_storage_directory=str(self.storage),
                    # It creates this folder for own networks; one that exists already will do.
                    user_network_directory=str(self.storage),
                    download_enabled=False,
                    recognizer=not self._detect_only,
                    verbose=False,
                )
        return self._engine

    def _require_sound(self) -> None:
        """Say that a file is damaged in words that help; EasyOCR would say "downloads disabled"."""
        for one in self._weights:
            path = self.storage / one.file
            found = checksum(path)
            if found != one.md5:
                raise ReaderError(
                    f"{self.name} cannot be used: {path} is damaged or of another version (expected"
                    f" MD5 {one.md5}, got {found}); get it anew with: seedloupe readers fetch"
                    " easyocr"
                )


def _quads(level: Sequence[Any], turned: Sequence[Any]) -> Iterator[NDArray[np.float32]]:
    """The corners of level boxes, which come as ``x0, x1, y0, y1``, and of turned ones."""
    for x0, x1, y0, y1 in level:
        yield np.array(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), np.float32)
    for corners in turned:
        yield np.asarray(corners, np.float32)


def _unread(quad: NDArray[np.float32]) -> TextRegion:
    return TextRegion(quad, "", 0.0, _LETTERS)
