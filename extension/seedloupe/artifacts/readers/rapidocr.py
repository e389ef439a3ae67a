"""RapidOCR: the PP-OCR models on ONNX Runtime, carried in RapidOCR's wheel."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ...errors import ReaderError
from ...geometry import Extent
from ...images import to_pil
from ..region import Availability, TextRegion
from .closer_look import LEAST_SCORE, SIDE, FoundBox, brought_back, enlarged, with_likeness
from .packages import missing_packages, package_folder, package_version, surroundings_kept

#: Longest side the detector works on. On drawn text and photographs 512 found as much as
#: RapidOCR's own setting, with fewer false alarms, in half the time.
_DETECTION_SIDE = 512
#: Least score of a region. Lower than RapidOCR's own, since what counts is decided later; chosen on
#: the tuning half of the drawn pictures.
_BOX_SCORE = 0.3
#: What the second look is taken with: all of the enlarged picture, and fainter boxes.
_CLOSER = {"Det.limit_side_len": SIDE + 32, "Det.box_thresh": LEAST_SCORE}
_MODELS = {"Det": "*det*.onnx", "Cls": "*cls*.onnx", "Rec": "*rec*.onnx"}


class RapidOcrReader:
    """Reads with RapidOCR on the CPU, one thread, without ever downloading a model.

    It reports all it sees, letter shapes it cannot read included; what counts as text is decided
    by :class:`~seedloupe.artifacts.Thresholds`. A second, closer look is for rows of letters that
    are none: it adds regions that have a ``likeness`` and nothing else. The engine is loaded at the
    first ``read`` and kept until ``unload``. One reader may be used from several threads; they take
    turns.
    """

    name = "rapidocr"
    side_limit = 1024

    def __init__(self) -> None:
        self._engine: Any = None
        self._closer: Any = None
        self._turn = threading.Lock()

    @property
    def version(self) -> str:
        """RapidOCR's version."""
        return package_version("rapidocr")

    def available(self) -> Availability:
        """Tell whether RapidOCR, ONNX Runtime and the models are here."""
        absent = missing_packages("rapidocr", "onnxruntime")
        if absent:
            advice = "pip install rapidocr onnxruntime"
            return Availability(False, f"{' and '.join(absent)} not installed ({advice})")
        if len(_models()) < len(_MODELS):
            return Availability(
                False, "this RapidOCR carries no models (pip install 'rapidocr>=3.10')"
            )
        return Availability(True, f"RapidOCR {self.version}")

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        """Find the text in ``image``, ``(3, H, W)`` in ``[0, 1]``.

        Raises:
            ReaderError: RapidOCR is not installed, or without its models.
        """
        picture = to_pil(image)
        with self._turn:
            usual, closer = self._looks(picture)
            seen = tuple(self._recognise(picture, box.quad, box.score) for box in usual)
        return with_likeness(picture, seen, closer)

    def looks(self, picture: Image.Image) -> tuple[tuple[FoundBox, ...], tuple[FoundBox, ...]]:
        """Return what the detector sees in an RGB picture, and what in it enlarged.

        Raises:
            ReaderError: RapidOCR is not installed, or without its models.
        """
        with self._turn:
            return self._looks(picture)

    def unload(self) -> None:
        """Forget the engines and their memory; the next ``read`` loads them again."""
        with self._turn:
            self._engine = self._closer = None

    def _looks(self, picture: Image.Image) -> tuple[tuple[FoundBox, ...], tuple[FoundBox, ...]]:
        usual, extent = _detect(self._load(), picture), Extent(*picture.size)
        closer = tuple(
            FoundBox(brought_back(box.quad, extent), box.score)
            for box in _detect(self._closer, enlarged(picture))
        )
        return usual, closer

    def _recognise(
        self, picture: Image.Image, quad: NDArray[np.float32], detection: float
    ) -> TextRegion:
        line = _bgr(_straighten(picture, quad))
        found = self._load()(line, use_det=False, use_cls=True, use_rec=True)
        texts, scores = getattr(found, "txts", None), getattr(found, "scores", None)
        text, score = (texts[0], float(scores[0])) if texts and scores else ("", 0.0)
        return TextRegion(quad, text.strip(), score if text.strip() else 0.0, detection)

    def _load(self) -> Any:  # noqa: ANN401 - RapidOCR has no types
        if self._engine is None:
            here = self.available()
            if not here.ok:
                raise ReaderError(f"{self.name} cannot be used: {here.reason}")
            with surroundings_kept():
                from rapidocr import RapidOCR

                # Of the second engine only the detector is ever loaded.
                self._closer = RapidOCR(params={**_settings(), **_CLOSER})
                self._engine = RapidOCR(params=_settings())
        return self._engine


def _detect(engine: Any, picture: Image.Image) -> tuple[FoundBox, ...]:  # noqa: ANN401
    """Return what an engine's detector sees in a picture."""
    # The engine keeps these switches from call to call, so all of them are set each time.
    found = engine(_bgr(picture), use_det=True, use_cls=False, use_rec=False)
    if found.boxes is None:
        return ()
    return tuple(
        FoundBox(np.asarray(quad, np.float32), min(1.0, float(score)))
        for quad, score in zip(found.boxes, found.scores, strict=True)
    )


def _settings() -> dict[str, object]:
    """RapidOCR's settings; with the models given by path it has nothing to download."""
    return {
        "Global.log_level": "error",
        "Global.text_score": 0.0,
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Det.limit_type": "max",
        "Det.limit_side_len": _DETECTION_SIDE,
        "Det.box_thresh": _BOX_SCORE,
        **{f"{stage}.model_path": path for stage, path in _models().items()},
    }


def _models() -> dict[str, str]:
    """The models in the wheel, by the stage that uses them."""
    folder = package_folder("rapidocr")
    if folder is None:
        return {}
    found = {stage: sorted((folder / "models").glob(pattern)) for stage, pattern in _MODELS.items()}
    return {stage: str(paths[0]) for stage, paths in found.items() if paths}


def _bgr(picture: Image.Image) -> NDArray[np.uint8]:
    """The channel order OpenCV, and so RapidOCR, expects."""
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def _straighten(picture: Image.Image, quad: NDArray[np.float32]) -> Image.Image:
    """Cut a line out of the picture and lay it flat; upright lines are laid on their side."""
    corners = quad.astype(np.float64)
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = max(1, round(max(sides[0], sides[2]))), max(1, round(max(sides[1], sides[3])))
    # Pillow takes the corners as upper left, lower left, lower right, upper right.
    source = tuple(float(value) for value in corners[[0, 3, 2, 1]].ravel())
    line = picture.transform(
        (width, height), Image.Transform.QUAD, source, Image.Resampling.BICUBIC
    )
    return line.transpose(Image.Transpose.ROTATE_90) if height >= 1.5 * width else line
