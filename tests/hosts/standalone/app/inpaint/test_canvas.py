"""From what is brushed to what a model is shown, and back into the picture at full size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import max_pool2d

from seedloupe.hosts.standalone.app.inpaint.canvas import (
    Canvas,
    CropChoice,
    Framing,
    area_words,
    canvas_of,
    crop_words,
)
from seedloupe.hosts.standalone.app.inpaint.mask_editor import view_of
from seedloupe.hosts.standalone.app.pictures_in import PageError
from seedloupe.images import from_pil, to_pil

from ..app_stands import SIZE, edited

FULL = (1600, 900)


def photo(size: tuple[int, int] = FULL) -> Image.Image:
    noise = np.random.default_rng(3).integers(0, 256, (size[1] // 20, size[0] // 20, 3), np.uint8)
    return Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)


def brushed(box: tuple[int, int, int, int], size: tuple[int, int] = FULL) -> dict[str, Any]:
    """An editor with a view of the photo, and a box of the view brushed."""
    view = view_of(photo(size))
    return {**edited(box, view.size), "background": view}


def canvas(box: tuple[int, int, int, int], **framing: Any) -> Canvas:
    return canvas_of(brushed(box), SIZE, source=photo(), framing=Framing(**framing))


def test_a_picture_of_the_models_size_is_shown_as_it_is() -> None:
    found = canvas_of(edited((8, 4, 20, 30)), SIZE)
    truth = torch.zeros(32, 48)
    truth[4:30, 8:20] = 1
    assert torch.equal(found.mask, truth)
    assert torch.equal(found.image, found.original)
    assert found.area == (0, 0, *SIZE)
    assert area_words(found) == ""


@pytest.mark.parametrize("seen", CropChoice)
@pytest.mark.parametrize("softness", [0, 2])
def test_a_repaint_changes_nothing_of_the_large_picture_beyond_its_soft_edge(
    seen: CropChoice, softness: float
) -> None:
    found = canvas((400, 200, 500, 300), seen=seen, softness=softness)
    made = torch.rand(3, 32, 48, generator=torch.Generator().manual_seed(1))
    before, after = from_pil(photo()), found.whole(made)
    assert after.shape == before.shape
    outside = found.soft == 0
    assert torch.equal(after[:, outside], before[:, outside])
    # The brushed box in the full picture: 1600 / 1024 times as large.
    inside = torch.zeros_like(found.soft)
    inside[313:468, 626:780] = 1
    assert (after != before).any(0)[inside > 0].float().mean() > 0.9
    spread = (found.soft > 0).float().mean().item()
    assert spread >= inside.mean().item() * 0.98
    assert (spread > inside.mean().item() * 1.05) == (softness > 0)


def test_the_model_sees_its_own_shape_of_the_picture_or_only_what_is_around_the_brush() -> None:
    most = canvas((400, 200, 500, 300), seen=CropChoice.MOST)
    assert most.area.size == (1350, 900)
    close = canvas((400, 200, 500, 300), seen=CropChoice.CLOSE, surroundings=1.0)
    width, height = close.area.size
    assert width / height == pytest.approx(48 / 32, abs=0.01)
    assert height == pytest.approx(3 * 100 * 1600 / 1024, rel=0.02)
    assert close.mask.mean() > 2.5 * most.mask.mean()
    assert "1350 × 900 of 1600 × 900 pixels" in area_words(most)


def test_points_of_what_the_model_made_lie_where_it_is_put() -> None:
    found = canvas((400, 200, 500, 300), seen=CropChoice.CLOSE)
    made = torch.zeros(3, 32, 48)
    made[:, 14:18, 20:26] = 1
    dark = Image.new("RGB", FULL)
    whole = Canvas(found.image, found.mask, from_pil(dark), torch.ones_like(found.soft), found.area)
    rows, columns = (whole.whole(made)[0] > 0.5).nonzero(as_tuple=True)
    corners = found.in_whole(np.array([[20, 14], [26, 18]], np.float32))
    edges = [[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]]
    np.testing.assert_allclose(corners, np.array(edges, float), atol=2)


def test_the_check_sees_the_part_with_the_rest_as_it_was() -> None:
    found = canvas((400, 200, 500, 300), softness=0)
    close = found.close(torch.ones(3, 32, 48))
    beyond = max_pool2d(found.mask[None], 5, stride=1, padding=2)[0] == 0
    assert torch.equal(close[:, beyond], found.image[:, beyond])
    assert (close[:, found.mask == 1] > 0.5).all()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "There is no picture to repaint. Upload one"),
        (edited(None), "Nothing is brushed. Brush over what should change."),
        (edited((0, 0, *SIZE)), "All of the picture is brushed"),
        ({**edited(), "background": Image.new("I;16", SIZE)}, "more than 8 bits a channel"),
    ],
)
def test_what_cannot_be_repainted_is_said_in_the_words_of_the_page(given: Any, said: str) -> None:
    with pytest.raises(PageError, match=said):
        canvas_of(given, SIZE)


def test_too_little_for_the_model_to_see_is_said_and_a_close_look_sees_it() -> None:
    little = brushed((500, 300, 504, 303))
    with pytest.raises(PageError, match="too small for the model to see"):
        canvas_of(little, SIZE, source=photo())
    close = Framing(seen=CropChoice.CLOSE)
    assert canvas_of(little, SIZE, source=photo(), framing=close).mask.any()


def test_one_pixel_left_unbrushed_is_a_part() -> None:
    given = edited((0, 0, *SIZE))
    given["layers"][0].putpixel((47, 31), (0, 0, 0, 0))
    assert int((canvas_of(given, SIZE).mask == 0).sum()) == 1


def test_transparent_and_numbered_colours_come_out_as_they_look() -> None:
    clear = Image.new("RGBA", SIZE, (255, 0, 0, 0))
    numbered = Image.new("P", SIZE)
    numbered.putpalette([0, 0, 255] * 256)
    for picture, colour in ((clear, "white"), (numbered, "blue")):
        image = canvas_of({**edited(), "background": picture}, SIZE).image
        assert to_pil(image).tobytes() == Image.new("RGB", SIZE, colour).tobytes()


def test_the_crop_is_said_before_anything_is_drawn() -> None:
    said = crop_words((1920, 1080), (512, 512), CropChoice.MOST)
    assert said.startswith("The model sees 1080 × 1080 of 1920 × 1080 pixels, around the brush")
    assert "paints it at 512 × 512" in said
    assert crop_words((768, 512), (96, 64), CropChoice.MOST).startswith(
        "The model sees the whole picture"
    )
    assert "what is around the brush" in crop_words((1920, 1080), (512, 512), CropChoice.CLOSE)
