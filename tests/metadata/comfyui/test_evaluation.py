"""A graph is followed from its first nodes to its last; what is not known stays so, by name."""

from __future__ import annotations

import pytest

from seedloupe.metadata import FoundLevel, noise_in_graph

from ..graphs import SEED, SHAPE, empty, graph, node, sampler


def test_circles_end() -> None:
    ring = {
        "n3": sampler(seed=["20", 0], latent_image=["10", 0]),
        "n10": node("Reroute", samples=["11", 0]),
        "n11": node("Reroute", samples=["10", 0]),
        "n20": node("PrimitiveInt", value=["21", 0]),
        "n21": node("PrimitiveInt", value=["20", 0]),
    }
    found = noise_in_graph(graph(**ring))
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, ())
    itself = noise_in_graph(graph(n3=sampler(latent_image=["3", 0])))
    assert itself.level is FoundLevel.UNKNOWN
    assert "circle" in itself.verdict


def test_a_strangers_kind_of_node_drives_no_terminal() -> None:
    kind = "\x1b]0;title\x07\n\x9b2J" + "x" * 99
    strange = (
        graph(n3=node(kind, seed=1, latent_image=["5", 0])),
        graph(n3=sampler(seed=["20", 0]), n20=node(kind, a=1, b=2)),
        graph(n3=sampler(latent_image=["10", 0]), n10=node(kind, samples=["5", 0])),
        graph(n3=sampler(latent_image=["10", 0]), n10=node(kind)),
        graph(n3=sampler(model=["10", 0]), n10=node(kind, model=["4", 0])),
        graph(n5=empty(width=["10", 0]), n10=node(kind)),
    )
    for prompt in strange:
        verdict = noise_in_graph(prompt).verdict
        assert "title" in verdict
        assert verdict.isprintable()
        assert len(verdict) < 250


@pytest.mark.parametrize(
    "changed",
    [
        {"n3": sampler(model=["20", 0]), "n20": node("Strange", model=["4", 0])},
        {"n3": sampler(latent_image=["20", 0]), "n20": node("Strange", samples=["5", 0])},
        {"n3": sampler(latent_image=["20", 0]), "n20": node("Strange", width=512, height=384)},
        {"n3": sampler(seed=["20", 0]), "n20": node("Strange", seed=4, mode="add")},
        {"n5": empty(batch_size=["20", 0]), "n20": node("Strange", value=1)},
        {"n3": node("Strange", seed=3, model=["4", 0], latent_image=["5", 0])},
        {"n8": node("Strange", samples=["3", 0], vae=["4", 2])},
        {
            "n9": node("SaveImage", images=["20", 0]),
            "n20": node("Strange", image=["8", 0], model=["4", 0]),
        },
        {
            "n9": node("SaveImage", images=["20", 0]),
            "n20": node("Strange", image=["8", 0], seed=5),
        },
        {
            "n9": node("SaveImage", images=["20", 0]),
            "n20": node("Strange", a=["8", 0], b=["21", 0]),
            "n21": node("LoadImage", image="a.png"),
        },
    ],
)
def test_an_unknown_node_on_the_way_makes_the_noise_unknown(changed: dict) -> None:
    found = noise_in_graph(graph(**changed))
    assert found.level is FoundLevel.UNKNOWN
    if found.unknown:
        assert found.unknown[0] == "Strange"
        assert "Strange" in found.verdict


def test_a_node_that_only_had_the_finished_picture_cannot_have_drawn() -> None:
    prompt = graph(
        n9=node("SaveImage", images=["20", 0]),
        n20=node("Strange", image=["8", 0], amount=0.5, mask=["21", 1], helper=["22", 0]),
        n21=node("LoadImage", image="a.png"),
        n22=node("UpscaleModelLoader", model_name="4x.pth"),
    )
    found = noise_in_graph(prompt)
    assert (found.level, found.seeds) == (FoundLevel.EXACT, (SEED,))
    assert any("went through Strange" in note for note in found.notes)
    # What is not known beside the picture may be another picture.
    for other in (["21", 0], ["23", 0], ["99", 0], ["24", 0]):
        prompt["20"]["inputs"]["helper"] = other
        more = {"23": node("StrangeLoader"), "24": node("Context (rgthree)", images=["21", 0])}
        found = noise_in_graph({**prompt, **more})
        assert (found.level, found.unknown) == (FoundLevel.UNKNOWN, ("Strange",)), other


def test_a_strange_node_before_sampling_may_have_made_many_pictures_of_one() -> None:
    prompt = graph(
        n5=node("VAEEncode", pixels=["20", 0], vae=["4", 2]),
        n12=node("EmptyImage", width=512, height=384, batch_size=1),
        n20=node("TilesOf", image=["12", 0]),
    )
    found = noise_in_graph(prompt, file_size=(512, 384))
    assert (found.level, found.unknown) == (FoundLevel.UNKNOWN, ("TilesOf",))
    prompt["20"] = node("ImageResize+", image=["12", 0])
    assert noise_in_graph(prompt, file_size=(512, 384)).shape == SHAPE
    # Latents are another matter: that it was handed pixels does not make it known.
    prompt["20"] = node("Strange", image=["12", 0])
    prompt["3"]["inputs"]["latent_image"] = ["20", 0]
    assert noise_in_graph(prompt).unknown == ("Strange",)


def test_wires_that_end_in_nothing_are_unknown() -> None:
    for changed in ({"n4": None}, {"n5": None}, {"n8": None}):
        assert noise_in_graph(graph(**changed)).level is FoundLevel.UNKNOWN


def test_what_the_host_cannot_run_made_no_file() -> None:
    broken = {
        "n13": sampler(seed=7, latent_image=None),
        "n18": node("VAEDecode", samples=["13", 0], vae=["4", 2]),
        "n19": node("SaveImage", images=["18", 0]),
    }
    found = noise_in_graph(graph(**broken))
    assert (found.level, found.seeds) == (FoundLevel.EXACT, (SEED,))


def test_a_list_runs_a_node_once_for_each_item() -> None:
    found = noise_in_graph(
        graph(
            n3=sampler(seed=["20", 0]),
            n20=node("CreateList", a=["21", 0], b=["22", 0]),
            n21=node("PrimitiveInt", value=4),
            n22=node("PrimitiveInt", value=5),
        )
    )
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, (4, 5))
    assert "KSampler 3 ran 2 times" in found.verdict
    assert [candidate.seed for candidate in found.candidates] == [4, 5]
