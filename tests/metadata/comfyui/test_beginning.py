"""The one drawing of noise behind all pictures a file can be, or why there is none."""

from __future__ import annotations

from seedloupe.metadata import FoundLevel, noise_in_graph

from ..graphs import SEED, graph, node, sampler


def two(**joined: object) -> dict:
    """Two samplers, and a node that makes one picture of theirs."""
    return graph(
        n13=sampler(seed=4),
        n18=node("VAEDecode", samples=["13", 0]),
        n9=node("SaveImage", images=["20", 0]),
        n20=joined,
    )


def test_a_picture_put_together_of_two_has_no_one_noise() -> None:
    for kind, names in (
        ("ImageBlend", ("image1", "image2")),
        ("ImageStitch", ("image1", "image2")),
    ):
        inputs = dict(zip(names, (["8", 0], ["18", 0]), strict=True))
        found = noise_in_graph(two(**node(kind, **inputs)))
        assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, (4, SEED))
        assert "put together" in found.verdict
    latents = node("LatentComposite", samples_to=["3", 0], samples_from=["13", 0], x=0, y=0)
    blended = graph(n8=node("VAEDecode", samples=["20", 0]), n13=sampler(seed=4), n20=latents)
    assert "put together" in noise_in_graph(blended).verdict


def test_a_picture_laid_over_itself_is_still_the_same() -> None:
    laid = node("LatentComposite", samples_to=["3", 0], samples_from=["3", 0], x=0, y=0, feather=0)
    found = noise_in_graph(graph(n8=node("VAEDecode", samples=["10", 0]), n10=laid))
    assert (found.level, found.seeds) == (FoundLevel.EXACT, (SEED,))


def test_a_picture_pasted_back_into_the_one_it_came_from_began_with_its_own_noise() -> None:
    pasted = node("ImageCompositeMasked", destination=["12", 0], source=["8", 0], x=0, y=0)
    prompt = graph(
        n9=node("SaveImage", images=["20", 0]), n12=node("LoadImage", image="a.png"), n20=pasted
    )
    assert noise_in_graph(prompt).seeds == (SEED,)


def test_one_of_two_pictures_put_behind_each_other_can_be_picked() -> None:
    behind = node("ImageBatch", image1=["8", 0], image2=["18", 0])
    picked = {**two(**behind), "21": node("ImageFromBatch", image=["20", 0], batch_index=1)}
    picked["9"]["inputs"]["images"] = ["21", 0]
    assert noise_in_graph(picked).seeds == (4,)
    assert noise_in_graph(two(**behind)).seeds == (4, SEED)


def test_samplers_of_others_are_named_and_not_taken_for_comfyuis() -> None:
    theirs = node("KSampler //Inspire", seed=3, noise_mode="GPU(=A1111)", latent_image=["5", 0])
    found = noise_in_graph(graph(n3=theirs))
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, (3,))
    assert found.unknown == ("KSampler //Inspire",)
    assert "KSampler //Inspire" in found.verdict


def test_what_is_known_of_a_node_that_draws_itself_is_said() -> None:
    animated = {
        "n3": sampler(model=["20", 0]),
        "n20": node("ADE_UseEvolvedSampling", model=["4", 0], sample_settings=["21", 0]),
        "n21": node("ADE_AnimateDiffSamplingSettings", noise_type="FreeNoise"),
    }
    found = noise_in_graph(graph(**animated))
    assert found.level is FoundLevel.UNKNOWN
    assert "sample settings that replace the noise" in found.verdict


def test_a_picture_without_a_sampler_says_where_it_comes_from() -> None:
    loaded = noise_in_graph(graph(n3=None, n8=node("LoadImage", image="a.png")))
    assert "no sampler that starts from noise" in loaded.verdict
    bought = node("SomeImageService", prompt="a hill", image=["12", 0])
    found = noise_in_graph(graph(n3=None, n8=bought, n12=node("LoadImage", image="a.png")))
    assert found.level is FoundLevel.UNKNOWN
    assert "SomeImageService" in found.verdict


def test_noise_that_was_left_out_is_no_start() -> None:
    advanced = node("SamplerCustomAdvanced", noise=["30", 0], latent_image=["5", 0])
    none = noise_in_graph(graph(n3=advanced, n30=node("DisableNoise")))
    assert none.level is FoundLevel.UNKNOWN
    assert "no sampler that starts from noise" in none.verdict
