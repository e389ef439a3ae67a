"""EasyOCR: CRAFT and a CRNN on torch, with weights the user has fetched before."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from ...errors import ReaderError
from ...images import to_pil
from ..region import Availability, TextRegion
from .packages import missing_packages, package_version

#: The detector, and the reader of English.
_WEIGHTS = ("craft_mlt_25k.pth", "english_g2.pth")


class EasyOcrReader:
    """Reads English with EasyOCR on the CPU, and never downloads its weights.

    The engine is loaded at the first ``read`` and kept until ``unload``. One reader may be used
    from several threads; they take turns.

    Args:
        storage: the folder with ``craft_mlt_25k.pth`` and ``english_g2.pth``; where EasyOCR itself
            puts them if not given.
    """

    name = "easyocr"
    side_limit = 1024

    def __init__(self, storage: Path | None = None) -> None:
        self._storage = storage
        self._engine: Any = None
        self._turn = threading.Lock()

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
            return Availability(False, "easyocr not installed (pip install easyocr)")
        absent = [name for name in _WEIGHTS if not (self.storage / name).is_file()]
        if absent:
            return Availability(
                False,
                f"EasyOCR's weights {' and '.join(absent)} are not in {self.storage}; fetch them"
                " once from https://www.jaided.ai/easyocr/modelhub and put them there",
            )
        return Availability(True, f"EasyOCR {self.version}")

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        """Find the text in ``image``, ``(3, H, W)`` in ``[0, 1]``.

        Raises:
            ReaderError: EasyOCR is not installed, or its weights are missing.
        """
        # Red first: its documentation asks arrays to be BGR, but its detector was trained on RGB.
        pixels = np.asarray(to_pil(image))
        with self._turn:
            found = self._load().readtext(pixels)
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
            import easyocr

            self._engine = easyocr.Reader(
                ["en"],
                gpu=False,
                model_storage_directory=str(self.storage),
                # It creates this folder for own networks; one that exists already will do.
                user_network_directory=str(self.storage),
                download_enabled=False,
                verbose=False,
            )
        return self._engine
