from __future__ import annotations

import json
import math

import numpy as np
import pytest
from PIL import Image, ImageDraw

from seedloupe.artifacts import TextRegion
from seedloupe.artifacts.readers import closer_look, row_likeness
from seedloupe.artifacts.readers.closer_look import (
    FoundBox,
    box_traits,
    brought_back,
    enlarged,
    look_size,
    with_likeness,
)
from seedloupe.artifacts.readers.row_likeness import likeness
from seedloupe.artifacts.readers.row_traits import Traits, luminance, measure_box
from seedloupe.geometry import Extent


def quad(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)


def bars(pitch: int, thick: int, *, height: int = 24, count: int = 8) -> Image.Image:
    """Black bars on white in the middle third of a picture three times as high as they are."""
    picture = Image.new("RGB", (count * pitch, 3 * height), "white")
    draw = ImageDraw.Draw(picture)
    for at in range(count):
        left = at * pitch + (pitch - thick) // 2
        draw.rectangle([left, height, left + thick - 1, 2 * height - 1], "black")
    return picture


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((192, 160), (384, 320)),  # twice at most
        ((358, 200), (640, 352)),
        ((1024, 512), (640, 320)),
        ((3, 700), (32, 640)),
    ],
)
def test_the_second_look_is_twice_as_large_or_640(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert look_size(Extent(*size)) == expected
    assert enlarged(Image.new("RGB", size)).size == expected


def test_a_box_seen_closer_is_brought_back() -> None:
    extent = Extent(192, 150)
    shown = look_size(extent)
    whole = quad(0, 0, shown.width, shown.height)
    np.testing.assert_allclose(brought_back(whole, extent), quad(0, 0, 192, 150), atol=1e-4)


def test_even_bars_measure_as_they_were_drawn() -> None:
    picture = bars(24, 6)
    gray = luminance(np.asarray(picture))
    traits = measure_box(gray, quad(0, 24, 192, 48), usual=0.4, closer=0.6)
    assert (traits.usual, traits.closer) == (0.4, 0.6)
    assert traits.aspect == pytest.approx(math.log(8))
    assert traits.height == pytest.approx(math.log(24 / 16))
    assert traits.uneven == pytest.approx(0, abs=1e-9)
    assert traits.strokes == pytest.approx(math.log(2 + 0.5), abs=0.05)  # in and out, a height
    assert traits.contrast == pytest.approx(math.log(255 * math.sqrt(3 / 16) / 20), abs=0.02)
    assert traits.noisy < -2  # above and below it is white
    assert traits.repeats == pytest.approx(1, abs=1e-6)
    assert traits.stacked == pytest.approx(0, abs=1e-6)


def test_strokes_of_many_widths_are_uneven_and_a_texture_goes_on_in_the_margin() -> None:
    rng = np.random.default_rng(0)
    noise = rng.uniform(0, 255, (72, 192))
    even = measure_box(luminance(np.asarray(bars(24, 6))), quad(0, 24, 192, 48), usual=0, closer=0)
    busy = measure_box(noise, quad(0, 24, 192, 48), usual=0, closer=0)
    assert busy.uneven > even.uneven + 0.3
    assert busy.noisy == pytest.approx(0, abs=0.2)
    assert busy.repeats < 0.5


def test_windows_are_stacked_and_different_strokes_above_are_not() -> None:
    rng = np.random.default_rng(3)
    row = np.full((24, 200), 255.0)
    for left, right in np.sort(rng.choice(np.arange(1, 100), 16, replace=False) * 2).reshape(8, 2):
        row[4:20, left:right] = 0
    grid, text = np.tile(row, (5, 1)), np.concatenate([row[:, ::-1], row, row[:, ::-1]])
    windows = measure_box(grid, quad(0, 48, 200, 72), usual=0, closer=0)
    letters = measure_box(text, quad(0, 24, 200, 48), usual=0, closer=0)
    assert windows.stacked == pytest.approx(1, abs=1e-6)
    assert letters.stacked < 0.6
    assert letters.repeats < 0.8
    lowest = measure_box(grid, quad(0, 96, 200, 120), usual=0, closer=0)
    assert lowest.stacked == 0  # nothing below it


def test_a_box_on_its_side_is_laid_flat() -> None:
    picture = bars(24, 6)
    upright = picture.transpose(Image.Transpose.ROTATE_270)
    lying = measure_box(luminance(np.asarray(picture)), quad(0, 24, 192, 48), usual=0, closer=0)
    turned = measure_box(luminance(np.asarray(upright)), quad(24, 0, 48, 192), usual=0, closer=0)
    np.testing.assert_allclose(turned.values(), lying.values(), atol=1e-6)


@pytest.mark.parametrize("corners", [quad(-20, -9, 30, 11), quad(5, 5, 5, 5), quad(0, 0, 1, 400)])
def test_any_box_has_finite_traits(corners: np.ndarray) -> None:
    gray = np.random.default_rng(1).uniform(0, 255, (31, 17))
    assert np.isfinite(measure_box(gray, corners, usual=0, closer=1).values()).all()
    assert np.isfinite(measure_box(np.zeros((1, 1)), corners, usual=0, closer=1).values()).all()


def test_each_box_has_the_best_score_of_either_look_at_its_place() -> None:
    usual = [FoundBox(quad(10, 10, 60, 20), 0.5), FoundBox(quad(100, 60, 140, 70), 0.3)]
    closer = [FoundBox(quad(11, 10, 61, 20), 0.8), FoundBox(quad(12, 10, 60, 21), 0.9)]
    found = box_traits(Image.new("RGB", (160, 90)), usual, closer)
    assert [(one.usual, one.closer) for one in found] == [
        (0.5, 0.9),
        (0.3, 0.0),
        (0.5, 0.9),
        (0.5, 0.9),
    ]
    assert box_traits(Image.new("RGB", (160, 90)), (), ()) == ()


def test_trees_add_up_to_odds(monkeypatch: pytest.MonkeyPatch) -> None:
    trees = ([0, 0.5, -1.0, [2, 1.0, 0.25, 2.0]], 0.5)
    monkeypatch.setattr(row_likeness, "_model", lambda: (-0.5, trees))
    traits = Traits(0.6, 0, 1.5, 0, 0, 0, 0, 0, 0, 0)
    assert likeness(traits) == pytest.approx(1 / (1 + math.exp(-2.0)))
    on_the_bound = Traits(0.5, 0, 1.5, 0, 0, 0, 0, 0, 0, 0)
    assert likeness(on_the_bound) == pytest.approx(1 / (1 + math.exp(1.0)))


def test_the_trees_that_ship_ask_for_these_traits() -> None:
    path = closer_look.__file__.replace("closer_look.py", "row_trees.json")
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        content = json.load(file)
    assert content["traits"] == list(Traits.__dataclass_fields__)
    assert len(content["trees"]) >= 10
    row = Traits(0.8, 0.85, 1.5, 0.3, 0.6, 0.9, -1.5, 0.7, 0.3, 0.1)
    cloth = Traits(0.0, 0.25, 0.1, 1.5, 1.2, 0.1, 0.0, -1.0, 0.6, 0.6)
    assert likeness(row) > 0.9 > 0.1 > likeness(cloth)


@pytest.fixture
def _closer_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closer_look, "likeness", lambda traits: traits.closer)


@pytest.mark.usefixtures("_closer_counts")
def test_rows_seen_closer_are_added_once_and_only_where_likelier() -> None:
    picture = Image.new("RGB", (200, 120))
    read = TextRegion(quad(10, 10, 90, 20), "CAFE", 0.9, 0.8)
    closer = [
        FoundBox(quad(10, 11, 90, 21), 0.6),  # what was read
        FoundBox(quad(20, 60, 120, 80), 0.9),
        FoundBox(quad(22, 60, 45, 80), 0.7),  # a piece of the one before
        FoundBox(quad(150, 20, 190, 30), 0.2),  # too faint to tell
    ]
    first, row = with_likeness(picture, [read], closer)
    assert (first.text, first.detection, first.likeness) == ("CAFE", 0.8, 0.6)
    assert (row.text, row.confidence, row.detection, row.likeness) == ("", 0.0, None, 0.9)
    np.testing.assert_array_equal(row.quad, closer[1].quad)


@pytest.mark.usefixtures("_closer_counts")
def test_nothing_seen_is_no_region() -> None:
    assert with_likeness(Image.new("RGB", (20, 12)), (), ()) == ()
