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
from seedloupe.noise import ArrayStream, NoiseSource, NoiseStream, initial_noise

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
def test_arrays_are_what_tensors_are(source: str) -> None:
    generator = NoiseSource.parse(source)
    tensors, arrays = NoiseStream(11, generator), ArrayStream(11, generator)
    for shape in SHAPES:
        tensor, array = tensors.draw(shape), arrays.draw(shape)
        assert (tensor.dtype, array.dtype) == (torch.float32, np.float32)
        assert tuple(tensor.shape) == array.shape == shape
        difference = np.abs(tensor.numpy() - array).max()
        assert difference <= (5e-6 if source == "cpu" else 0)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", [NoiseStream, ArrayStream])
def test_a_skipped_draw_is_a_draw(source: str, kind: type[NoiseStream | ArrayStream]) -> None:
    drawn, skipped = (kind(3, NoiseSource.parse(source)) for _ in range(2))
    for _ in range(2):
        drawn.draw((4, 9, 7))
    skipped.skip((4, 9, 7), 2)
    assert np.array_equal(np.asarray(drawn.draw((3, 5))), np.asarray(skipped.draw((3, 5))))


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


@pytest.mark.parametrize("kind", [NoiseStream, ArrayStream])
@pytest.mark.parametrize("shape", [(), (4, 0), (4, -1), (4, 8.0), (True, 2), (1,) * 9])
def test_what_is_no_size_is_refused(kind: type[NoiseStream], shape: object) -> None:
    stream = kind(1)
    with pytest.raises(NoiseError, match="shape: expected positive whole numbers"):
        stream.draw(cast("tuple[int, ...]", shape))
    with pytest.raises(NoiseError, match="shape"):
        ArrayStream(1).skip(cast("tuple[int, ...]", shape), 1)


def test_a_draw_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(NoiseError, match="shape: expected at most 268435456 values"):
        NoiseStream(1).draw((2**14, 2**14, 2))


@pytest.mark.parametrize("kind", [NoiseStream, ArrayStream])
def test_a_stream_knows_its_seed_and_refuses_what_is_none(kind: type[NoiseStream]) -> None:
    assert kind(2**32 + 5).seed == 5
    assert kind(2**32 + 5, noise.NV_NOISE).seed == 2**32 + 5
    assert kind(5, noise.NV_NOISE).source == noise.NV_NOISE
    with pytest.raises(SeedError):
        kind(-1)


LATENT = (4, 8, 6)
STRETCH = noise.NoiseResize(noise.ResizeWay.STRETCH, LATENT)
MIDDLE = noise.NoiseResize(noise.ResizeWay.MIDDLE, LATENT)
SEEDS = noise.WebuiSeeds((7, 8))
CALLS: dict[str, Callable[[NoiseSource], object]] = {
    "canonical_seed": lambda source: noise.canonical_seed(7, source),
    "collisions": lambda source: noise.collisions([7, 8], source),
    "initial_noise": lambda source: initial_noise(7, LATENT, source=source, draws_before=2),
    "noise_array": lambda source: noise.noise_array(7, LATENT, source=source, draws_before=2),
    "fingerprint": lambda source: noise.noise_fingerprint(initial_noise(7, LATENT, source=source)),
    "tensor stream": lambda source: NoiseStream(7, source).draw((3,)),
    "array stream": lambda source: ArrayStream(7, source).draw((3,)),
    "portability": lambda source: noise.portability(LATENT, source),
    "carried_noise": lambda source: noise.resized_noise(7, (4, 9, 7), STRETCH, source=source),
    "carried_array": lambda source: noise.resized_array(7, (4, 9, 7), MIDDLE, source=source),
    "carried_stream": lambda source: noise.resized_stream(7, (4, 9, 7), STRETCH, source=source),
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


def test_noise_is_drawn_and_recognised_without_torch() -> None:
    code = """
import sys
from seedloupe.noise import *
for source in ("cpu", "nv", "cuda:256"):
    drawn = noise_array(42, (4, 8, 6), source=NoiseSource.parse(source), draws_before=1)
    assert fingerprints_agree(noise_fingerprint(drawn), noise_fingerprint(drawn))
    for way in Carry:
        carried_array(42, (4, 9, 7), Carried(way, (4, 8, 6)), source=NoiseSource.parse(source))
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
