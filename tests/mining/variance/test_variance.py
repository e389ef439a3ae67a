"""Planted shares are found, intervals hold them, and shuffled seeds have none."""

from __future__ import annotations

import html
import sys
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.mining.scorers import ScorerPanel, ScorerSources
from seedloupe.mining.scorers.pixels import PixelPlugin
from seedloupe.mining.variance import (
    components,
    conclude_variance,
    measure_grid,
    prompt_share_at_least,
)
from seedloupe.mining.variance.board import grid_picture, tile_of, variance_html
from seedloupe.noise import NoiseSource
from seedloupe.tables import SeedEffect

from ..toy import CONFIRM, PROMPTS, SHAPE, BlobGenerator, LowVarianceGenerator


@pytest.fixture(autouse=True)
def fewer_shuffles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[components.__module__], "SHUFFLES", 199)


def planted(
    rng: np.random.Generator, seeds: int, prompts: int, shares: Sequence[float], width: int = 4
) -> np.ndarray:
    """Values whose variance parts into ``shares`` of seed, prompt and rest."""
    seed, prompt, rest = (share**0.5 for share in shares)
    return (
        seed * rng.normal(size=(seeds, 1, width))
        + prompt * rng.normal(size=(1, prompts, width))
        + rest * rng.normal(size=(seeds, prompts, width))
    )


def test_the_parts_are_those_of_the_textbooks_table() -> None:
    """Mean squares worked out one by one, for one dimension."""
    values = np.random.default_rng(1).normal(size=(5, 4, 1))
    grid = values[:, :, 0]
    rows, columns, whole = grid.mean(1), grid.mean(0), grid.mean()
    ms_seed = 4 * ((rows - whole) ** 2).sum() / 4
    ms_prompt = 5 * ((columns - whole) ** 2).sum() / 3
    ms_rest = ((grid - rows[:, None] - columns[None] + whole) ** 2).sum() / 12
    parts = np.array([(ms_seed - ms_rest) / 4, (ms_prompt - ms_rest) / 5, ms_rest])
    found = components(values, np.random.default_rng(0))
    assert found is not None
    expected = np.clip(parts / parts.sum(), 0, 1)
    assert [found.seed, found.prompt, found.neither] == pytest.approx(expected)


@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.2), (0.1, 0.6, 0.3), (0.3, 0.0, 0.7)])
def test_planted_shares_are_within_their_interval(shares: tuple[float, float, float]) -> None:
    rng = np.random.default_rng(2)
    held = []
    for _ in range(60):
        found = components(planted(rng, 16, 12, shares, width=8), rng)
        assert found is not None
        held.append(found.seed_low <= shares[0] <= found.seed_high)
    assert np.mean(held) >= 0.9


def test_without_an_effect_one_is_claimed_no_more_often_than_promised() -> None:
    rng = np.random.default_rng(3)
    found = [components(planted(rng, 10, 8, (0.0, 0.5, 0.5)), rng) for _ in range(120)]
    claims = np.mean([one.p < 0.05 for one in found if one is not None])
    assert claims <= 0.1


def test_constant_values_have_no_parts_and_few_are_refused() -> None:
    rng = np.random.default_rng(4)
    assert components(np.ones((4, 5, 2)), rng) is None
    with pytest.raises(InputError, match="3 seeds"):
        components(np.zeros((2, 5, 1)), rng)
    with pytest.raises(InputError, match="finite"):
        components(np.full((4, 5, 1), np.nan), rng)


def grid_of(generator: object, seeds: int = 10, prompts: int = 6) -> object:
    names = (*PROMPTS, *CONFIRM)[:prompts]
    panel = ScorerPanel({"appearance": PixelPlugin().open(ScorerSources())})
    return measure_grid(
        tuple(range(seeds)),
        names,
        generator,  # type: ignore[arg-type]
        panel,
        shape=SHAPE,
        noise=NoiseSource(),
        batch=4,
    )


def test_a_model_whose_seeds_matter_is_told_from_one_with_shuffled_seeds() -> None:
    rng = np.random.default_rng(5)
    real = conclude_variance(grid_of(BlobGenerator()), rng)  # type: ignore[arg-type]
    assert real.verdict is SeedEffect.EFFECT
    assert "feature.look" in real.unlike
    assert real.control.parts is not None
    assert real.control.parts.seed == pytest.approx(1)
    shuffled = conclude_variance(grid_of(BlobGenerator(shuffled=True)), rng)  # type: ignore[arg-type]
    assert shuffled.verdict is not SeedEffect.EFFECT
    assert "feature.look" not in shuffled.unlike
    assert (real.images, real.seeds, real.prompts) == (60, 10, 6)
    assert any("look" in line for line in real.lines())
    assert real.answer().startswith("Yes: whatever the prompt, the seed decides ")
    look = next(space.parts for space in real.spaces if space.name == "feature.look")
    assert look is not None
    assert f"{100 * look.seed:.0f} % of look (95 %: {100 * look.seed_low:.0f} to " in real.answer()
    assert shuffled.answer().startswith(("Not known yet: ", "No: "))
    assert real.answer() in html.unescape(variance_html(real))


