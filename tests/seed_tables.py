"""Small seed tables with everything in them, and the random states a call must leave alone."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from seedloupe.noise import NoiseSource
from seedloupe.tables import (
    Evidence,
    MetricSpec,
    ModelSpec,
    NoiseSpec,
    PromptsSpec,
    Provenance,
    SamplingSpec,
    SeedEffect,
    SeedTable,
    SpaceSpec,
    Status,
    TableSpec,
    Task,
    ThumbnailsSpec,
    draw_sheet,
)

SHAPE = (4, 6, 8)
SHA256 = "ab" * 32
SAMPLING = SamplingSpec(Task.TXT2IMG, "euler", "normal", 20, 4.0, size=(64, 48))
PROVENANCE = Provenance("tests", "seedloupe", "2024-01-01", "CC0-1.0", Status.DEMO)
MODEL = ModelSpec("sd1", "stand-in", SHA256, 4, "epsilon")
TILE = ThumbnailsSpec((24, 16), 3)


def noise_spec(first_seed: int = 0) -> NoiseSpec:
    return NoiseSpec.drawn(NoiseSource(), SHAPE, first_seed)


def full_table(seed_count: int = 7) -> SeedTable:
    """A table that has every kind of tensor."""
    seeds = 3 * np.arange(seed_count, dtype=np.uint64) + 5
    values = np.random.default_rng(1).random((11, seed_count), np.float32)
    counts = np.full(seed_count, 4, np.uint32)
    tensors = {
        "score.alignment": values[0],
        "score.alignment.se": values[1],
        "score.alignment.confirm": values[2],
        "score.alignment.confirm_se": values[3],
        "score.alignment.n": counts,
        "score.loss": values[4],
        "rate.gray": values[5],
        "rate.gray.n": counts,
        "rate.text": np.round(4 * values[8]) / 4,
        "rate.text.n": counts,
        "feature.style": np.stack([values[0], values[4], values[5]], axis=1),
        "feature.composition": np.stack([values[6], values[7], values[9], values[10]], axis=1),
        "map.style": np.stack([values[2], values[3]], axis=1),
        "thumbnails": draw_sheet([tile_picture(row) for row in range(seed_count)], TILE),
    }
    spec = TableSpec(
        noise=noise_spec(int(seeds[0])),
        model=MODEL,
        provenance=PROVENANCE,
        sampling=SAMPLING,
        prompts=PromptsSpec("words.v1", SHA256, 10, 5),
        metrics=(
            MetricSpec("alignment", "1", higher_is_better=True),
            MetricSpec("loss", "1", higher_is_better=False),
        ),
        evidence=Evidence("rank intersection", SeedEffect.EFFECT, pool=7, split_half={"loss": 0.5}),
        spaces=(SpaceSpec("style", 0.9), SpaceSpec("composition", classes=("ball",))),
        thumbnails=TILE,
        extra={"later": {"seeds": ["18446744073709551615"], "depth": [1, {"two": None}]}},
    )
    return SeedTable(seeds, tensors, spec)


def tile_picture(row: int) -> Image.Image:
    return Image.new("RGB", (60, 40), (30 * row, 255 - 30 * row, 128))


def make_table(
    scores: Mapping[str, Sequence[float] | NDArray[Any]],
    *,
    seeds: Sequence[int] | None = None,
    features: Mapping[str, NDArray[Any]] | None = None,
    rates: Mapping[str, Sequence[float]] | None = None,
    lower_is_better: Sequence[str] = (),
    extra: Mapping[str, Sequence[float] | NDArray[Any]] | None = None,
    counts: Mapping[str, Sequence[int] | NDArray[Any]] | None = None,
    verdict: SeedEffect | None = SeedEffect.EFFECT,
    split_half: Mapping[str, float] | None = None,
    classes: Sequence[str] = (),
) -> SeedTable:
    """A table of given columns, for picking."""
    tensors = {
        **{f"score.{name}": np.asarray(column, np.float32) for name, column in scores.items()},
        **{
            f"rate.{name}": np.asarray(column, np.float32) for name, column in (rates or {}).items()
        },
        **{
            f"feature.{name}": column.astype(np.float32)
            for name, column in (features or {}).items()
        },
        **{name: np.asarray(column, np.float32) for name, column in (extra or {}).items()},
        **{f"{name}.n": np.asarray(column, np.uint32) for name, column in (counts or {}).items()},
    }
    rows = len(next(iter(tensors.values())))
    numbers = np.asarray(range(rows) if seeds is None else seeds, np.uint64)
    spec = TableSpec(
        noise=noise_spec(int(numbers[0])),
        model=MODEL,
        provenance=PROVENANCE,
        metrics=tuple(MetricSpec(name, "1", name not in lower_is_better) for name in scores),
        evidence=None
        if verdict is None
        else Evidence("planted", verdict, split_half=dict(split_half or {})),
        spaces=(SpaceSpec("composition", classes=tuple(classes)),) if classes else (),
    )
    return SeedTable(numbers, tensors, spec)


def random_states() -> tuple[object, ...]:
    """Everything a call could disturb: torch's, numpy's and Python's global generators."""
    kind, keys, *rest = np.random.get_state(legacy=True)
    return (
        torch.get_rng_state().numpy().tobytes(),
        kind,
        np.asarray(keys).tobytes(),
        tuple(rest),
        random.getstate(),
    )
