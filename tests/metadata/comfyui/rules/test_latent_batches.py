"""Parts of the stream are followed as the host follows them."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from torch import Tensor

from seedloupe.metadata import FoundLevel, Missing, draw_found, noise_in_graph

from ...graphs import SEED, empty, graph, node, sampler

SHAPE = (4, 13, 9)
"""468 values: no whole blocks of 16, so that at once and one by one differ."""


class Host:
    """ComfyUI's own latents and noise, as ``nodes.py`` and ``comfy/sample.py`` have them."""

    def __init__(self, batch: int) -> None:
        self.count = batch
        self.index: list[int] | None = None

    def from_batch(self, at: int, length: int) -> None:
        at = min(self.count - 1, at)
        length = min(self.count - at, length)
        index = list(range(self.count)) if self.index is None else self.index
        self.index, self.count = index[at : at + length], length

    def repeat(self, amount: int) -> None:
        if self.index is not None:
            step = max(self.index) - min(self.index) + 1
            more = [x + turn * step for turn in range(1, amount) for x in self.index]
            self.index = self.index + more
        self.count *= amount

    def behave(self, behavior: str) -> None:
        if behavior == "random":
            self.index = None
        else:
            first = 0 if self.index is None else self.index[0]
            self.index = [first] * self.count

    def noise(self, seed: int) -> Tensor:
        generator = torch.Generator("cpu").manual_seed(seed)
        if self.index is None:
            return torch.randn((self.count, *SHAPE), generator=generator)
        parts = [torch.randn(SHAPE, generator=generator) for _ in range(max(self.index) + 1)]
        return torch.stack([parts[place] for place in self.index])


@pytest.mark.parametrize("number", range(60))
def test_what_is_drawn_is_what_the_host_draws(number: int) -> None:
    chance = random.Random(number)
    batch = chance.randint(1, 5)
    host, nodes, at = Host(batch), {}, "5"
    for name in range(20, 20 + chance.randint(1, 4)):
        kind = chance.choice(["LatentFromBatch", "RepeatLatentBatch", "LatentBatchSeedBehavior"])
        inputs: dict[str, Any] = {"samples": [at, 0]}
        if kind == "LatentFromBatch":
            inputs |= {"batch_index": chance.randint(0, 6), "length": chance.randint(1, 4)}
            host.from_batch(inputs["batch_index"], inputs["length"])
        elif kind == "RepeatLatentBatch":
            inputs["amount"] = chance.randint(1, 3)
            host.repeat(inputs["amount"])
        else:
            inputs["seed_behavior"] = chance.choice(["random", "fixed"])
            host.behave(inputs["seed_behavior"])
        nodes[f"n{name}"], at = node(kind, **inputs), str(name)
    found = noise_in_graph(
        graph(n3=sampler(latent_image=[at, 0]), n5=empty(72, 104, batch), **nodes)
    )
    drawn = host.noise(SEED)
    parts = range(host.count) if host.index is None else host.index
    alone = len(set(parts)) == 1
    assert found.level is (FoundLevel.EXACT if alone else FoundLevel.DEPENDS)
    assert found.missing == (() if alone else (Missing.INDEX,))
    if alone:
        assert torch.equal(draw_found(found), drawn[0])
        return
    # An index counts the different pictures, in the order they are written.
    for place, part in enumerate(dict.fromkeys(parts)):
        assert torch.equal(draw_found(found, index=place), drawn[list(parts).index(part)])


def test_rebatched_latents_run_the_sampler_once_for_each_batch() -> None:
    rebatched = node("RebatchLatents", latents=["5", 0], batch_size=2)
    made = {"n3": sampler(latent_image=["10", 0]), "n5": empty(72, 104, 3), "n10": rebatched}
    found = noise_in_graph(graph(**made))
    assert (found.level, found.missing) == (FoundLevel.DEPENDS, (Missing.INDEX,))
    host = Host(3)
    host.index = [0, 1, 2]
    for place, noise in enumerate(host.noise(SEED)):
        assert torch.equal(draw_found(found, index=place), noise)
    picked = node("LatentFromBatch", samples=["10", 0], batch_index=1, length=1)
    one = noise_in_graph(graph(**{**made, "n3": sampler(latent_image=["11", 0]), "n11": picked}))
    # Of the batches (0, 1) and (2) each keeps what stands at place 1, or its last.
    assert one.batch_index == (1, 2)


def test_a_joined_batch_counts_both_streams_from_0() -> None:
    joined = node("LatentBatch", samples1=["5", 0], samples2=["6", 0])
    found = noise_in_graph(
        graph(
            n3=sampler(latent_image=["10", 0]), n5=empty(72, 104, 2), n6=empty(72, 104), n10=joined
        )
    )
    assert (found.batch_index, found.batch) == ((0, 1), 2)


@pytest.mark.parametrize(
    ("index", "length"), [(-1, 1), (0, 0), ("x", 1), (0, None), (["99", 0], 1)]
)
def test_a_part_that_cannot_be_leaves_the_noise_unknown(index: object, length: object) -> None:
    cut = node("LatentFromBatch", samples=["5", 0], batch_index=index, length=length)
    found = noise_in_graph(graph(n3=sampler(latent_image=["10", 0]), n5=empty(72, 104, 4), n10=cut))
    assert found.level is FoundLevel.UNKNOWN


def test_a_fixed_batch_has_one_noise_whichever_picture_it_is() -> None:
    fixed = node("LatentBatchSeedBehavior", samples=["5", 0], seed_behavior="fixed")
    found = noise_in_graph(
        graph(n3=sampler(latent_image=["10", 0]), n5=empty(72, 104, 3), n10=fixed)
    )
    assert found.level is FoundLevel.EXACT
