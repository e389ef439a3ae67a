from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from seedloupe.artifacts import Availability, TextRegion, Verdict
from seedloupe.errors import ImageError, InputError, MaskError
from seedloupe.hosts.standalone.app_lens import LayerPainter
from seedloupe.hosts.standalone.app_repaint import (
    BRUSH,
    EDITOR_SIDE,
    Inspection,
    Repaint,
    Sheet,
    canvas_of,
    draw_one,
    fit,
    for_editor,
    repaint,
    seeds_of,
    try_seeds,
)
from seedloupe.hosts.standalone.app_tables import Settings
from seedloupe.hosts.standalone.images import to_tensor
from seedloupe.hosts.standalone.models import Model
from seedloupe.hosts.standalone.request import Request

from .app_stands import desk_of, flow, path_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SIZE = (48, 32)


class Reader:
    """Finds the same word in every picture but the one to be repainted, or fails."""

    name, version = "stand-in", "1"

    def __init__(self, box: Sequence[float] | None = None, *, broken: bool = False) -> None:
        self.box, self.broken = box, broken

    def available(self) -> Availability:
        return Availability(True, "")

    def read(self, image: torch.Tensor) -> tuple[TextRegion, ...]:
        if self.broken:
            raise RuntimeError("engine on fire")
        is_source = bool((image == image[0, 0, 0]).all())
        if self.box is None or is_source:
            return ()
        x0, y0, x1, y1 = self.box
        quad = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
        return (TextRegion(quad, "STOCK", 0.99, 0.99),)


def edited(
    brushed: Sequence[int] | None = (0, 0, 24, 32), size: tuple[int, int] = SIZE
) -> dict[str, Any]:
    """What the editor holds: a grey picture, and a brushed box."""
    layer = Image.new("RGBA", size, (0, 0, 0, 0))
    if brushed is not None:
        x0, y0, x1, y1 = brushed
        colour = (225, 29, 72, round(255 * BRUSH[1]))
        ImageDraw.Draw(layer).rectangle((x0, y0, x1 - 1, y1 - 1), fill=colour)
    return {"background": Image.new("RGBA", size, "grey"), "layers": [layer], "composite": None}


def sheets(
    reader: Any, seeds: tuple[int, ...] = (3, 4), stop: threading.Event | None = None
) -> list[Sheet]:
    canvas = canvas_of(edited(), SIZE)
    request = Request("a boat", seeds, steps=2, image=canvas.image, mask=canvas.mask)
    return list(
        repaint(
            request,
            lambda request: flow(request, size=SIZE),
            LayerPainter(),
            Inspection(reader, "file/{0.seed}".format, lambda _, name: f"file/{name}"),
            stop or threading.Event(),
        )
    )


def test_brushed_cells_become_the_mask_and_no_others() -> None:
    canvas = canvas_of(edited((8, 4, 20, 30)), SIZE)
    truth = torch.zeros(32, 48)
    truth[4:30, 8:20] = 1
    assert torch.equal(canvas.mask, truth)
    assert canvas.image.shape == (3, 32, 48)


def test_a_picture_enlarged_for_the_editor_comes_back_at_the_models_size() -> None:
    big = edited((0, 0, 240, 320), (480, 320))
    canvas = canvas_of(big, SIZE)
    assert canvas.image.shape == (3, 32, 48)
    assert canvas.mask.mean().item() == pytest.approx(0.5, abs=0.03)


def test_what_two_layers_brush_is_brushed() -> None:
    both = edited((0, 0, 10, 32))
    both["layers"] += edited((38, 0, 48, 32))["layers"]
    mask = canvas_of(both, SIZE).mask
    assert mask[:, :10].all()
    assert mask[:, 38:].all()
    assert not mask[:, 10:38].any()


@pytest.mark.parametrize("nothing", [None, {}, {"background": None, "layers": []}])
def test_no_picture_is_said(nothing: dict[str, Any] | None) -> None:
    with pytest.raises(ImageError, match="Upload one"):
        canvas_of(nothing, SIZE)


def test_nothing_brushed_is_said() -> None:
    with pytest.raises(MaskError, match="Brush over"):
        canvas_of(edited(None), SIZE)


def test_a_picture_of_another_shape_is_cut_and_not_squeezed() -> None:
    wide = Image.new("RGB", (300, 100), "white")
    ImageDraw.Draw(wide).ellipse((110, 10, 189, 89), fill="black")
    dark = np.asarray(fit(wide, (64, 64)).convert("L")) < 128
    assert dark.any(0).sum() == pytest.approx(dark.any(1).sum(), abs=1)


