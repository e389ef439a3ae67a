"""How much is known of the noise a picture began with, in sentences."""

from __future__ import annotations

import shlex

import pytest
import torch

from seedloupe.errors import NoiseError
from seedloupe.metadata import FoundLevel, Missing, draw_found, noise_in_graph
from seedloupe.noise import NV_NOISE, NoiseSource, comfyui_noise, initial_noise

from ..graphs import SEED, SHAPE, empty, graph, node, sampler


@pytest.mark.parametrize(("slot", "words"), [(0, "One of the 3 best"), (1, "The best seed")])
def test_golden_seeds_are_told_by_their_table(slot: int, words: str) -> None:
    golden = node("SeedloupeGoldenSeed", table="mine", count=3, width=512, height=384)
    found = noise_in_graph(graph(n3=sampler(seed=["20", slot]), n20=golden))
    assert (found.level, found.seeds, found.shape) == (FoundLevel.DEPENDS, (), SHAPE)
    assert found.missing == (Missing.SEED,)
    assert words in found.verdict
    assert "pick golden --table mine --count" in found.verdict
    with pytest.raises(NoiseError, match="picture"):
        draw_found(found)
    theirs = node("KSampler //Inspire", seed=["20", slot], latent_image=["5", 0])
    assert noise_in_graph(graph(n3=theirs, n20=golden)).level is FoundLevel.UNKNOWN


@pytest.mark.parametrize(
    "table", ["x; touch pwned #", "$(touch pwned)", "it's mine", "a b", 'q"q', "mine && rm -r ."]
)
def test_a_strangers_table_stays_one_word_of_the_command(table: str) -> None:
    golden = node("SeedloupeGoldenSeed", table=table, count=3)
    verdict = noise_in_graph(graph(n3=sampler(seed=["20", 0]), n20=golden)).verdict
    command = verdict.split("`")[1]
    before, after = ["seedloupe", "pick", "golden", "--table"], ["--count", "3"]
    assert shlex.split(command) == [*before, table, *after]


@pytest.mark.parametrize(
    ("table", "count"),
    [
        ("--json", 3),
        ("a`touch pwned`", 3),
        ("a\x1b[2J", 3),
        ("a\nb", 3),
        ("", 3),
        ("x" * 201, 3),
        (["5", 0], 3),
        (None, 3),
        ("mine", "3; touch pwned"),
        ("mine", -3),
        ("mine", 10**9),
        ("mine", None),
    ],
)
def test_where_a_graphs_words_are_no_tables_no_command_is_made_of_them(
    table: object, count: object
) -> None:
    golden = node("SeedloupeGoldenSeed", table=table, count=count)
    found = noise_in_graph(graph(n3=sampler(seed=["20", 0]), n20=golden))
    assert found.level is FoundLevel.DEPENDS
    assert "best seeds of" in found.verdict
    assert "seedloupe" not in found.verdict
    assert found.verdict.isprintable()


def test_a_seed_of_a_strange_node_is_not_taken_for_the_one_it_holds() -> None:
    held = noise_in_graph(graph(n3=sampler(seed=["20", 0]), n20=node("LabSeed", seed=19)))
    assert (held.level, held.seeds, held.unknown) == (FoundLevel.UNKNOWN, (19,), ("LabSeed",))
    assert "`seedloupe noise 19 --shape 4,48,64`" in held.verdict
    made = node("RandomInteger", seed=5, min=0, max=9)
    several = noise_in_graph(graph(n3=sampler(seed=["20", 0]), n20=made))
    assert (several.level, several.seeds) == (FoundLevel.UNKNOWN, ())
    assert "RandomInteger" in several.verdict


def settings(**changed: object) -> dict:
    """smZNodes' settings on the model's way."""
    return graph(
        n3=sampler(model=["10", 0]),
        n10=node("smZ Settings", **{"*": ["4", 0], "RNG": "nv", "ENSD": 0, **changed}),
    )


def test_settings_of_smz_draw_in_place_of_the_host() -> None:
    found = noise_in_graph(settings())
    assert (found.level, found.source) == (FoundLevel.EXACT, NV_NOISE)
    for source in (None, NV_NOISE):
        drawn = draw_found(found, source=source)
        assert torch.equal(drawn, initial_noise(SEED, SHAPE, source=NV_NOISE))
    assert noise_in_graph(settings(RNG="cpu")).source == noise_in_graph(graph()).source
    assert noise_in_graph(settings(RNG="other")).unknown == ("smZ Settings",)


def test_what_a_card_drew_depends_on_the_card() -> None:
    found = noise_in_graph(settings(RNG="gpu"))
    assert (found.level, found.missing) == (FoundLevel.DEPENDS, (Missing.SOURCE,))
    with pytest.raises(NoiseError, match="source"):
        draw_found(found)
    card = NoiseSource.parse("cuda:256")
    assert torch.equal(draw_found(found, source=card), initial_noise(SEED, SHAPE, source=card))


def test_a_batch_drawn_by_smz_is_one_stream_of_its_generator() -> None:
    prompt = {**settings(), "5": empty(512, 384, 3)}
    batch = comfyui_noise(SEED, SHAPE, batch=3, source=NV_NOISE)
    assert torch.equal(draw_found(noise_in_graph(prompt), index=2), batch[2])


def test_how_many_were_drawn_at_once_must_be_known() -> None:
    animation = graph(
        n5=node("VAEEncode", pixels=["12", 0], vae=["4", 2]),
        n12=node("LoadImage", image="a.GIF"),
    )
    found = noise_in_graph(animation, file_size=(512, 384))
    assert found.level is FoundLevel.UNKNOWN
    assert "How many" in found.verdict
