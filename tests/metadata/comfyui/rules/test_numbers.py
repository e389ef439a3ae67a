"""Numbers are followed through nodes that only hand them on, or do a sum that is known."""

from __future__ import annotations

from typing import Any

import pytest

from seedloupe.metadata import FoundLevel, noise_in_graph
from seedloupe.metadata.comfyui.rules.numbers import HANDED_ON

from ...graphs import empty, graph, node, sampler


def seeded(kind: str, *, slot: int = 0, **inputs: Any) -> dict[str, Any]:
    return graph(n3=sampler(seed=["20", slot]), n20=node(kind, **inputs))


def test_numbers_are_followed_through_nodes_that_hand_them_on() -> None:
    found = noise_in_graph(
        graph(
            n3=sampler(seed=["20", 0]),
            n5=empty(width=["22", 0]),
            n20=node("Seed (rgthree)", seed=["21", 0]),
            n21=node("PrimitiveInt", value="77", control_after_generate="fixed"),
            n22=node("INTConstant", value=640),
        )
    )
    assert (found.seeds, found.shape) == ((77,), (4, 48, 80))
    assert found.level is FoundLevel.EXACT


@pytest.mark.parametrize("kind", sorted(HANDED_ON))
def test_a_node_that_hands_on_a_number_is_taken_at_its_word(kind: str) -> None:
    found = noise_in_graph(seeded(kind, **{HANDED_ON[kind]: 42, "other": 7}))
    assert (found.level, found.seeds) == (FoundLevel.EXACT, (42,))


@pytest.mark.parametrize("seed", [-1, -2, -3])
def test_a_seed_the_server_drew_is_not_in_the_graph(seed: int) -> None:
    found = noise_in_graph(seeded("Seed (rgthree)", seed=seed))
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, ())
    assert "drew a seed of its own" in found.verdict


@pytest.mark.parametrize(
    ("kind", "inputs", "slot", "seed"),
    [
        ("Seed Generator (Image Saver)", {"seed": 40, "increment": 2}, 0, 42),
        ("Seed", {"seed": 42}, 3, 42),
        ("ComfyNumberConvert", {"value": 42.9}, 1, 42),
        ("ComfyNumberConvert", {"value": "42"}, 1, 42),
        ("ComfyMathExpression", {"expression": "a * b + 2", "values.a": 8, "values.b": 5}, 1, 42),
    ],
)
def test_known_sums_are_done(kind: str, inputs: dict[str, Any], slot: int, seed: int) -> None:
    assert noise_in_graph(seeded(kind, slot=slot, **inputs)).seeds == (seed,)


@pytest.mark.parametrize(
    ("kind", "inputs", "slot"),
    [
        ("ComfyMathExpression", {"expression": "a ** 2", "values.a": 8}, 1),
        ("ComfyMathExpression", {"expression": "a + b", "values.a": 8}, 1),
        ("ComfyMathExpression", {"expression": "a + 1", "values.a": 2**60}, 1),
        ("ComfyNumberConvert", {"value": "many"}, 1),
        ("ComfyNumberConvert", {"value": 1e300}, 1),
        ("MathExpression|pysssss", {"expression": "6 * 7"}, 0),
        ("Seed Generator (Image Saver)", {"seed": 4, "increment": ["99", 0]}, 0),
    ],
)
def test_sums_that_are_not_known_leave_the_seed_unknown(
    kind: str, inputs: dict[str, Any], slot: int
) -> None:
    found = noise_in_graph(seeded(kind, slot=slot, **inputs))
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, ())


def test_sizes_of_pictures_and_latents_are_numbers_too() -> None:
    found = noise_in_graph(
        graph(
            n3=sampler(latent_image=["21", 0]),
            n12=node("EmptyImage", width=640, height=320, batch_size=2),
            n20=node("GetImageSize", image=["12", 0]),
            n21=node("EmptyLatentImage", width=["20", 0], height=["20", 1], batch_size=1),
        )
    )
    assert found.shape == (4, 40, 80)
    counted = node("EmptyLatentImage", width=64, height=64, batch_size=["20", 2])
    more = graph(
        n5=counted,
        n12=node("EmptyImage", width=640, height=320, batch_size=2),
        n20=node("GetImageSize", image=["12", 0]),
    )
    assert noise_in_graph(more).batch == 2
    cells = node("EmptyLatentImage", width=["20", 0], height=["20", 1], batch_size=1)
    again = graph(n3=sampler(latent_image=["21", 0]), n20=node("GetLatentSize", latent=["5", 0]))
    assert noise_in_graph({**again, "21": cells}).shape == (4, 48, 64)
