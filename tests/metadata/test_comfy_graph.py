"""What graphs of ComfyUI tell about their noise."""

from __future__ import annotations

import shlex
import time
from typing import Any

import pytest
import torch

from seedloupe.errors import ImageError, InputError, NoiseError
from seedloupe.metadata import FoundHost, FoundLevel, draw_found, noise_in_graph
from seedloupe.noise import CPU_NOISE, NV_NOISE, comfyui_noise, initial_noise

from .graphs import SEED, SHAPE, empty, graph, node, sampler


def test_the_first_workflow_names_its_noise_exactly() -> None:
    found = noise_in_graph(graph())
    assert (found.host, found.level) == (FoundHost.COMFYUI, FoundLevel.EXACT)
    assert (found.seeds, found.shape, found.source) == ((SEED,), SHAPE, CPU_NOISE)
    assert (found.task, found.strength, found.batch) == ("txt2img", None, 1)
    assert torch.equal(draw_found(found), initial_noise(SEED, SHAPE))
    with pytest.raises(NoiseError, match="source"):
        draw_found(found, source=NV_NOISE)


def test_a_picture_of_a_batch_must_say_its_place() -> None:
    found = noise_in_graph(graph(n5=empty(520, 520, 3)))
    assert (found.level, found.batch) == (FoundLevel.DEPENDS, 3)
    assert "One of a batch of 3" in found.verdict
    assert any("no whole blocks of 16" in note for note in found.notes)
    for index in (None, -1, 3):
        with pytest.raises(NoiseError, match="index: expected 0 to 2"):
            draw_found(found, index=index)
    batch = comfyui_noise(SEED, (4, 65, 65), batch=3)
    assert torch.equal(draw_found(found, index=2), batch[2])


@pytest.mark.parametrize(("slot", "words"), [(0, "One of the 3 best"), (1, "The best seed")])
def test_golden_seeds_are_told_by_their_table(slot: int, words: str) -> None:
    golden = node("SeedloupeGoldenSeed", table="mine", count=3, width=512, height=384)
    found = noise_in_graph(graph(n3=sampler(seed=["20", slot]), n20=golden))
    assert (found.level, found.seeds, found.shape) == (FoundLevel.DEPENDS, (), SHAPE)
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


@pytest.mark.parametrize("adds", ["enable", "disable"])
def test_the_advanced_sampler_adds_noise_or_not(adds: str) -> None:
    inputs = {"add_noise": adds, "noise_seed": 8, "latent_image": ["5", 0]}
    found = noise_in_graph(graph(n3=node("KSamplerAdvanced", **inputs)))
    level = FoundLevel.EXACT if adds == "enable" else FoundLevel.UNKNOWN
    assert found.level is level
    assert found.seeds == ((8,) if adds == "enable" else ())


def test_the_second_pass_of_two_samplers_is_not_the_start() -> None:
    bigger = node("LatentUpscale", samples=["3", 0], width=1024, height=768)
    second = sampler(seed=9, denoise=0.5, latent_image=["10", 0])
    found = noise_in_graph(
        graph(n8=node("VAEDecode", samples=["11", 0], vae=["4", 2]), n10=bigger, n11=second)
    )
    assert (found.level, found.seeds, found.shape) == (FoundLevel.EXACT, (SEED,), SHAPE)
    assert any("Later samplers (1)" in note for note in found.notes)


def test_custom_samplers_are_followed_to_their_noise() -> None:
    custom = node("SamplerCustom", add_noise=True, noise_seed=6, latent_image=["5", 0])
    assert noise_in_graph(graph(n3=custom)).seeds == (6,)
    advanced = node("SamplerCustomAdvanced", noise=["30", 0], latent_image=["5", 0])
    given = noise_in_graph(graph(n3=advanced, n30=node("RandomNoise", noise_seed=2**53 + 1)))
    assert (given.level, given.seeds) == (FoundLevel.EXACT, (2**53 + 1,))
    none = noise_in_graph(graph(n3=advanced, n30=node("DisableNoise")))
    assert none.level is FoundLevel.UNKNOWN
    assert "no sampler that starts from noise" in none.verdict
    for strange in (node("PerlinNoise", seed=1), None):
        found = noise_in_graph(graph(n3=advanced, n30=strange))
        assert found.level is FoundLevel.UNKNOWN


