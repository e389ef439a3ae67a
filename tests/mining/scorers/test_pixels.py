"""Tags from pixels find what was planted, also under noise and JPEG."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from seedloupe.mining.scorers import PictureBatch, ScorerPanel, ScorerSources
from seedloupe.mining.scorers.pixels import (
    BORDER,
    BROKEN,
    GRAY,
    SKY,
    PixelPlugin,
    TextPlugin,
    border_strength,
    brokenness,
    grayness,
    sky_strength,
)

COUNT, HEIGHT, WIDTH = 120, 96, 128
Strength = Callable[[Tensor], Tensor]


def natural(rng: np.random.Generator, height: int = HEIGHT, width: int = WIDTH) -> Tensor:
    """A coloured picture, its power falling with frequency as photographs' does, with things."""
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None]
    fall = 1 / np.maximum(np.hypot(fy, fx), 1 / width) ** rng.uniform(0.9, 1.3)
    spectra = np.fft.fft2(rng.normal(size=(3, height, width))) * fall
    field = np.real(np.fft.ifft2(spectra))
    field = (field - field.mean((1, 2), keepdims=True)) / field.std((1, 2), keepdims=True)
    image = np.clip(0.5 + 0.2 * field + rng.uniform(-0.2, 0.2, (3, 1, 1)), 0, 1)
    for _ in range(rng.integers(1, 5)):
        top, left = rng.integers(0, height - 12), rng.integers(0, width - 12)
        tall, wide = rng.integers(8, 50, 2)
        image[:, top : top + tall, left : left + wide] = rng.uniform(0, 1, (3, 1, 1))
    return torch.from_numpy(image.astype(np.float32))


def gray(image: Tensor, rng: np.random.Generator) -> Tensor:
    return image.mean(0, keepdim=True).expand(3, -1, -1)


def framed(image: Tensor, rng: np.random.Generator) -> Tensor:
    ring, colour = int(rng.integers(3, 12)), torch.from_numpy(rng.uniform(0, 1, (3, 1, 1))).float()
    colour = torch.where(torch.tensor(rng.random() < 0.6), torch.full((3, 1, 1), 1.0), colour)
    out = colour.expand(3, HEIGHT, WIDTH).clone()
    inside = (slice(None), slice(ring, HEIGHT - ring), slice(ring, WIDTH - ring))
    out[inside] = image[inside]
    return out


def skied(image: Tensor, rng: np.random.Generator) -> Tensor:
    band = int(HEIGHT * rng.uniform(0.35, 0.55))
    top, low = torch.tensor([0.3, 0.5, 0.9]), torch.tensor([0.8, 0.85, 0.95])
    fade = torch.linspace(0, 1, band)[None, :, None]
    out = image.clone()
    out[:, :band] = top[:, None, None] * (1 - fade) + low[:, None, None] * fade
    return out


def broken(image: Tensor, rng: np.random.Generator) -> Tensor:
    if rng.random() < 0.5:
        return torch.full_like(image, float(rng.uniform(0, 1)))
    return torch.from_numpy(rng.uniform(0, 1, tuple(image.shape))).float()


def dirty(image: Tensor, rng: np.random.Generator) -> Tensor:
    """Noise of 5 % and JPEG of quality 60."""
    noisy = (image + torch.from_numpy(rng.normal(0, 0.05, tuple(image.shape))).float()).clamp(0, 1)
    buffer = io.BytesIO()
    pixels = (noisy * 255).round().byte().permute(1, 2, 0).numpy()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=60)
    with Image.open(buffer) as kept:
        return torch.from_numpy(np.asarray(kept).copy()).permute(2, 0, 1).float() / 255


def area(positive: Tensor, negative: Tensor) -> float:
    """The area under the ROC curve: how often a planted picture is the stronger of two."""
    apart = positive[:, None] - negative[None]
    return float((apart > 0).double().mean() + 0.5 * (apart == 0).double().mean())


KINDS = [
    (gray, grayness, GRAY),
    (framed, border_strength, BORDER),
    (skied, sky_strength, SKY),
    (broken, brokenness, BROKEN),
]


@pytest.mark.parametrize(("clean", "least"), [(True, 0.99), (False, 0.95)])
@pytest.mark.parametrize(("plant", "strength", "threshold"), KINDS)
def test_planted_pictures_are_told_from_others(
    plant: Callable[[Tensor, np.random.Generator], Tensor],
    strength: Strength,
    threshold: float,
    clean: bool,
    least: float,
) -> None:
    rng = np.random.default_rng(11)
    plain = [natural(rng) for _ in range(COUNT)]
    planted = [plant(natural(rng), rng) for _ in range(COUNT)]
    if not clean:
        plain, planted = ([dirty(one, rng) for one in each] for each in (plain, planted))
    found, others = strength(torch.stack(planted)), strength(torch.stack(plain))
    assert area(found, others) >= least
    right = ((found > threshold).double().mean() + (others <= threshold).double().mean()) / 2
    assert float(right) >= least - 0.06


@pytest.mark.parametrize("strength", [grayness, border_strength, sky_strength, brokenness])
@pytest.mark.parametrize("size", [(1, 1), (2, 9), (7, 3), (64, 40)])
def test_tiny_and_constant_pictures_have_finite_strengths(
    strength: Strength, size: tuple[int, int]
) -> None:
    for value in (0.0, 0.5, 1.0):
        assert bool(strength(torch.full((2, 3, *size), value)).isfinite().all())


def batch(images: Tensor) -> PictureBatch:
    return PictureBatch(images, ("a",) * len(images), tuple(range(len(images))))


def test_alone_it_scores_what_share_has_no_blemish() -> None:
    rng = np.random.default_rng(3)
    images = torch.stack([natural(rng), gray(natural(rng), rng), broken(natural(rng), rng)])
    alone = ScorerPanel({"it": PixelPlugin().open(ScorerSources(alone=True))}).measure(
        batch(images)
    )
    assert alone["score.unblemished"].tolist() == [1, 0, 0]
    beside = ScorerPanel({"it": PixelPlugin().open(ScorerSources())}).measure(batch(images))
    assert "score.unblemished" not in beside
    assert beside["tag.gray"][:2].tolist() == [0, 1]


def white_share(images: Tensor, masks: Tensor) -> Tensor:
    """Take white pixels for text; a black picture cannot be looked at."""
    white = images.mean(1).eq(1) * masks
    found = white.sum((1, 2)) / masks.sum((1, 2))
    return torch.where(images.amax((1, 2, 3)) == 0, torch.tensor(float("nan")), found)


def test_text_counts_anywhere_in_a_new_picture() -> None:
    images = torch.zeros(3, 3, 8, 10)
    images[0, :, :2] = 1.0
    images[1, :, 6:] = 1.0
    scorer = TextPlugin().open(ScorerSources(text_share=white_share))
    found = ScorerPanel({"text": scorer}).measure(batch(images))
    assert found["score.text_share"].tolist()[:2] == [0.25, 0.25]
    assert found["tag.text"].tolist()[:2] == [1, 1]
    assert found["tag.text"].isnan().tolist() == [False, False, True]
