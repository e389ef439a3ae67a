"""Of several inputs the one that the host would take is followed."""

from __future__ import annotations

from typing import Any

import pytest

from seedloupe.metadata import FoundLevel, noise_in_graph
from seedloupe.metadata.comfyui.rules.switches import BOOLEAN_SWITCHES, NUMBERED_SWITCHES

from ...graphs import SEED, empty, graph, node, sampler


def chosen(kind: str, **inputs: Any) -> dict[str, Any]:
    """Latents of 512x384 and of 256x256, one of which a node picks."""
    return graph(n3=sampler(latent_image=["20", 0]), n6=empty(256, 256), n20=node(kind, **inputs))


@pytest.mark.parametrize("kind", sorted(BOOLEAN_SWITCHES))
@pytest.mark.parametrize(("is_on", "cells"), [(True, (32, 32)), (False, (48, 64))])
def test_a_switch_is_on_or_off(kind: str, is_on: bool, cells: tuple[int, int]) -> None:
    switch, on, off = BOOLEAN_SWITCHES[kind]
    prompt = chosen(kind, **{switch: is_on, on: ["6", 0], off: ["5", 0]})
    assert noise_in_graph(prompt).shape == (4, *cells)
    prompt["20"]["inputs"][switch] = ["99", 0]
    assert noise_in_graph(prompt).unknown == (kind,)


@pytest.mark.parametrize("kind", sorted(NUMBERED_SWITCHES))
def test_an_input_is_picked_by_its_number(kind: str) -> None:
    number, prefix, first = NUMBERED_SWITCHES[kind]
    wires = {f"{prefix}{first}": ["5", 0], f"{prefix}{first + 1}": ["6", 0]}
    for place, cells in ((first, (48, 64)), (first + 1, (32, 32))):
        assert noise_in_graph(chosen(kind, **{number: place}, **wires)).shape == (4, *cells)
    for place in (first - 1, first + 2, ["99", 0], None):
        found = noise_in_graph(chosen(kind, **{number: place}, **wires))
        assert found.level is FoundLevel.UNKNOWN


def test_the_first_wired_input_is_taken() -> None:
    prompt = chosen("Any Switch (rgthree)", any_02=["6", 0], any_03=["5", 0])
    assert noise_in_graph(prompt).shape == (4, 32, 32)
    assert noise_in_graph(chosen("Any Switch (rgthree)")).level is FoundLevel.UNKNOWN


def test_a_context_hands_on_what_was_put_into_it() -> None:
    prompt = graph(
        n3=sampler(model=["21", 1], latent_image=["21", 6], seed=["21", 8]),
        n6=empty(256, 256),
        n20=node("Context (rgthree)", model=["4", 0], latent=["5", 0], seed=["22", 0]),
        n21=node("Context (rgthree)", base_ctx=["20", 0], latent=["6", 0]),
        n22=node("Seed (rgthree)", seed=77),
    )
    found = noise_in_graph(prompt)
    assert (found.level, found.seeds, found.shape) == (FoundLevel.EXACT, (77,), (4, 32, 32))
    del prompt["20"]["inputs"]["model"]
    assert "without a model" in noise_in_graph(prompt).verdict
    prompt["20"] = node("Strange")
    assert noise_in_graph(prompt).level is FoundLevel.UNKNOWN


def test_a_context_switch_takes_the_first_that_is_not_empty() -> None:
    prompt = graph(
        n3=sampler(model=["23", 1], latent_image=["23", 6], seed=SEED),
        n20=node("Context (rgthree)"),
        n21=node("Context Big (rgthree)", model=["4", 0], latent=["5", 0]),
        n23=node("Context Switch (rgthree)", ctx_01=["20", 0], ctx_02=["21", 0]),
    )
    assert noise_in_graph(prompt).seeds == (SEED,)


def test_a_pipe_can_be_edited() -> None:
    prompt = graph(
        n3=sampler(model=["22", 0]),
        n20=node("ToBasicPipe", model=["30", 0], vae=["4", 2]),
        n21=node("EditBasicPipe", basic_pipe=["20", 0], model=["4", 0]),
        n22=node("FromBasicPipe", basic_pipe=["21", 0]),
        n30=node("Strange"),
    )
    assert noise_in_graph(prompt).level is FoundLevel.EXACT
    del prompt["21"]["inputs"]["model"]
    assert noise_in_graph(prompt).unknown == ("Strange",)
