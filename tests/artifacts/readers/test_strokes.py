from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from seedloupe.artifacts import Availability
from seedloupe.artifacts.readers import StrokeReader
from seedloupe.artifacts.readers.letters import Letters, join
from seedloupe.errors import ReaderError
from seedloupe.geometry import bounding_box

pytest.importorskip("cv2")


@pytest.mark.parametrize("ink", [(250, 250, 240), (10, 15, 20)])
@pytest.mark.parametrize("degrees", [0, 20, 90])
def test_a_word_is_found_where_it_is_however_it_lies(
    degrees: float, ink: tuple[int, int, int], write: Callable[..., Tensor]
) -> None:
    image = write(
        Image.new("RGB", (200, 224), (120, 130, 110)),
        "HARBOUR",
        (100, 112),
        ink=ink,
        degrees=degrees,
        size=30,
    )
    regions = StrokeReader().read(image)
    assert len(regions) == 1
    box = bounding_box(regions[0].quad)
    assert (box.x0 + box.x1) / 2 == pytest.approx(100, abs=6)
    assert (box.y0 + box.y1) / 2 == pytest.approx(112, abs=6)
    assert 15 < regions[0].height < 45


def test_it_never_claims_to_have_read(
    write: Callable[..., Tensor], textured: Callable[..., Image.Image]
) -> None:
    reader = StrokeReader()
    regions = reader.read(write(textured(256, 192, 3), "CLEAR BACKGROUND", (128, 100), size=22))
    assert regions
    for region in regions:
        assert (region.text, region.confidence) == ("", 0.0)
        assert region.detection is not None
        assert 0 <= region.detection <= 1
    assert reader.reads is False
    assert "cannot read" in reader.available().reason
    assert "letter shapes only" in reader.version


@pytest.mark.parametrize("seed", range(4))
def test_texture_without_text_is_no_line(
    seed: int, textured: Callable[..., Image.Image], write: Callable[..., Tensor]
) -> None:
    assert StrokeReader().read(write(textured(256, 192, seed), "", (128, 96))) == ()


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (5, 300), (7, 7), (300, 9)])
def test_pictures_of_any_size_are_taken(size: tuple[int, int]) -> None:
    image = torch.rand(3, *size, generator=torch.Generator().manual_seed(0))
    assert isinstance(StrokeReader().read(image), tuple)


def test_one_reader_serves_threads_at_once(write: Callable[..., Tensor]) -> None:
    images = [write(Image.new("RGB", (180, 90)), word, (90, 45)) for word in ("HARBOUR", "lantern")]
    reader = StrokeReader()
    alone = [[one.to_json() for one in reader.read(image)] for image in images]
    assert all(alone)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(reader.read, images * 4))
    assert [[one.to_json() for one in regions] for regions in found] == alone * 4


def test_without_opencv_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import seedloupe.artifacts.readers.packages as packages

    monkeypatch.setattr(packages, "find_spec", lambda _: None)
    found = StrokeReader().available()
    assert found == Availability(False, "OpenCV not installed (pip install opencv-python-headless)")
    with pytest.raises(ReaderError, match="strokes cannot be used: OpenCV not installed"):
        StrokeReader().read(torch.zeros(3, 20, 40))


def row(count: int, **changes: np.ndarray) -> Letters:
    """Shapes as the letters of a word: 20 high, 12 to 15 wide, 16 apart, strokes of 3."""
    index = np.arange(count)
    width = 12.0 + index % 4
    shapes = {
        "box": np.stack((index * 16.0, np.full(count, 40.0), width, np.full(count, 20.0)), axis=1),
        "stroke": np.full(count, 3.0),
        "uneven": np.full(count, 0.22),
        "sharp": np.full(count, 95.0),
        "tone": np.full(count, 30.0),
        "fill": 0.35 + 0.1 * (index % 3),
    }
    return Letters(**{**shapes, **changes})


def test_a_row_of_letters_is_one_line_around_all_of_them() -> None:
    (line,) = join(row(8))
    assert line.points.min(axis=0).tolist() == [0, 40]
    assert line.points.max(axis=0).tolist() == [7 * 16 + 15, 60]
    assert line.likeness > 0.8


def test_two_shapes_are_no_line() -> None:
    assert list(join(row(2))) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"stroke": 3.0 * 2.0 ** np.arange(8)},
        {"tone": 50.0 * np.arange(8)},
        {
            "box": np.stack(
                (np.arange(8) * 60.0, np.full(8, 40.0), np.full(8, 13.0), np.full(8, 20.0)), 1
            )
        },
        {"sharp": np.full(8, 26.0), "uneven": np.full(8, 0.0), "fill": np.full(8, 0.8)},
    ],
    ids=["strokes unlike", "tones unlike", "far apart", "blurred bars"],
)
def test_shapes_that_differ_or_lie_apart_are_no_line(changes: dict[str, np.ndarray]) -> None:
    assert list(join(row(8, **changes))) == []


def test_a_shape_off_the_line_is_left_out() -> None:
    letters = row(9)
    letters.box[8] = (4 * 16.0, 62.0, 13.0, 20.0)
    (line,) = join(letters)
    assert line.points[:, 1].max() == 60
