from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from seedloupe.errors import ImageError, MaskError
from seedloupe.hosts.standalone.app.inpaint.mask_editor import (
    EDITOR_SIDE,
    canvas_of,
    crop_to,
    enlargement,
    for_editor,
)

from ..app_stands import SIZE, edited


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
    dark = np.asarray(crop_to(wide, (64, 64)).convert("L")) < 128
    assert dark.any(0).sum() == pytest.approx(dark.any(1).sum(), abs=1)


def test_the_editor_gets_a_whole_multiple_of_the_models_size() -> None:
    shown = for_editor(Image.new("RGB", (500, 900)), (128, 96))
    assert shown.size == (128 * 4, 96 * 4)
    assert max(shown.size) >= EDITOR_SIDE
    assert for_editor(Image.new("RGB", (9, 9)), (1024, 1024)).size == (1024, 1024)


def test_all_of_it_brushed_is_said() -> None:
    with pytest.raises(MaskError, match="drawn under Create"):
        canvas_of(edited((0, 0, *SIZE)), SIZE)


def test_one_pixel_left_unbrushed_is_a_part() -> None:
    brushed = edited((0, 0, *SIZE))
    brushed["layers"][0].putpixel((47, 31), (0, 0, 0, 0))
    assert int((canvas_of(brushed, SIZE).mask == 0).sum()) == 1


@pytest.mark.parametrize("mode", ["I", "I;16", "F"])
def test_more_than_8_bits_a_channel_are_refused_and_not_cut_off(mode: str) -> None:
    deep = {**edited(), "background": Image.new(mode, SIZE)}
    with pytest.raises(ImageError, match="8 bits a channel"):
        canvas_of(deep, SIZE)


def test_a_picture_too_large_is_refused_before_it_is_scaled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("seedloupe.hosts.standalone.app.inpaint.mask_editor.MAX_PIXELS", 99)
    with pytest.raises(ImageError, match="at most 99 pixels, got 10 x 10"):
        crop_to(Image.new("RGB", (10, 10)), SIZE)
    assert crop_to(Image.new("RGB", (9, 11)), SIZE).size == SIZE


@pytest.mark.parametrize("size", [SIZE, (96, 64)])
def test_transparent_and_numbered_colours_come_out_as_they_look(size: tuple[int, int]) -> None:
    clear = Image.new("RGBA", size, (255, 0, 0, 0))
    numbered = Image.new("P", size)
    numbered.putpalette([0, 0, 255] * 256)
    for picture, colour in ((clear, (1, 1, 1)), (numbered, (0, 0, 1))):
        image = canvas_of({**edited(), "background": picture}, SIZE).image
        assert torch.allclose(image, torch.tensor(colour, dtype=torch.float32)[:, None, None])


def test_small_pictures_are_enlarged_and_large_ones_left() -> None:
    assert [enlargement(size) for size in ((128, 96), (512, 64), (1024, 768))] == [4, 1, 1]
