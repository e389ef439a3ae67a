"""In which frame of the picture each callback of an inpainting job stands."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image, ImageDraw

from ..conftest import EVERY_WEB_UI
from .backends import Answer, Live, StandIn

WebUi = StandIn | Live
pytestmark = EVERY_WEB_UI
FRAME = (160, 96)
HOLE = (40, 24, 80, 64)


def inpaint(web_ui: WebUi, hole: tuple[int, ...] = HOLE, **fields: Any) -> Answer:
    picture = Image.new("RGB", FRAME, (40, 160, 90))
    mask = Image.new("L", FRAME, 0)
    if hole:
        ImageDraw.Draw(mask).rectangle(hole, fill=255)
    settings = {"mask_blur_x": 4, "mask_blur_y": 4} if not web_ui.live else {"mask_blur": 4}
    return web_ui.ask(
        seed=42,
        init_images=[picture],
        mask=mask,
        inpainting_fill=1,
        denoising_strength=0.75,
        steps=4,
        **settings,
        **fields,
    )


def test_a_whole_picture_is_drawn_and_returned_in_the_jobs_size(web_ui: WebUi) -> None:
    done = inpaint(web_ui, inpaint_full_res=False)
    assert done.all("postprocess_image")[0]["size"] == [64, 64]
    (facts,) = done.all("after_composite")
    assert facts["size"] == [64, 64]
    assert facts["paste_to"] is None
    assert facts["mask"] == ["L", 64, 64]


def test_only_masked_draws_the_crop_and_returns_the_whole(web_ui: WebUi) -> None:
    done = inpaint(web_ui, inpaint_full_res=True, inpaint_full_res_padding=8)
    assert done.all("postprocess_image")[0]["size"] == [64, 64]
    (facts,) = done.all("after_composite")
    assert facts["size"] == list(FRAME)
    assert facts["mask"] == ["L", *FRAME]
    x, y, width, height = facts["paste_to"]
    assert x <= HOLE[0]
    assert y <= HOLE[1]
    assert x + width >= HOLE[2]
    assert y + height >= HOLE[3]
    assert width == height
    assert done.images[-1].size == FRAME


def test_outside_of_the_hole_the_picture_stays(web_ui: WebUi) -> None:
    done = inpaint(web_ui, inpaint_full_res=True, inpaint_full_res_padding=8)
    red, green, blue = done.images[-1].convert("RGB").getpixel((150, 90))
    assert (red, green, blue) == pytest.approx((40, 160, 90), abs=1)


def test_a_mask_without_a_hole_is_no_inpainting(web_ui: WebUi) -> None:
    done = inpaint(web_ui, (), inpaint_full_res=True)
    (facts,) = done.all("after_composite")
    assert (facts["paste_to"], facts["mask"]) == (None, None)
    assert facts["size"] == [64, 64]


def test_without_a_mask_there_is_none_to_see(web_ui: WebUi) -> None:
    picture = Image.new("RGB", FRAME, (40, 160, 90))
    done = web_ui.ask(seed=42, init_images=[picture], denoising_strength=0.5, steps=4)
    (facts,) = done.all("after_composite")
    assert (facts["paste_to"], facts["mask"]) == (None, None)
