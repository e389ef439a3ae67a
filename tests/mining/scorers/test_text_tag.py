"""Planted words are told from pictures without any, also under noise and JPEG."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from seedloupe.images import from_pil, to_pil
from seedloupe.mining.scorers import PictureBatch, ScorerPanel, ScorerSources
from seedloupe.mining.scorers.pixels import TextPlugin
from seedloupe.plugins import builtin
from seedloupe.services.scorers import text_share_by

from .test_pixels import area, dirty, natural

COUNT, HEIGHT, WIDTH = 20, 192, 256
WORDS = ("STOCK", "SALE", "Photo", "sample", "OPEN", "Garden", "WATER", "road 66", "music")


def lettered(image: Tensor, rng: np.random.Generator) -> Tensor:
    """A word of 24 to 47 pixels somewhere, light on dark or dark on light."""
    picture: Image.Image = to_pil(image)
    word, font = WORDS[rng.integers(len(WORDS))], ImageFont.load_default(int(rng.integers(24, 48)))
    draw = ImageDraw.Draw(picture)
    left, top, right, bottom = (int(side) for side in draw.textbbox((0, 0), word, font=font))
    x = int(rng.integers(4, max(5, WIDTH - (right - left) - 8)))
    y = int(rng.integers(4, HEIGHT - (bottom - top) - 8))
    under = np.asarray(picture)[y : y + bottom - top, x : x + right - left].mean()
    draw.text((x - left, y - top), word, font=font, fill=(250,) * 3 if under < 128 else (10,) * 3)
    return from_pil(picture)


@pytest.mark.parametrize(("clean", "least"), [(True, 0.99), (False, 0.95)])
def test_a_planted_word_is_told_from_none(clean: bool, least: float) -> None:
    """By RapidOCR; `strokes`, which needs nothing and is for letter shapes, does worse here."""
    pytest.importorskip("rapidocr")
    rng = np.random.default_rng(11)
    plain = [natural(rng, HEIGHT, WIDTH) for _ in range(COUNT)]
    planted = [lettered(natural(rng, HEIGHT, WIDTH), rng) for _ in range(COUNT)]
    if not clean:
        plain, planted = ([dirty(one, rng) for one in each] for each in (plain, planted))
    share = text_share_by(builtin().readers.get("rapidocr"))
    panel = ScorerPanel({"text": TextPlugin().open(ScorerSources(text_share=share))})
    images = torch.stack([*planted, *plain])
    batch = PictureBatch(images, ("a",) * len(images), tuple(range(len(images))))
    found = panel.measure(batch)
    strength, tag = found["score.text_share"], found["tag.text"]
    assert area(strength[:COUNT], strength[COUNT:]) >= least
    right = (tag[:COUNT].mean() + 1 - tag[COUNT:].mean()) / 2
    assert float(right) >= least - 0.06
