from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch

from seedloupe.artifacts.readers import DdddOcrReader, ddddocr
from seedloupe.errors import ReaderError
from seedloupe.geometry import bounding_box

CELLS = 52**2 + 26**2 + 13**2


def cell(stride: int, column: int, row: int) -> int:
    """Which proposal the cell of a grid makes."""
    side = 416 // stride
    before = {8: 0, 16: 52**2, 32: 52**2 + 26**2}[stride]
    return before + row * side + column


@pytest.fixture
def proposals() -> np.ndarray:
    """What the network says of a picture with nothing in it: every score is 0."""
    return np.zeros((1, CELLS, 6), np.float32)


@pytest.fixture
def reader(
    proposals: np.ndarray,
    install: Callable[..., ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> DdddOcrReader:
    """A reader whose network says what ``proposals`` holds."""
    model = tmp_path / "common_det.onnx"
    model.write_bytes(b"")
    monkeypatch.setattr(ddddocr, "_model", lambda: model)

    def run(_: object, given: dict[str, np.ndarray]) -> list[np.ndarray]:
        (batch,) = given.values()
        assert (batch.shape, batch.dtype) == ((1, 3, 416, 416), np.float32)
        return [proposals]

    session = SimpleNamespace(get_inputs=lambda: [SimpleNamespace(name="images")], run=run)
    install("ddddocr")
    install(
        "onnxruntime",
        SessionOptions=SimpleNamespace,
        InferenceSession=lambda *_, **__: session,
    )
    return DdddOcrReader()


def propose(
    proposals: np.ndarray,
    stride: int,
    column: int,
    row: int,
    size: tuple[float, float],
    sure: float,
) -> None:
    """Let a cell propose a box of ``size`` around the cell's own corner."""
    at = cell(stride, column, row)
    proposals[0, at, 2:4] = np.log(np.array(size) / stride)
    proposals[0, at, 4:] = sure, 1.0


def test_a_cell_proposes_a_box_in_strides_around_its_corner(
    reader: DdddOcrReader, proposals: np.ndarray
) -> None:
    propose(proposals, 16, 5, 3, (40, 24), 0.75)
    (region,) = reader.read(torch.zeros(3, 200, 300))
    box = bounding_box(region.quad)
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((60, 36, 100, 60), abs=1e-3)
    assert (region.text, region.confidence, region.detection) == ("", 0.0, pytest.approx(0.75))


def test_large_pictures_are_shrunk_and_boxes_brought_back(
    reader: DdddOcrReader, proposals: np.ndarray
) -> None:
    propose(proposals, 32, 4, 2, (64, 64), 0.5)
    (region,) = reader.read(torch.zeros(3, 416, 832))
    box = bounding_box(region.quad)
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((192, 64, 320, 192), abs=1e-3)


def test_boxes_end_at_the_picture(reader: DdddOcrReader, proposals: np.ndarray) -> None:
    propose(proposals, 8, 0, 0, (50, 30), 0.5)
    (region,) = reader.read(torch.zeros(3, 100, 120))
    box = bounding_box(region.quad)
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((0, 0, 25, 15), abs=1e-3)


def test_of_two_boxes_on_one_another_the_surer_stays_and_faint_ones_go(
    reader: DdddOcrReader, proposals: np.ndarray
) -> None:
    propose(proposals, 8, 10, 10, (30, 30), 0.4)
    propose(proposals, 8, 11, 10, (30, 30), 0.6)
    propose(proposals, 8, 40, 40, (30, 30), 0.09)
    (region,) = reader.read(torch.zeros(3, 416, 416))
    assert region.detection == pytest.approx(0.6)


def test_characters_side_by_side_make_a_row_as_sure_as_they_are(
    reader: DdddOcrReader, proposals: np.ndarray
) -> None:
    for column, sure in ((10, 0.9), (13, 0.5), (16, 0.7)):
        propose(proposals, 8, column, 20, (22, 24), sure)
    propose(proposals, 8, 13, 30, (22, 24), 0.8)  # another line
    propose(proposals, 8, 19, 20, (22, 90), 0.8)  # much higher than they are
    propose(proposals, 8, 40, 20, (22, 24), 0.8)  # far away
    found = sorted(reader.read(torch.zeros(3, 416, 416)), key=lambda region: -region.length)
    assert len(found) == 4
    row = next(region for region in found if region.height == pytest.approx(24))
    box = bounding_box(row.quad)
    assert (box.x0, box.x1) == pytest.approx((69, 139), abs=1e-3)
    assert row.detection == pytest.approx(0.7)


def test_a_picture_with_nothing_in_it_has_no_regions(reader: DdddOcrReader) -> None:
    assert reader.read(torch.zeros(3, 17, 5)) == ()
    assert reader.reads is False


def test_without_the_package_or_its_model_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, install: Callable[..., ModuleType], tmp_path: Path
) -> None:
    monkeypatch.setattr(ddddocr, "missing_packages", lambda *names: names[:1])
    here = DdddOcrReader().available()
    assert (here.ok, here.reason) == (False, "ddddocr not installed (pip install ddddocr)")
    with pytest.raises(ReaderError, match="ddddocr cannot be used: ddddocr not installed"):
        DdddOcrReader().read(torch.zeros(3, 8, 8))
    monkeypatch.setattr(ddddocr, "missing_packages", lambda *_: ())
    monkeypatch.setattr(ddddocr, "_model", lambda: tmp_path / "absent.onnx")
    assert DdddOcrReader().available().reason.startswith("this ddddocr carries no detector")


def test_the_real_model_finds_big_characters() -> None:
    pytest.importorskip("onnxruntime")
    if not DdddOcrReader().available().ok:
        pytest.skip("ddddocr is optional and not installed (pip install ddddocr)")
    from seedloupe.testing import check_reader

    assert check_reader(DdddOcrReader()) == ()
