"""Noise is drawn where a picture has none; where it has some, that is a later pass."""

from __future__ import annotations

import pytest

from seedloupe.metadata import FoundLevel, LaterPass, noise_in_graph

from ...graphs import SEED, graph, node, sampler


def test_custom_samplers_are_followed_to_their_noise() -> None:
    custom = node("SamplerCustom", add_noise=True, noise_seed=6, latent_image=["5", 0])
    assert noise_in_graph(graph(n3=custom)).seeds == (6,)
    advanced = node("SamplerCustomAdvanced", noise=["30", 0], latent_image=["5", 0])
    given = noise_in_graph(graph(n3=advanced, n30=node("RandomNoise", noise_seed=2**53 + 1)))
    assert (given.level, given.seeds) == (FoundLevel.EXACT, (2**53 + 1,))
    for strange in (node("PerlinNoise", seed=1), None):
        found = noise_in_graph(graph(n3=advanced, n30=strange))
        assert found.level is FoundLevel.UNKNOWN


def test_a_refiner_goes_on_with_the_noise_of_the_base() -> None:
    base = {"add_noise": "enable", "noise_seed": 6, "steps": 25, "start_at_step": 0}
    rest = {"add_noise": "disable", "noise_seed": 7, "steps": 25, "start_at_step": 20}
    found = noise_in_graph(
        graph(
            n3=node("KSamplerAdvanced", **base, end_at_step=20, latent_image=["5", 0]),
            n13=node("KSamplerAdvanced", **rest, latent_image=["3", 0], model=["4", 0]),
            n8=node("VAEDecode", samples=["13", 0], vae=["4", 2]),
        )
    )
    assert (found.level, found.seeds, found.later) == (FoundLevel.EXACT, (6,), ())


def test_a_sampler_without_noise_leaves_the_start_to_the_next() -> None:
    found = noise_in_graph(
        graph(
            n3=node("KSamplerAdvanced", add_noise="disable", noise_seed=6, latent_image=["5", 0]),
            n13=sampler(seed=7, latent_image=["3", 0]),
            n8=node("VAEDecode", samples=["13", 0], vae=["4", 2]),
        )
    )
    assert (found.level, found.seeds) == (FoundLevel.EXACT, (7,))


def test_noise_laid_on_before_sampling_is_the_start() -> None:
    laid = node("AddNoise", model=["4", 0], noise=["30", 0], latent_image=["5", 0])
    found = noise_in_graph(
        graph(
            n3=node("SamplerCustomAdvanced", noise=["31", 0], latent_image=["20", 0]),
            n20=laid,
            n30=node("RandomNoise", noise_seed=6),
            n31=node("DisableNoise"),
        )
    )
    assert (found.level, found.seeds) == (FoundLevel.EXACT, (6,))


@pytest.mark.parametrize("denoise", [0, 0.0])
def test_a_sampler_that_forgets_nothing_draws_nothing_that_counts(denoise: float) -> None:
    found = noise_in_graph(
        graph(
            n13=sampler(seed=7, denoise=denoise, latent_image=["3", 0]),
            n8=node("VAEDecode", samples=["13", 0], vae=["4", 2]),
        )
    )
    assert (found.seeds, found.later) == ((SEED,), ())
    alone = noise_in_graph(graph(n3=sampler(denoise=denoise)))
    assert alone.level is FoundLevel.UNKNOWN


def test_an_unknown_node_between_two_passes_may_have_put_other_latents_there() -> None:
    found = noise_in_graph(
        graph(
            n10=node("Strange", samples=["3", 0]),
            n13=sampler(seed=7, denoise=0.5, latent_image=["10", 0]),
            n8=node("VAEDecode", samples=["13", 0], vae=["4", 2]),
        )
    )
    assert (found.level, found.unknown) == (FoundLevel.UNKNOWN, ("Strange",))
    assert found.seeds == (SEED,)


def test_a_switch_that_is_not_known_leaves_the_noise_unknown() -> None:
    open_ = node("KSamplerAdvanced", add_noise=["20", 0], noise_seed=6, latent_image=["5", 0])
    found = noise_in_graph(graph(n3=open_, n20=node("Strange")))
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, (6,))


def test_samplers_with_a_pipe_find_their_model_in_it() -> None:
    pipe = node("ToBasicPipe", model=["4", 0], clip=["4", 1], vae=["4", 2])
    piped = node("ImpactKSamplerBasicPipe", basic_pipe=["20", 0], seed=6, latent_image=["5", 0])
    prompt = graph(n3=piped, n8=node("VAEDecode", samples=["3", 1], vae=["3", 2]), n20=pipe)
    assert noise_in_graph(prompt).seeds == (6,)
    prompt["20"]["inputs"]["model"] = ["21", 0]
    prompt["21"] = node("Strange")
    assert noise_in_graph(prompt).unknown == ("Strange",)


def test_later_passes_name_what_they_are() -> None:
    found = noise_in_graph(
        graph(
            n9=node("SaveImage", images=["20", 0]),
            n20=node("FaceDetailer", image=["8", 0], model=["4", 0], seed=5, denoise=0.5),
        )
    )
    assert found.later == (LaterPass("FaceDetailer", 5, (512, 384), 0.5),)
    loaded = node("LoadImage", image="a.png")
    alone = noise_in_graph(
        graph(
            n3=None,
            n8=loaded,
            n9=node("SaveImage", images=["20", 0]),
            n20=node("UltimateSDUpscale", image=["8", 0], model=["4", 0], seed=5, denoise=0.2),
        )
    )
    assert (alone.level, alone.unknown, alone.seeds) == (
        FoundLevel.UNKNOWN,
        ("UltimateSDUpscale",),
        (5,),
    )
