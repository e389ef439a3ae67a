"""What the editor is shown and what it hands back: a view, the brush, and the picture itself."""

from __future__ import annotations

import pytest
import torch
from PIL import Image, ImageDraw

from seedloupe.hosts.standalone.app.inpaint.mask_editor import (
    EDITOR_SIDE,
    LONGEST_VIEW,
    brushed_mask,
    enlargement,
    picture_in,
    view_of,
    view_size,
)
from seedloupe.hosts.standalone.app.pictures_in import PageError

from ..app_stands import SIZE, edited


def scene(size: tuple[int, int], colour: str = "red") -> Image.Image:
    """Something that is not the same all over."""
    picture = Image.new("RGB", size, "grey")
    ImageDraw.Draw(picture).ellipse((0, 0, size[0] // 2, size[1] // 2), fill=colour)
    return picture


def test_brushed_cells_become_the_mask_and_no_others() -> None:
    mask = brushed_mask(edited((8, 4, 20, 30))["layers"], SIZE)
    truth = torch.zeros(32, 48)
    truth[4:30, 8:20] = 1
    assert torch.equal(mask, truth)


def test_what_two_layers_brush_is_brushed() -> None:
    layers = edited((0, 0, 10, 32))["layers"] + edited((38, 0, 48, 32))["layers"]
    mask = brushed_mask(layers, SIZE)
    assert mask[:, :10].all()
    assert mask[:, 38:].all()
    assert not mask[:, 10:38].any()


def test_a_brush_on_a_small_view_covers_the_same_place_of_the_large_picture() -> None:
    mask = brushed_mask(edited((12, 8, 24, 16))["layers"], (480, 320))
    assert mask[80:160, 120:240].mean() > 0.99
    assert mask.mean().item() == pytest.approx(12 * 8 / (48 * 32), rel=0.05)


@pytest.mark.parametrize(
    ("size", "view"),
    [
        ((128, 96), (512, 384)),
        ((512, 64), (512, 64)),
        ((1024, 768), (1024, 768)),
        ((4096, 1024), (1024, 256)),
        ((9, 9), (513, 513)),
    ],
)
def test_small_pictures_are_shown_enlarged_and_large_ones_smaller_in_their_own_shape(
    size: tuple[int, int], view: tuple[int, int]
) -> None:
    assert view_of(scene(size)).size == view_size(size) == view
    assert EDITOR_SIDE <= max(view) <= LONGEST_VIEW
    assert enlargement(size) >= 1


def test_the_picture_of_a_view_is_the_one_at_full_size() -> None:
    large = scene((2000, 1200))
    shown = {"background": view_of(large).convert("RGBA"), "layers": []}
    assert picture_in(shown, large) is large


def test_a_picture_pasted_over_a_view_counts_itself_though_its_size_is_the_same() -> None:
    large = scene((2000, 1200))
    other = view_of(scene((2000, 1200), "blue"))
    assert picture_in({"background": other, "layers": []}, large).size == other.size
    assert picture_in({"background": scene((70, 50)), "layers": []}, large).size == (70, 50)


def test_no_picture_is_said() -> None:
    for nothing in (None, {}, {"background": None, "layers": []}):
        with pytest.raises(PageError, match="Upload one, or press Draw me one"):
            picture_in(nothing, scene(SIZE))
