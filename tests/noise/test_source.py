"""Noise sources are written as users write them."""

from __future__ import annotations

import pytest

from seedloupe.errors import NoiseError
from seedloupe.noise import NoiseSource, Rng


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("cpu", NoiseSource(Rng.TORCH_CPU)),
        ("nv", NoiseSource(Rng.PHILOX)),
        ("cuda:43008", NoiseSource(Rng.PHILOX, 43008)),
    ],
)
def test_a_source_is_read_and_written_alike(text: str, source: NoiseSource) -> None:
    assert NoiseSource.parse(text) == source
    assert source.label == text


@pytest.mark.parametrize(
    "text", ["", "CPU", "gpu", "cuda", "cuda:", "cuda:-1", "cuda:0", "cuda:1.5", "cuda:٣", "nv "]
)
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(NoiseError):
        NoiseSource.parse(text)


def test_the_default_is_what_every_machine_can_draw() -> None:
    assert NoiseSource() == NoiseSource(Rng.TORCH_CPU, None)


def test_the_cpu_has_no_grid() -> None:
    with pytest.raises(NoiseError, match="grid_threads: expected nothing for cpu noise, got 256"):
        NoiseSource(Rng.TORCH_CPU, 256)


@pytest.mark.parametrize("grid", [0, -256])
def test_a_grid_has_threads(grid: int) -> None:
    with pytest.raises(NoiseError, match="grid_threads: expected a positive number"):
        NoiseSource(Rng.PHILOX, grid)
