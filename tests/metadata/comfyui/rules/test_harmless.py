"""What is harmless is a list with a reason each; everything else is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from seedloupe.metadata import FoundLevel, noise_in_graph
from seedloupe.metadata.comfyui.rules import (
    RULES,
    empty_latents,
    harmless_models,
    harmless_others,
    harmless_pixels,
    latent_batches,
    latents,
    models,
    numbers,
    packs,
    picture_batches,
    pixels,
    samplers,
    schedules,
    switches,
)

from ...graphs import SEED, graph, node, sampler

TABLES: Mapping[str, Mapping[str, str]] = {
    "models": harmless_models.HARMLESS_MODELS,
    "guiders": models.HARMLESS_GUIDERS,
    "pixels": harmless_pixels.HARMLESS_PIXELS,
    "picture samplers": harmless_pixels.PICTURE_SAMPLERS,
    "latents": latents.HARMLESS_LATENTS,
    "levels with denoise": schedules.WITH_DENOISE,
    "levels from the top": schedules.FROM_THE_TOP,
    "levels of untold strength": schedules.UNTOLD_STRENGTH,
    "methods": schedules.HARMLESS_METHODS,
    "others": harmless_others.HARMLESS_OTHERS,
}
MODULES = (
    empty_latents,
    harmless_others,
    latent_batches,
    latents,
    models,
    numbers,
    packs,
    picture_batches,
    pixels,
    samplers,
    schedules,
    switches,
)


@pytest.mark.parametrize("name", TABLES)
def test_every_harmless_node_has_a_reason_and_a_rule(name: str) -> None:
    for kind, reason in TABLES[name].items():
        assert kind.strip(), name
        assert len(reason.split()) >= 4, kind
        assert kind in RULES, kind


def test_no_kind_has_two_rules() -> None:
    counts = Counter(kind for module in MODULES for kind in module.RULES)
    assert [kind for kind, count in counts.items() if count > 1] == []
    assert len(RULES) == sum(counts.values())


def test_what_draws_noise_of_its_own_is_in_no_list_of_harmless_nodes() -> None:
    for kind in harmless_models.DRAWS_ITSELF:
        assert all(kind not in table for table in TABLES.values()), kind
    # These shuffle, replace or add noise, or turn a picture into some.
    for kind in (
        "FlipSigmas",
        "BNK_Unsampler",
        "InjectLatentNoise+",
        "NoiseInversion",
        "LoadLatent",
    ):
        assert all(kind not in table for table in TABLES.values()), kind


@pytest.mark.parametrize("kind", sorted(harmless_models.HARMLESS_MODELS))
def test_a_harmless_model_node_leaves_the_noise_known(kind: str) -> None:
    patched = graph(n3=sampler(model=["20", 0]), n20=node(kind, model=["4", 0]))
    found = noise_in_graph(patched)
    assert (found.level, found.seeds) == (FoundLevel.EXACT, (SEED,))


@pytest.mark.parametrize("kind", ["ModelMergeSimple", "LoraLoader", "CFGGuider"])
def test_a_harmless_node_does_not_hide_an_unknown_one_behind_it(kind: str) -> None:
    strange = {"n21": node("Strange", model=["4", 0])}
    behind = graph(
        n3=sampler(model=["20", 0]),
        n20=node(kind, model=["21", 0], model1=["4", 0], model2=["21", 0]),
        **strange,
    )
    assert noise_in_graph(behind).unknown == ("Strange",)


def test_a_model_out_of_something_else_is_no_model() -> None:
    found = noise_in_graph(graph(n3=sampler(model=["5", 0])))
    assert found.level is FoundLevel.UNKNOWN
    assert "without a model" in found.verdict


@pytest.mark.parametrize("freenoise", [True, False])
def test_context_windows_may_shuffle_noise(freenoise: bool) -> None:
    windows = node("ContextWindowsManual", model=["4", 0], freenoise=freenoise)
    found = noise_in_graph(graph(n3=sampler(model=["20", 0]), n20=windows))
    assert found.level is FoundLevel.UNKNOWN
    assert "shuffle" in found.verdict
