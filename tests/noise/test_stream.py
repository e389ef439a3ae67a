"""A stream goes on draw by draw as the generator of the host does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

import seedloupe.noise as noise
from seedloupe.errors import NoiseError, SeedError
from seedloupe.noise import NoiseSource, NoiseStream, initial_noise

from ..seed_tables import random_states
from .cards import BLOCK, CardGenerator

EXTENSION = Path(__file__).parents[2] / "extension"
SOURCES = ["cpu", "nv", "cuda:256", "cuda:43008"]
SHAPES = [(4, 8, 6), (2, 3), (4, 65, 65), (5,), (1, 4, 8, 6)]


def test_cpu_draws_are_bit_for_bit_those_of_a_torch_generator() -> None:
    theirs, ours = torch.Generator().manual_seed(2**32 + 7), NoiseStream(2**32 + 7)
    for shape in SHAPES:
        assert torch.equal(ours.draw(shape), torch.randn(shape, generator=theirs))


def test_card_draws_are_those_of_the_kernel_one_after_the_other() -> None:
    theirs, ours = CardGenerator(7, 1), NoiseStream(7, NoiseSource.parse(f"cuda:{BLOCK}"))
    for shape in SHAPES[:2] * 2:
        expected = np.reshape(theirs.randn(int(np.prod(shape))), shape)
        np.testing.assert_allclose(ours.draw(shape).numpy(), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("source", SOURCES)
def test_a_skipped_draw_is_a_draw(source: str) -> None:
    drawn, skipped = (NoiseStream(3, NoiseSource.parse(source)) for _ in range(2))
    for _ in range(2):
        drawn.draw((4, 9, 7))
    skipped.skip((4, 9, 7), 2)
    assert torch.equal(drawn.draw((3, 5)), skipped.draw((3, 5)))


@pytest.mark.parametrize("source", SOURCES)
def test_two_streams_of_one_seed_do_not_disturb_each_other(source: str) -> None:
    first, second = (NoiseStream(3, NoiseSource.parse(source)) for _ in range(2))
    first.draw((4, 8, 6))
    assert torch.equal(
        second.draw((4, 8, 6)), initial_noise(3, (4, 8, 6), source=NoiseSource.parse(source))
    )


@pytest.mark.parametrize("source", SOURCES)
def test_drawn_noise_can_be_changed_without_changing_the_next(source: str) -> None:
    stream, other = (NoiseStream(3, NoiseSource.parse(source)) for _ in range(2))
    stream.draw((4, 8, 6)).zero_()
    other.draw((4, 8, 6))
    assert torch.equal(stream.draw((4, 8, 6)), other.draw((4, 8, 6)))


@pytest.mark.parametrize("source", SOURCES)
def test_a_changed_default_dtype_or_device_changes_nothing(source: str) -> None:
    generator = NoiseSource.parse(source)
    expected = NoiseStream(7, generator).draw((4, 8, 6))
    torch.set_default_dtype(torch.float64)
    try:
        with torch.device("meta"):
            drawn = NoiseStream(7, generator).draw((4, 8, 6))
    finally:
        torch.set_default_dtype(torch.float32)
    assert drawn.dtype == torch.float32
    assert torch.equal(drawn, expected)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("shape", [(), (4, 0), (4, -1), (4, 8.0), (True, 2), (1,) * 9])
def test_what_is_no_size_is_refused(source: str, shape: object) -> None:
    stream = NoiseStream(1, NoiseSource.parse(source))
    with pytest.raises(NoiseError, match="shape: expected positive whole numbers"):
        stream.draw(cast("tuple[int, ...]", shape))
    with pytest.raises(NoiseError, match="shape"):
        stream.skip(cast("tuple[int, ...]", shape), 1)


def test_a_draw_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(NoiseError, match="shape: expected at most 268435456 values"):
        NoiseStream(1).draw((2**14, 2**14, 2))


def test_a_stream_knows_its_seed_and_refuses_what_is_none() -> None:
    assert NoiseStream(2**32 + 5).seed == 5
    assert NoiseStream(2**32 + 5, noise.NV_NOISE).seed == 2**32 + 5
    assert NoiseStream(5, noise.NV_NOISE).source == noise.NV_NOISE
    with pytest.raises(SeedError):
        NoiseStream(-1)


LATENT = (4, 8, 6)
STRETCH = noise.NoiseResize(noise.ResizeWay.STRETCH, LATENT)
MIDDLE = noise.NoiseResize(noise.ResizeWay.MIDDLE, LATENT)
SEEDS = noise.WebuiSeeds((7, 8))
CALLS: dict[str, Callable[[NoiseSource], object]] = {
    "canonical_seed": lambda source: noise.canonical_seed(7, source),
    "collisions": lambda source: noise.collisions([7, 8], source),
    "initial_noise": lambda source: initial_noise(7, LATENT, source=source, draws_before=2),
    "fingerprint": lambda source: noise.noise_fingerprint(initial_noise(7, LATENT, source=source)),
    "tensor stream": lambda source: NoiseStream(7, source).draw((3,)),
    "portability": lambda source: noise.portability(LATENT, source),
    "resized_noise": lambda source: noise.resized_noise(7, (4, 9, 7), STRETCH, source=source),
    "resized_stream": lambda source: noise.resized_stream(7, (4, 9, 7), STRETCH, source=source),
    "resized middle": lambda source: noise.resized_noise(7, (4, 9, 7), MIDDLE, source=source),
    "repeated_share": lambda _: noise.repeated_share((4, 9, 7), LATENT),
    "webui_noise": lambda source: noise.webui_noise(
        noise.webui_seeds(7, 2, subseed=3, variation=0.2),
        (4, 9, 7),
        source=source,
        extras=noise.WebuiExtras(0.2, (48, 64), 5),
    ),
    "webui later": lambda source: [
        later.draw() for later in [noise.WebuiNoise(SEEDS, LATENT, source=source)] * 3
    ],
    "comfyui_noise": lambda _: noise.comfyui_noise(7, LATENT, batch=2),
    "comfyui index": lambda _: noise.comfyui_noise(7, LATENT, batch_index=[2, 0]),
    "batch_paths": lambda _: noise.batch_paths((4, 65, 65), 2),
    "diffusers_noise": lambda source: noise.diffusers_noise([7, 8], LATENT, source=source),
    "diffusers one": lambda source: noise.diffusers_noise(
        [7], LATENT, start=noise.DiffusersStart(batch=2, one_generator=True), source=source
    ),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", CALLS)
def test_no_public_call_touches_a_global_generator(name: str, source: str) -> None:
    before = random_states()
    CALLS[name](NoiseSource.parse(source))
    assert random_states() == before


def test_what_draws_nothing_does_not_load_torch() -> None:
    code = """
import sys
from seedloupe.noise import *
portability((4, 8, 6), NV_NOISE), collisions([1, 2]), batch_paths((4, 65, 65), 2)
DiffusersStart(batch=2).departures((4, 8, 6)), webui_seeds(1, 2), WebuiExtras()
print("torch" in sys.modules)
"""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(EXTENSION), "PATH": ""},
    )
    assert ended.stdout.strip() == "False"
