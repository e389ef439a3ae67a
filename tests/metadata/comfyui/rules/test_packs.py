"""Loaders and samplers of packs that do what the core's do, in one node."""

from __future__ import annotations

from typing import Any

import pytest

from seedloupe.metadata import FoundLevel, LaterPass, noise_in_graph

from ...graphs import graph, node


def efficient(**changed: Any) -> dict[str, Any]:
    """Efficiency's loader and sampler, whose picture is saved."""
    inputs = {"seed": 6, "steps": 20, "denoise": 1.0, "vae_decode": "true", **changed}
    wires = {"model": ["4", 0], "latent_image": ["4", 3], "optional_vae": ["4", 4]}
    return graph(
        n3=node("KSampler (Efficient)", **{**wires, **inputs}),
        n4=node(
            "Efficient Loader",
            ckpt_name="a.safetensors",
            empty_latent_width=640,
            empty_latent_height=384,
            batch_size=1,
        ),
        n5=None,
        n6=None,
        n7=None,
        n8=None,
        n9=node("SaveImage", images=["3", 5]),
    )


def test_efficiencys_sampler_is_the_cores() -> None:
    found = noise_in_graph(efficient(), file_size=(640, 384))
    assert (found.level, found.seeds, found.shape) == (FoundLevel.EXACT, (6,), (4, 48, 80))
    assert noise_in_graph(efficient(sampler_state="Hold")).level is FoundLevel.UNKNOWN


def test_scripts_of_efficiency_are_a_second_pass_or_unknown() -> None:
    hires = node("HighRes-Fix Script", upscale_type="latent", use_same_seed=False, seed=7)
    hires["inputs"]["denoise"] = 0.56
    found = noise_in_graph({**efficient(script=["20", 0]), "20": hires})
    assert (found.seeds, found.later) == (
        (6,),
        (LaterPass("HighRes-Fix Script", 7, None, 0.56),),
    )
    control = node("Noise Control Script", rng_source="gpu", add_seed_noise=False)
    for script in (control, node("Tiled Upscaler Script"), None):
        prompt = efficient(script=["20", 0])
        if script is not None:
            prompt["20"] = script
        assert noise_in_graph(prompt).level is FoundLevel.UNKNOWN
    chained = {**hires, "inputs": {**hires["inputs"], "script": ["21", 0]}}
    prompt = {**efficient(script=["20", 0]), "20": chained, "21": control}
    assert noise_in_graph(prompt).unknown == ("HighRes-Fix Script",)


def test_efficiencys_sampler_for_two_models_draws_for_the_first() -> None:
    prompt = efficient()
    prompt["4"] = node(
        "Eff. Loader SDXL", empty_latent_width=640, empty_latent_height=384, batch_size=1
    )
    wires = {"sdxl_tuple": ["4", 0], "latent_image": ["4", 1]}
    prompt["3"] = node("KSampler SDXL (Eff.)", noise_seed=6, steps=20, start_at_step=0, **wires)
    prompt["9"] = node("SaveImage", images=["3", 3])
    assert noise_in_graph(prompt).seeds == (6,)
    prompt["20"] = node("Pack SDXL Tuple", base_model=["21", 0], refiner_model=["4", 0])
    prompt["21"] = node("Strange")
    prompt["3"]["inputs"]["sdxl_tuple"] = ["20", 0]
    assert noise_in_graph(prompt).unknown == ("Strange",)


@pytest.mark.parametrize(
    ("changed", "level"),
    [
        ({}, FoundLevel.EXACT),
        ({"batch_seed_mode": "incremental"}, FoundLevel.EXACT),
        ({"noise_mode": "GPU(=A1111)"}, FoundLevel.UNKNOWN),
        ({"noise_mode": None}, FoundLevel.UNKNOWN),
        ({"variation_strength": 0.1}, FoundLevel.UNKNOWN),
        ({"batch_seed_mode": "variation str inc:0.01"}, FoundLevel.UNKNOWN),
        ({"noise_opt": ["99", 0]}, FoundLevel.UNKNOWN),
    ],
)
def test_inspires_sampler_is_known_where_it_draws_as_the_core(
    changed: dict[str, Any], level: FoundLevel
) -> None:
    inputs = {
        "seed": 6,
        "noise_mode": "CPU",
        "batch_seed_mode": "comfy",
        "variation_strength": 0.0,
        "latent_image": ["5", 0],
        "model": ["4", 0],
        **changed,
    }
    found = noise_in_graph(graph(n3=node("KSampler //Inspire", **inputs)))
    assert (found.level, found.seeds) == (level, (6,))


def test_inspires_batch_of_seeds_is_not_one_stream() -> None:
    batch = graph(
        n3=node(
            "KSampler //Inspire",
            seed=6,
            noise_mode="CPU",
            batch_seed_mode="incremental",
            latent_image=["5", 0],
        )
    )
    batch["5"]["inputs"]["batch_size"] = 3
    assert noise_in_graph(batch).level is FoundLevel.UNKNOWN
