"""What a sampler of ComfyUI is handed: size, batch, and parts of the stream."""

from __future__ import annotations

import pytest
import torch

from seedloupe.errors import ImageError
from seedloupe.metadata import FoundLevel, draw_found, noise_in_graph
from seedloupe.metadata.comfy_latents import LatentInput, latents_at
from seedloupe.metadata.comfy_nodes import Link, read_nodes
from seedloupe.noise import comfyui_noise, initial_noise

from .graphs import SEED, SHAPE, empty, graph, node, sampler


def at(name: str, *samplers: str, **nodes: object) -> LatentInput:
    """What the first output of a node holds."""
    read = read_nodes({key.lstrip("n"): value for key, value in nodes.items()})
    return latents_at(read, Link(name, 0), frozenset(samplers), channels=4)


def test_parts_of_a_batch_are_followed() -> None:
    cut = node("LatentFromBatch", samples=["5", 0], batch_index=2, length=1)
    found = noise_in_graph(
        graph(n3=sampler(latent_image=["10", 0]), n5=empty(batch_size=4), n10=cut)
    )
    assert (found.level, found.batch, found.batch_index) == (FoundLevel.EXACT, 1, (2,))
    assert torch.equal(draw_found(found), comfyui_noise(SEED, SHAPE, batch_index=[2])[0])
    many = node("RepeatLatentBatch", samples=["10", 0], amount=3)
    repeated = noise_in_graph(
        graph(n3=sampler(latent_image=["11", 0]), n5=empty(batch_size=4), n10=cut, n11=many)
    )
    assert (repeated.batch, repeated.batch_index) == (3, (2, 3, 4))
    pair = node("LatentFromBatch", samples=["5", 0], batch_index=1, length=9)
    spread = noise_in_graph(
        graph(n3=sampler(latent_image=["11", 0]), n5=empty(batch_size=3), n10=pair, n11=many)
    )
    assert spread.batch_index == (1, 2, 3, 4, 5, 6)


def test_a_fixed_batch_has_one_noise_whichever_picture_it_is() -> None:
    fixed = node("LatentBatchSeedBehavior", samples=["5", 0], seed_behavior="fixed")
    found = noise_in_graph(
        graph(n3=sampler(latent_image=["10", 0]), n5=empty(batch_size=3), n10=fixed)
    )
    assert (found.level, found.batch_index) == (FoundLevel.EXACT, (0, 0, 0))
    assert torch.equal(draw_found(found), initial_noise(SEED, SHAPE))
    free = node("LatentBatchSeedBehavior", samples=["10", 0], seed_behavior="random")
    random = noise_in_graph(
        graph(n3=sampler(latent_image=["11", 0]), n5=empty(batch_size=3), n10=fixed, n11=free)
    )
    assert (random.level, random.batch_index) == (FoundLevel.DEPENDS, None)


def test_sixteen_channels_are_known_where_the_node_says_so() -> None:
    sd3 = node("EmptySD3LatentImage", width=512, height=384, batch_size=1)
    assert noise_in_graph(graph(n5=sd3)).shape == (16, 48, 64)
    assert noise_in_graph(graph(), channels=16).shape == (16, 48, 64)


def test_latents_of_a_sampler_are_that_samplers() -> None:
    again = node("Reroute", samples=["3", 0])
    assert at("9", "3", n3=sampler(), n9=again).sampler == "3"


@pytest.mark.parametrize(
    ("index", "length", "parts"), [(0, 1, (0,)), (2, 9, (2,)), (99, 1, (2,)), (1, 2, (1, 2))]
)
def test_a_part_beyond_a_batch_ends_with_it(
    index: int, length: int, parts: tuple[int, ...]
) -> None:
    cut = node("LatentFromBatch", samples=["5", 0], batch_index=index, length=length)
    latents = at("10", n5=empty(batch_size=3), n10=cut)
    assert (latents.batch, latents.index) == (len(parts), parts)


@pytest.mark.parametrize(("index", "length"), [(-1, 1), (0, 0), ("x", 1), (0, None)])
def test_a_part_that_cannot_be_leaves_the_size_unknown(index: object, length: object) -> None:
    cut = node("LatentFromBatch", samples=["5", 0], batch_index=index, length=length)
    latents = at("10", n5=empty(batch_size=3), n10=cut)
    assert (latents.shape, latents.strange) == (None, "LatentFromBatch")


def test_a_repeated_batch_without_parts_is_one_longer_stream() -> None:
    many = node("RepeatLatentBatch", samples=["5", 0], amount=3)
    latents = at("10", n5=empty(batch_size=2), n10=many)
    assert (latents.shape, latents.batch, latents.index) == (SHAPE, 6, None)
    unsaid = node("RepeatLatentBatch", samples=["5", 0], amount="many")
    assert at("10", n5=empty(), n10=unsaid).strange == "RepeatLatentBatch"


def test_a_batch_nobody_draws_is_refused_where_it_stands() -> None:
    many = node("RepeatLatentBatch", samples=["5", 0], amount=4097)
    with pytest.raises(ImageError, match=r"prompt\.10: expected a batch of 1 to 4096, got 4097"):
        at("10", n5=empty(), n10=many)


def test_a_mask_set_on_an_encoded_picture_makes_it_inpainting() -> None:
    encoded = node("VAEEncode", pixels=["12", 0])
    latents = at("10", n5=encoded, n10=node("SetLatentNoiseMask", samples=["5", 0]))
    assert (latents.from_picture, latents.masked) == (True, True)


def test_latents_from_nowhere_and_through_endless_nodes_are_strange() -> None:
    assert at("99", n5=empty()).strange == "latents from nowhere"
    assert at("10", n10=node("Odd", samples=["11", 0])).strange == "Odd"
    chain = {f"n{n}": node("Reroute", samples=[str(n + 1), 0]) for n in range(100, 200)}
    assert at("137", n200=empty(), **chain).shape == SHAPE
    assert at("136", n200=empty(), **chain).strange == "Reroute"
