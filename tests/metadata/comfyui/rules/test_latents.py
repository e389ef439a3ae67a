"""Latents of nothing change their size on the way, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from seedloupe.metadata import FoundLevel, Missing, noise_in_graph

from ...graphs import SEED, empty, graph, node, sampler


@pytest.mark.parametrize(
    ("kind", "inputs", "cells"),
    [
        ("LatentUpscale", {"width": 768, "height": 576}, (72, 96)),
        ("LatentUpscale", {"width": 768, "height": 0}, (72, 96)),
        ("LatentUpscale", {"width": 0, "height": 192}, (24, 32)),
        ("LatentUpscale", {"width": 0, "height": 0}, (48, 64)),
        ("LatentUpscale", {"width": 16, "height": 16}, (8, 8)),
        ("LatentUpscaleBy", {"scale_by": 1.5}, (72, 96)),
        ("LatentUpscaleBy", {"scale_by": 0.33}, (16, 21)),
        ("LatentCrop", {"width": 256, "height": 128, "x": 0, "y": 0}, (16, 32)),
        ("LatentCrop", {"width": 256, "height": 256, "x": 448, "y": 0}, (32, 8)),
        ("LatentCrop", {"width": 256, "height": 256, "x": 5000, "y": 320}, (8, 8)),
        ("LatentFlip", {"flip_method": "x-axis: vertically"}, (48, 64)),
        ("LatentRotate", {"rotation": "90 degrees"}, (64, 48)),
        ("LatentRotate", {"rotation": "180 degrees"}, (48, 64)),
        ("LatentMultiply", {"multiplier": 2.0}, (48, 64)),
    ],
)
def test_the_size_is_followed(kind: str, inputs: dict[str, Any], cells: tuple[int, int]) -> None:
    changed = node(kind, samples=["5", 0], **inputs)
    found = noise_in_graph(graph(n3=sampler(latent_image=["10", 0]), n10=changed))
    assert (found.level, found.seeds) == (FoundLevel.EXACT, (SEED,))
    assert found.shape == (4, *cells)
    assert found.task == "txt2img"


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("LatentUpscale", {"width": ["99", 0], "height": 512}),
        ("LatentUpscaleBy", {"scale_by": ["99", 0]}),
        ("LatentUpscaleBy", {"scale_by": 1e9}),
        ("LatentCrop", {"width": 64, "height": 64, "x": ["99", 0], "y": 0}),
    ],
)
def test_a_size_that_is_not_told_can_be_the_files(kind: str, inputs: dict[str, Any]) -> None:
    prompt = graph(n3=sampler(latent_image=["10", 0]), n10=node(kind, samples=["5", 0], **inputs))
    found = noise_in_graph(prompt)
    assert (found.level, found.missing) == (FoundLevel.DEPENDS, (Missing.SIZE,))
    assert noise_in_graph(prompt, file_size=(512, 256)).shape == (4, 32, 64)


def test_latents_smaller_than_the_smallest_cut_are_cut_in_ways_nobody_means() -> None:
    cut = node("LatentCrop", samples=["5", 0], width=64, height=64, x=8, y=0)
    found = noise_in_graph(graph(n3=sampler(latent_image=["10", 0]), n5=empty(32, 64), n10=cut))
    assert (found.level, found.shape) == (FoundLevel.DEPENDS, None)


def test_two_latents_of_nothing_are_nothing_together() -> None:
    both = node("LatentAdd", samples1=["5", 0], samples2=["6", 0])
    made = graph(n3=sampler(latent_image=["10", 0]), n6=empty(256, 256), n10=both)
    assert (noise_in_graph(made).shape, noise_in_graph(made).task) == ((4, 48, 64), "txt2img")


def test_latents_beside_conditioning_have_the_pictures_size() -> None:
    conditioned = node("InstructPixToPixConditioning", pixels=["12", 0], vae=["4", 2])
    found = noise_in_graph(
        graph(
            n3=sampler(latent_image=["10", 2]),
            n10=conditioned,
            n12=node("EmptyImage", width=640, height=512, batch_size=1),
        )
    )
    assert (found.shape, found.task) == ((4, 64, 80), "txt2img")
