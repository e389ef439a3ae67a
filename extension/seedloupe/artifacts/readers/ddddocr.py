"""ddddocr: a small detector of single characters on ONNX Runtime, carried in ddddocr's wheel.

The network is a YOLOX (Ge and others, 2021): each cell of three grids proposes a box, as an offset
and the logarithm of a size in strides, with a score. It was trained on the characters of captchas,
which are bent, shaded and often no letters of ours.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ...errors import ReaderError
from ...images import to_pil
from ..region import Availability, TextRegion
from .packages import missing_packages, package_folder, package_version, surroundings_kept

Boxes = NDArray[np.float64]

_MODEL = "common_det.onnx"
#: Side of the square the network looks at, what pads it, and the strides of its grids.
_SIDE, _PAD, _STRIDES = 416, 114, (8, 16, 32)
#: Least score of a character, and the overlap (intersection over union) beyond which the surer of
#: two stands for both.
_LEAST, _SAME = 0.1, 0.45
#: Neighbours in a row: ratio of heights, share of the lower height they stand beside each other,
#: and widest gap over the mean height.
_HEIGHTS, _LEVEL, _GAP = 1.7, 0.5, 0.9


class DdddOcrReader:
    """Sees single characters with ddddocr's detector, joins them to rows, and cannot read.

    Every region's ``text`` is empty and its ``confidence`` 0; ``detection`` is the mean score of
    the characters in the row. ddddocr itself is never imported, only its model is used. The engine
    is loaded at the first ``read`` and kept until ``unload``. One reader may be used from several
    threads; they take turns.
    """

    name = "ddddocr"
    side_limit = _SIDE
    reads = False

    def __init__(self) -> None:
        self._engine: Any = None
        self._turn = threading.Lock()

    @property
    def version(self) -> str:
        """The version of ddddocr."""
        return package_version("ddddocr")

    def available(self) -> Availability:
        """Tell whether ddddocr's detector and ONNX Runtime are here."""
        absent = missing_packages("ddddocr", "onnxruntime")
        if absent:
            advice = "pip install ddddocr"
            return Availability(False, f"{' and '.join(absent)} not installed ({advice})")
        if not _model().is_file():
            return Availability(False, f"this ddddocr carries no detector ({_MODEL})")
        return Availability(True, f"ddddocr {self.version}, which sees characters and reads none")

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        """Find rows of characters in ``image``, ``(3, H, W)`` in ``[0, 1]``.

        Raises:
            ReaderError: ddddocr or ONNX Runtime is not installed.
        """
        picture = to_pil(image)
        scale = min(1.0, _SIDE / max(picture.size))
        with self._turn:
            engine = self._load()
            found = engine.run(None, {engine.get_inputs()[0].name: _batch(picture, scale)})[0][0]
        boxes, scores = _characters(np.asarray(found, np.float64))
        corner = np.array((*picture.size, *picture.size), np.float64)
        return tuple(
            TextRegion(_quad(np.clip(box / scale, 0, corner)), "", 0.0, float(np.clip(sure, 0, 1)))
            for box, sure in _rows(boxes, scores)
        )

    def unload(self) -> None:
        """Forget the engine and its memory; the next ``read`` loads it again."""
        with self._turn:
            self._engine = None

    def _load(self) -> Any:  # noqa: ANN401 - ONNX Runtime has no types
        if self._engine is None:
            here = self.available()
            if not here.ok:
                raise ReaderError(f"{self.name} cannot be used: {here.reason}")
            with surroundings_kept():
                import onnxruntime

                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = options.inter_op_num_threads = 1
                options.log_severity_level = 3
                self._engine = onnxruntime.InferenceSession(
                    str(_model()), options, providers=["CPUExecutionProvider"]
                )
        return self._engine


def _model() -> Path:
    return (package_folder("ddddocr") or Path()) / _MODEL


def _batch(picture: Image.Image, scale: float) -> NDArray[np.float32]:
    """The picture in the upper left of the square, ``(1, 3, 416, 416)``, blue first, to 255."""
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    square = Image.new("RGB", (_SIDE, _SIDE), (_PAD, _PAD, _PAD))
    square.paste(picture.resize(size, Image.Resampling.BILINEAR) if scale < 1 else picture)
    pixels = np.asarray(square, np.float32)[:, :, ::-1]
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def _characters(found: Boxes) -> tuple[Boxes, Boxes]:
    """Turn what the cells propose, ``(N, 6)``, into boxes ``(M, 4)`` and scores ``(M,)``."""
    cells, strides = _cells()
    centres = (found[:, :2] + cells) * strides
    sizes = np.exp(np.clip(found[:, 2:4], -10, 10)) * strides
    scores = found[:, 4] * found[:, 5:].max(axis=1)
    boxes = np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1)
    kept: list[int] = []
    for at in np.argsort(-scores, kind="stable"):
        if scores[at] < _LEAST:
            break
        if not kept or _overlaps(boxes[at], boxes[kept]).max() <= _SAME:
            kept.append(int(at))
    return boxes[kept], scores[kept]


def _cells() -> tuple[Boxes, Boxes]:
    """The cells of all grids, ``(N, 2)`` as x, y, and their strides ``(N, 1)``."""
    places, strides = [], []
    for stride in _STRIDES:
        y, x = np.mgrid[: _SIDE // stride, : _SIDE // stride]
        places.append(np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float64))
        strides.append(np.full((x.size, 1), float(stride)))
    return np.concatenate(places), np.concatenate(strides)


def _overlaps(box: Boxes, others: Boxes) -> Boxes:
    """Intersection over union of a box with each of ``(N, 4)`` others."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = (high - low).clip(0).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    return np.asarray(shared / np.maximum(areas - shared, 1e-9), np.float64)


def _rows(boxes: Boxes, scores: Boxes) -> list[tuple[Boxes, float]]:
    """Join characters that stand side by side; each row's box and the mean of its scores."""
    order = np.argsort(boxes[:, 0], kind="stable") if len(boxes) else ()
    rows: list[list[int]] = []
    for at in order:
        fit = [row for row in rows if _beside(boxes[row[-1]], boxes[at])]
        if fit:
            min(fit, key=lambda row: abs(boxes[row[-1], 2] - boxes[at, 0])).append(int(at))
        else:
            rows.append([int(at)])
    return [
        (
            np.concatenate([boxes[row, :2].min(axis=0), boxes[row, 2:].max(axis=0)]),
            float(scores[row].mean()),
        )
        for row in rows
    ]


def _beside(left: Boxes, right: Boxes) -> bool:
    heights = left[3] - left[1], right[3] - right[1]
    level = min(left[3], right[3]) - max(left[1], right[1])
    gap = right[0] - left[2]
    return bool(
        max(heights) <= _HEIGHTS * min(heights)
        and level >= _LEVEL * min(heights)
        and gap <= _GAP * sum(heights) / 2
        and right[0] > left[0]
    )


def _quad(box: Boxes) -> NDArray[np.float32]:
    x0, y0, x1, y1 = box
    return np.array(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), np.float32)
