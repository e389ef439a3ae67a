"""Values of a page get their names, whichever version of the page wrote them."""

from __future__ import annotations

from typing import Any

import pytest

from seedloupe.metadata.comfyui.page.widgets import named_values, values_of_use


@pytest.mark.parametrize(
    ("kind", "values", "named"),
    [
        (
            "KSampler",
            [7, "fixed", 20, 8, "euler", "normal", 0.5],
            {"seed": 7, "steps": 20, "denoise": 0.5},
        ),
        ("KSampler", [7, True, 20, 8, "euler", "normal", 1], {"seed": 7, "denoise": 1}),
        ("KSampler", [7, 20, 8, "euler", "normal", 1], {"seed": 7, "steps": 20, "denoise": 1}),
        ("KSampler (Efficient)", [7, None, 20, 7, "euler", "normal", 1], {"steps": 20}),
        (
            "KSamplerAdvanced",
            ["enable", 7, "randomize", 20, 8, "euler", "normal", 5, 10000, "disable"],
            {"add_noise": "enable", "noise_seed": 7, "start_at_step": 5},
        ),
        ("RandomNoise", [7, "increment"], {"noise_seed": 7}),
        ("PrimitiveNode", [7, "fixed"], {"value": 7}),
        ("PrimitiveInt", [7, "fixed"], {"value": 7}),
        ("Seed (rgthree)", [7, "", "", ""], {"seed": 7}),
        ("LatentBatchSeedBehavior", ["fixed"], {"seed_behavior": "fixed"}),
        ("Seed Generator (Image Saver)", [7, "fixed", 2], {"seed": 7, "increment": 2}),
        ("KSampler", {"seed": 7, "denoise": 0.5}, {"seed": 7, "denoise": 0.5}),
        ("KSampler", None, {}),
        ("Strange", [7, "fixed"], {}),
    ],
)
def test_values_are_named(kind: str, values: Any, named: dict[str, Any]) -> None:
    found = named_values({"type": kind, "widgets_values": values})
    assert {name: found.get(name) for name in named} == named
    assert bool(found) == bool(named)


def test_names_written_beside_the_values_count_more() -> None:
    node = {"type": "KSampler", "widgets_values": [1], "widgets_values_named": {"seed": 7}}
    assert named_values(node) == {"seed": 7}


def test_values_of_a_strange_kind_are_named_by_its_inputs_where_they_fit() -> None:
    sockets = [
        {"name": name, "widget": {"name": name}, "link": None} for name in ("seed", "mode", "size")
    ]
    strange = {"type": "Strange", "inputs": [{"name": "model", "link": 1}, *sockets]}
    fitting = {**strange, "widgets_values": [7, "randomize", "tall", 512]}
    assert named_values(fitting) == {"seed": 7, "mode": "tall", "size": 512}
    for values in ([7, "tall"], [7, "tall", 512, 3]):
        assert named_values({**strange, "widgets_values": values}) == {}


def test_a_use_of_a_subgraph_has_values_for_what_is_no_wire() -> None:
    use = {"inputs": [{"name": "model", "link": 1}], "widgets_values": [7, 512]}
    assert values_of_use(use, ["model", "seed", "width"]) == {"seed": 7, "width": 512}
    # A value whose input is shown as one keeps its place, wired or not.
    shown = {**use, "inputs": [*use["inputs"], {"name": "seed", "widget": {"name": "seed"}}]}
    assert values_of_use(shown, ["model", "seed", "width"]) == {"seed": 7, "width": 512}
    assert values_of_use(use, ["model", "seed"]) == {"seed": []}
    assert values_of_use({**use, "widgets_values": []}, ["seed"]) == {}