class Alike(BlobGenerator):
    """Draws the same for every seed."""

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        still = torch.linspace(-1, 1, 48).reshape(1, 1, 6, 8).expand(len(noise), 4, -1, -1)
        return super().__call__(prompt, still.clone(), seeds)


def test_a_model_that_draws_alike_has_no_use_for_a_table() -> None:
    found = conclude_variance(grid_of(Alike()), np.random.default_rng(6))  # type: ignore[arg-type]
    assert found.verdict is SeedEffect.NO_EFFECT
    assert "void" in found.headline()
    assert found.answer().startswith("No: hardly anything is the seed's own")
    assert "(60 pictures of 10 seeds with 6 prompts)" in found.answer()


def test_near_identical_pictures_are_said_first_though_a_little_is_the_seeds() -> None:
    found = conclude_variance(grid_of(LowVarianceGenerator(), 10, 8), np.random.default_rng(6))  # type: ignore[arg-type]
    assert found.verdict is SeedEffect.EFFECT
    assert found.near_identical
    assert found.to_json()["near_identical"] is True
    assert found.lines()[0].startswith(
        "Different seeds give near-identical pictures with this model; choosing seeds is worth "
        "little. Seeds differ"
    )
    assert found.answer().startswith("Hardly: different seeds give near-identical pictures")
    usual = conclude_variance(grid_of(BlobGenerator()), np.random.default_rng(6))  # type: ignore[arg-type]
    assert not usual.near_identical
    assert "near-identical" not in usual.headline()


@pytest.mark.parametrize("share", [0.7, 0.9])
def test_the_least_share_of_the_prompt_lies_below_the_planted_one(share: float) -> None:
    rng = np.random.default_rng(8)
    found = [
        prompt_share_at_least(planted(rng, 12, 10, (0.0, share, 1 - share), width=8))
        for _ in range(60)
    ]
    assert np.mean([low is not None and low <= share for low in found]) >= 0.9
    assert prompt_share_at_least(np.ones((4, 4, 2))) is None
    assert prompt_share_at_least(np.zeros((2, 9, 2))) is None


class Broken(BlobGenerator):
    """Fails on one seed with one prompt."""

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        images = super().__call__(prompt, noise, seeds)
        if prompt == "green" and 3 in seeds:
            images[list(seeds).index(3)] = float("nan")
        return images


def test_a_picture_that_is_not_finite_takes_its_prompt_out() -> None:
    found = conclude_variance(grid_of(Broken()), np.random.default_rng(7))  # type: ignore[arg-type]
    assert found.failed == 1
    look = next(space for space in found.spaces if space.name == "feature.look")
    assert look.prompts == 5
    assert found.lines()[-1] == "1 pictures were not finite"


def test_memory_that_runs_out_halves_the_batch_of_a_grid() -> None:
    class Small(BlobGenerator):
        def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
            if len(noise) > 3:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return super().__call__(prompt, noise, seeds)

    said: list[str] = []
    panel = ScorerPanel({"appearance": PixelPlugin().open(ScorerSources())})
    small, whole = (
        measure_grid(
            range(10),
            PROMPTS,
            generator,
            panel,
            shape=SHAPE,
            noise=NoiseSource(),
            say=said.append,
        )
        for generator in (Small(), BlobGenerator())
    )
    assert [line.rpartition(" ")[2] for line in said] == ["5", "2"]
    for key, values in whole.values.items():
        np.testing.assert_allclose(small.values[key], values, atol=1e-6)


def test_the_grid_has_a_row_a_seed_and_a_column_a_prompt() -> None:
    colours = {(0, 0): "red", (0, 1): "lime", (1, 0): "blue"}
    tiles = {place: tile_of(Image.new("RGB", (96, 64), name)) for place, name in colours.items()}
    sheet = grid_picture(tiles, (7, 4_000_000_000), 2)
    assert {tile.size for tile in tiles.values()} == {(72, 48)}
    middles = {
        place: sheet.getpixel((76 + place[1] * 74 + 36, 18 + place[0] * 50 + 24))
        for place in [*tiles, (1, 1)]
    }
    assert middles[0, 0] == (255, 0, 0)
    assert middles[0, 1] == (0, 255, 0)
    assert middles[1, 0] == (0, 0, 255)
    assert len(set(middles.values())) == 4