def test_pictures_that_started_from_others_have_noise_of_a_size_nobody_told() -> None:
    encoded = node("VAEEncode", pixels=["12", 0], vae=["4", 2])
    masked = node("SetLatentNoiseMask", samples=["5", 0], mask=["12", 1])
    image = node("LoadImage", image="a.png")
    plain = noise_in_graph(graph(n3=sampler(denoise=0.6), n5=encoded, n12=image))
    assert (plain.task, plain.strength, plain.shape) == ("img2img", 0.6, None)
    assert (plain.level, plain.seeds) == (FoundLevel.UNKNOWN, (SEED,))
    inpaint = noise_in_graph(
        graph(n3=sampler(latent_image=["13", 0]), n5=encoded, n12=image, n13=masked)
    )
    assert inpaint.task == "inpaint"
    conditioned = node("InpaintModelConditioning", pixels=["12", 0], mask=["12", 1])
    assert noise_in_graph(graph(n5=conditioned, n12=image)).task == "inpaint"


def test_of_two_pictures_in_one_graph_the_file_does_not_tell_which() -> None:
    other = {
        "n13": sampler(seed=4),
        "n18": node("VAEDecode", samples=["13", 0]),
        "n19": node("SaveImage", images=["18", 0]),
    }
    found = noise_in_graph(graph(**other))
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, (4, SEED))
    assert "2 samplers" in found.verdict
    same = noise_in_graph(graph(**{**other, "n13": sampler(cfg=2.0)}))
    assert same.level is FoundLevel.EXACT
    unsaved = noise_in_graph(graph(**{**other, "n19": None}))
    assert unsaved.seeds == (SEED,)


def test_samplers_of_others_are_not_taken_for_comfyuis() -> None:
    theirs = node("KSampler //Inspire", seed=3, noise_mode="GPU(=A1111)", latent_image=["5", 0])
    found = noise_in_graph(graph(n3=theirs))
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, (3,))
    assert "KSampler //Inspire" in found.verdict
    rotated = node("LatentRotate", samples=["5", 0], rotation="90 degrees")
    turned = noise_in_graph(graph(n3=sampler(latent_image=["10", 0]), n10=rotated))
    assert turned.level is FoundLevel.UNKNOWN
    assert "LatentRotate" in turned.verdict


def test_a_graph_of_thousands_of_nodes_takes_no_time() -> None:
    begun = time.monotonic()
    nodes = {str(n): sampler(latent_image=[str(n + 1), 0]) for n in range(4000)}
    assert noise_in_graph(nodes).level is FoundLevel.UNKNOWN
    chain = {str(n): node("Reroute", samples=[str(n + 1), 0]) for n in range(4, 4000)}
    far = noise_in_graph({**chain, "1": sampler(latent_image=["4", 0])})
    assert far.level is FoundLevel.UNKNOWN
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("prompt", "field"),
    [
        ({}, "prompt"),
        ({str(n): node("A") for n in range(4097)}, "prompt"),
        ({"1": 5}, "prompt.1"),
        ({"1": {"inputs": {}}}, "prompt.1"),
        ({"1": {"class_type": "KSampler", "inputs": [1]}}, "prompt.1"),
        ({"1": node("A", **{f"i{n}": 1 for n in range(513)})}, "prompt.1"),
        (graph(n3=sampler(seed=-1)), "prompt.3.seed"),
        (graph(n3=sampler(seed=2**64)), "prompt.3.seed"),
        (graph(n3=sampler(denoise=float("nan"))), "prompt.3.denoise"),
        (graph(n3=sampler(denoise=["3"])), "prompt.3.denoise"),
        (graph(n5=empty(width=10**9)), "prompt.5"),
        (graph(n5=empty(width=0)), "prompt.5"),
        (graph(n5=empty(batch_size=0)), "prompt.5"),
        (graph(n5=empty(batch_size=10**12)), "prompt.5"),
        (graph(n5=empty(batch_size=["6", 0])), "prompt.5"),
        (
            graph(
                n3=sampler(latent_image=["10", 0]),
                n10=node("RepeatLatentBatch", samples=["5", 0], amount=10**6),
            ),
            "prompt.10",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(prompt: dict[str, Any], field: str) -> None:
    with pytest.raises(ImageError) as caught:
        noise_in_graph(prompt)
    assert caught.value.field == field


@pytest.mark.parametrize("value", [None, True, 1.5, "x", [], ["5"], ["5", "0"], {"a": 1}, [[], 0]])
def test_values_of_any_other_kind_lead_nowhere_and_break_nothing(value: Any) -> None:
    for name in ("seed", "latent_image"):
        found = noise_in_graph(graph(n3=sampler(**{name: value})))
        assert found.level is FoundLevel.UNKNOWN
    for name in ("width", "batch_size"):
        try:
            level = noise_in_graph(graph(n5=empty(**{name: value}))).level
        except InputError:
            continue
        assert level is FoundLevel.UNKNOWN