def test_the_editor_gets_a_whole_multiple_of_the_models_size() -> None:
    shown = for_editor(Image.new("RGB", (500, 900)), (128, 96))
    assert shown.size == (128 * 4, 96 * 4)
    assert max(shown.size) >= EDITOR_SIDE
    assert for_editor(Image.new("RGB", (9, 9)), (1024, 1024)).size == (1024, 1024)


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("4, 8, 15", (4, 8, 15)), (" 4;8\n8 ", (4, 8)), ("18446744073709551615", (2**64 - 1,))],
)
def test_seeds_are_read_as_typed_and_each_once(text: str, seeds: tuple[int, ...]) -> None:
    assert seeds_of(text, 6, lambda: 1) == seeds


def test_an_empty_line_throws_dice() -> None:
    dice = itertools.count(9)
    assert seeds_of("  ", 3, lambda: next(dice)) == (9, 10, 11)


@pytest.mark.parametrize("text", ["four", "-4", "4.5", "²", "4, x"])
def test_what_is_no_seed_is_refused_by_name(text: str) -> None:
    with pytest.raises(InputError, match="seeds"):
        seeds_of(text, 1, lambda: 1)


def test_clean_text_found_and_could_not_look_are_three_answers() -> None:
    marks = {}
    for name, reader in {
        "clean": Reader(),
        "found": Reader((2, 8, 20, 20)),
        "outside": Reader((30, 8, 46, 20)),
        "broken": Reader(broken=True),
        "none": None,
    }.items():
        frame = sheets(reader, (3,))[-1].frames(boxes=False)[0]
        assert frame.mark is not None
        marks[name] = frame.mark[0]
    assert marks == {
        "clean": "clean",
        "found": "text found",
        "outside": "clean",
        "broken": "could not look",
        "none": "could not look",
    }


def test_a_failing_reader_costs_no_picture() -> None:
    last = sheets(Reader(broken=True), (3, 4))[-1]
    assert [frame.url for frame in last.frames(boxes=False)] == ["file/3", "file/4"]
    assert {result.report.verdict for result in last.results.values()} == {Verdict.NOT_CHECKED}


def test_boxes_can_be_put_over_the_results_and_taken_away() -> None:
    last = sheets(Reader((2, 8, 20, 20)), (3,))[-1]
    assert last.frames(boxes=True)[0].url == "file/seed-3-boxes"
    assert last.frames(boxes=False)[0].url == "file/3"


def test_results_come_one_by_one_and_the_last_line_counts_them_and_names_the_reader() -> None:
    pages = sheets(Reader((2, 8, 20, 20)), (3, 4))
    assert [len(page.results) for page in pages if not page.drawing] == [2]
    assert pages[0].frames(boxes=False)[0].drawing
    assert pages[-1].status == "2 pictures: 2 text found. Read by stand-in."


def test_stop_keeps_the_results_there_are() -> None:
    stop = threading.Event()
    canvas = canvas_of(edited(), SIZE)
    request = Request("", (3, 4, 5), steps=2, image=canvas.image, mask=canvas.mask)
    inspection = Inspection(Reader(), "file/{0.seed}".format, lambda _, name: name)
    pages = []
    for page in repaint(
        request, lambda request: flow(request, size=SIZE), LayerPainter(), inspection, stop
    ):
        pages.append(page)
        if page.results:
            stop.set()
    assert pages[-1].status.startswith("Stopped after 1 of 3 pictures: 1 clean.")


def test_a_real_model_repaints_inside_the_brush_and_nowhere_else(
    tiny: Model, tmp_path: Path
) -> None:
    width, height = tiny.native_size
    brush = edited((0, 0, width // 2, height), tiny.native_size)
    wish = Repaint(brush, "a boat", "3", 1, 1.0, Settings(2, 1.0), tiny.name)
    desk = desk_of(tmp_path, tiny, reader=Reader())
    last = list(try_seeds(desk, wish, threading.Event()))[-1]
    result = last.results[3]
    after = to_tensor(Image.open(path_of(result.url)))
    before = to_tensor(brush["background"])
    assert torch.equal(after[:, :, width // 2 :], before[:, :, width // 2 :])
    assert not torch.equal(after[:, :, : width // 2], before[:, :, : width // 2])
    assert path_of(result.overlay_url).is_file()


def test_a_picture_to_repaint_can_be_drawn(tiny: Model, tmp_path: Path) -> None:
    drawn = draw_one(desk_of(tmp_path, tiny), "a boat", Settings(1, 1.0), tiny.name)
    width, height = tiny.native_size
    assert drawn.width / drawn.height == width / height
    assert max(drawn.size) >= EDITOR_SIDE
