"""Tags of pictures whose truth is drawn into them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from seedloupe.errors import ShapeError
from seedloupe.mining import Appearance
from seedloupe.mining.appearance import (
    appearance_features,
    has_frame,
    has_sky_band,
    is_gray,
    palette,
)

HEIGHT, WIDTH = 96, 128


def busy(seed: int) -> Tensor:
    """A colourful picture with detail everywhere, ``(3, 96, 128)``."""
    coarse = torch.rand(3, 12, 16, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(coarse[None], (HEIGHT, WIDTH), mode="bilinear")[0]


def framed(seed: int, width: int) -> Tensor:
    picture = busy(seed)
    inside = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
    inside[width:-width, width:-width] = True
    return torch.where(inside, picture, torch.full_like(picture, 0.97))


def pictures(make: Callable[[int], Tensor], count: int = 40) -> Tensor:
    return torch.stack([make(seed) for seed in range(count)])


def roughened(images: Tensor) -> Tensor:
    noise = torch.randn(images.shape, generator=torch.Generator().manual_seed(9))
    return (images + 0.02 * noise).clamp(0, 1)


@pytest.mark.parametrize("rough", [False, True])
def test_gray_pictures_are_told_from_coloured_ones(rough: bool) -> None:
    coloured = pictures(busy)
    gray = coloured.mean(1, keepdim=True).repeat(1, 3, 1, 1)
    if rough:
        grain = torch.randn(gray[:, :1].shape, generator=torch.Generator().manual_seed(1)) * 0.03
        coloured, gray = roughened(coloured), (gray + grain).clamp(0, 1)
    assert is_gray(gray).all()
    assert not is_gray(coloured).any()


@pytest.mark.parametrize("width", [5, 8, 11])
def test_frames_are_seen_and_pictures_without_are_left_alone(width: int) -> None:
    assert has_frame(roughened(pictures(lambda seed: framed(seed, width)))).all()
    assert not has_frame(roughened(pictures(busy))).any()


def test_a_flat_picture_is_gray_but_has_no_frame() -> None:
    flat = torch.full((2, 3, 9, 7), 0.4)
    assert is_gray(flat).all()
    assert not has_frame(flat).any()
    assert not has_sky_band(flat).any()


def test_a_smooth_top_over_a_busy_ground_is_a_sky_band() -> None:
    sky = pictures(busy)
    sky[:, :, : HEIGHT // 2] = torch.tensor([0.3, 0.5, 0.9])[:, None, None]
    assert has_sky_band(sky).all()
    assert not has_sky_band(pictures(busy)).any()


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (8, 5)])
def test_tiny_pictures_do_not_crash(size: tuple[int, int]) -> None:
    measures = Appearance(scored=True).measure(torch.rand(2, 3, *size), "anything")
    assert all(torch.isfinite(values).all() for values in measures.values())


def test_the_look_of_a_picture_moves_when_its_colours_move_place() -> None:
    picture = busy(3)[None]
    assert torch.equal(appearance_features(picture), appearance_features(picture.clone()))
    assert not torch.allclose(
        appearance_features(picture), appearance_features(picture.flip(-1)), atol=0.01
    )


def test_the_score_without_weights_is_given_only_when_asked_for() -> None:
    picture = pictures(busy, 2)
    assert "score.unblemished" not in Appearance().measure(picture, "")
    scored = Appearance(scored=True)
    assert scored.metrics[0].name == "unblemished"
    assert scored.measure(picture, "")["score.unblemished"].tolist() == [1.0, 1.0]


def test_a_single_picture_without_batch_is_refused_with_both_layouts() -> None:
    with pytest.raises(ShapeError, match="B 3 H W"):
        Appearance().measure(busy(0), "")


def test_a_palette_does_not_know_where_colours_stand() -> None:
    images = pictures(busy, 3)
    assert torch.allclose(palette(images), palette(images.flip(-1)), atol=1e-6)
    assert torch.allclose(palette(images), palette(images.transpose(-1, -2)), atol=1e-6)


def test_the_shares_of_a_palette_add_up_and_fall_where_the_colours_are() -> None:
    flat = torch.tensor([[1.0, 0.0, 0.5], [0.75, 0.0, 0.0]])[:, :, None, None].expand(2, 3, 6, 8)
    shares = palette(flat) ** 2
    assert torch.allclose(shares.sum(1), torch.ones(2))
    # index = 9 * red level + 3 * green level + blue level
    assert float(shares[0, 9 * 2 + 3 * 0 + 1]) == pytest.approx(1)
    assert shares[1, [9 * 1, 9 * 2]].tolist() == pytest.approx([0.5, 0.5])


def test_gray_and_coloured_pictures_are_far_apart_in_palettes() -> None:
    coloured = pictures(busy, 8)
    gray = coloured.mean(1, keepdim=True).repeat(1, 3, 1, 1)
    between = torch.cdist(palette(coloured), palette(gray)).min()
    within = torch.pdist(palette(gray)).mean()
    assert between > within
