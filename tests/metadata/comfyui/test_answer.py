"""What graphs of ComfyUI tell about their noise."""

from __future__ import annotations

import time
from typing import Any

import pytest
import torch

from seedloupe.errors import ImageError, InputError, NoiseError
from seedloupe.metadata import FoundHost, FoundLevel, LaterPass, Missing, draw_found, noise_in_graph
from seedloupe.noise import CPU_NOISE, NV_NOISE, comfyui_noise, initial_noise

from ..graphs import SEED, SHAPE, empty, graph, node, sampler

PICTURE = node("LoadImage", image="a.png")
ENCODED = node("VAEEncode", pixels=["12", 0], vae=["4", 2])


def test_the_first_workflow_names_its_noise_exactly() -> None:
    found = noise_in_graph(graph())
    assert (found.host, found.level, found.missing) == (FoundHost.COMFYUI, FoundLevel.EXACT, ())
    assert (found.seeds, found.shape, found.source) == ((SEED,), SHAPE, CPU_NOISE)
    assert (found.task, found.strength, found.batch) == ("txt2img", None, 1)
    assert torch.equal(draw_found(found), initial_noise(SEED, SHAPE))
    with pytest.raises(NoiseError, match="source"):
        draw_found(found, source=NV_NOISE)


@pytest.mark.parametrize(
    ("kind", "channels", "cells"),
    [
        ("EmptyLatentImage", 4, (48, 64)),
        ("EmptySD3LatentImage", 16, (48, 64)),
        ("EmptyFlux2LatentImage", 128, (24, 32)),
    ],
)
def test_channels_are_an_assumption_until_somebody_says_them(
    kind: str, channels: int, cells: tuple[int, int]
) -> None:
    made = graph(n5=node(kind, width=512, height=384, batch_size=1))
    guessed = noise_in_graph(made)
    assert (guessed.shape, guessed.channels_assumed) == ((channels, *cells), True)
    said = noise_in_graph(made, channels=12)
    assert (said.shape, said.channels_assumed) == ((12, *cells), False)
    # The host rewrites empty latents to the model's channels, so the first values stay.
    first = [draw_found(found).flatten()[:8] for found in (guessed, said)]
    assert torch.equal(*first)
    with pytest.raises(NoiseError, match="channels"):
        noise_in_graph(made, channels=0)


def test_a_model_with_larger_cells_leaves_the_size_to_the_version_of_the_host() -> None:
    found = noise_in_graph(graph(), channels=128)
    assert (found.level, found.missing, found.shape) == (
        FoundLevel.DEPENDS,
        (Missing.SIZE,),
        None,
    )
    encoded = graph(n5=ENCODED, n12=node("EmptyImage", width=512, height=384, batch_size=1))
    assert noise_in_graph(encoded, channels=128).shape == (128, 24, 32)


def test_a_picture_of_a_batch_must_say_its_place() -> None:
    found = noise_in_graph(graph(n5=empty(520, 520, 3)))
    assert (found.level, found.batch, found.missing) == (FoundLevel.DEPENDS, 3, (Missing.INDEX,))
    assert "One of a batch of 3" in found.verdict
    assert any("no whole blocks of 16" in note for note in found.notes)
    for index in (None, -1, 3):
        with pytest.raises(NoiseError, match="index: expected 0 to 2"):
            draw_found(found, index=index)
    batch = comfyui_noise(SEED, (4, 65, 65), batch=3)
    assert torch.equal(draw_found(found, index=2), batch[2])


@pytest.mark.parametrize("adds", ["enable", "disable"])
def test_the_advanced_sampler_adds_noise_or_not(adds: str) -> None:
    inputs = {"add_noise": adds, "noise_seed": 8, "latent_image": ["5", 0]}
    found = noise_in_graph(graph(n3=node("KSamplerAdvanced", **inputs)))
    level = FoundLevel.EXACT if adds == "enable" else FoundLevel.UNKNOWN
    assert found.level is level
    assert found.seeds == ((8,) if adds == "enable" else ())


def second_pass(*, denoise: float = 0.5, seed: int = 9) -> dict[str, Any]:
    """A second sampler behind larger latents, and what is saved comes out of it."""
    return {
        "n8": node("VAEDecode", samples=["11", 0], vae=["4", 2]),
        "n10": node("LatentUpscale", samples=["3", 0], width=1024, height=768),
        "n11": sampler(seed=seed, denoise=denoise, latent_image=["10", 0]),
    }


def test_the_second_pass_of_two_samplers_is_not_the_start() -> None:
    found = noise_in_graph(graph(**second_pass()))
    assert (found.level, found.seeds, found.shape) == (FoundLevel.EXACT, (SEED,), SHAPE)
    assert found.later == (LaterPass("KSampler", 9, (1024, 768), 0.5),)
    assert any("Later samplers (1)" in note for note in found.notes)
    whole = noise_in_graph(graph(**second_pass(denoise=1.0)))
    assert any("full strength" in note for note in whole.notes)
    nothing = noise_in_graph(graph(**second_pass(denoise=0.0)))
    assert nothing.later == ()


def test_a_second_pass_through_pixels_is_one_of_the_same_picture() -> None:
    found = noise_in_graph(
        graph(
            n9=node("SaveImage", images=["15", 0]),
            n10=node("ImageUpscaleWithModel", image=["8", 0], upscale_model=["20", 0]),
            n11=node("ImageScale", image=["10", 0], width=1024, height=768, crop="disabled"),
            n12=node("VAEEncode", pixels=["11", 0], vae=["4", 2]),
            n13=sampler(seed=43, denoise=0.4, latent_image=["12", 0]),
            n14=node("VAEDecode", samples=["13", 0], vae=["4", 2]),
            n15=node("UltimateSDUpscale", image=["14", 0], seed=44, denoise=0.2, upscale_by=2),
            n20=node("UpscaleModelLoader", model_name="4x.pth"),
        )
    )
    assert (found.level, found.seeds, found.shape) == (FoundLevel.EXACT, (SEED,), SHAPE)
    assert found.later == (
        LaterPass("KSampler", 43, (1024, 768), 0.4),
        LaterPass("UltimateSDUpscale", 44, (2048, 1536), 0.2),
    )


def test_the_size_of_a_graph_that_starts_from_a_picture_is_the_files() -> None:
    prompt = graph(n3=sampler(denoise=0.6), n5=ENCODED, n12=PICTURE)
    open_ = noise_in_graph(prompt)
    assert (open_.level, open_.missing) == (FoundLevel.DEPENDS, (Missing.SIZE,))
    assert (open_.task, open_.strength, open_.shape) == ("img2img", 0.6, None)
    told = noise_in_graph(prompt, file_size=(640, 384))
    assert (told.level, told.shape) == (FoundLevel.EXACT, (4, 48, 80))
    assert any("the file's own, 640x384" in note for note in told.notes)
    for other in ((16, 16), (644, 384)):
        assert noise_in_graph(prompt, file_size=other).shape is None


def test_what_was_done_to_the_picture_afterwards_is_taken_back() -> None:
    grown = {
        "n9": node("SaveImage", images=["15", 0]),
        "n15": node("ImageScaleBy", image=["8", 0], scale_by=1.5),
    }
    prompt = graph(n3=sampler(denoise=0.6), n5=ENCODED, n12=PICTURE, **grown)
    assert noise_in_graph(prompt, file_size=(960, 576)).shape == (4, 48, 80)
    prompt["15"] = node("ImageUpscaleWithModel", image=["8", 0])
    assert noise_in_graph(prompt, file_size=(960, 576)).shape is None
    # The file is either picture, and they grew differently.
    prompt["15"] = node("ImageScaleBy", image=["8", 0], scale_by=2.0)
    prompt["16"] = node("PreviewImage", images=["8", 0])
    assert noise_in_graph(prompt, file_size=(1280, 768)).shape is None


def test_pictures_of_a_size_in_the_graph_need_no_file() -> None:
    scaled = node("ImageScale", image=["13", 0], width=770, height=513, crop="center")
    found = noise_in_graph(graph(n5=ENCODED, n12=scaled, n13=PICTURE))
    assert (found.level, found.shape, found.task) == (FoundLevel.EXACT, (4, 64, 96), "img2img")


def test_inpainting_is_told_by_its_mask() -> None:
    masked = node("SetLatentNoiseMask", samples=["5", 0], mask=["12", 1])
    inpaint = noise_in_graph(
        graph(n3=sampler(latent_image=["13", 0]), n5=ENCODED, n12=PICTURE, n13=masked)
    )
    assert (inpaint.task, inpaint.strength) == ("inpaint", 1.0)
    conditioned = node("InpaintModelConditioning", pixels=["12", 0], mask=["12", 1])
    prompt = graph(n3=sampler(latent_image=["5", 2]), n5=conditioned, n12=PICTURE)
    assert noise_in_graph(prompt).task == "inpaint"
    prompt["5"]["inputs"]["noise_mask"] = False
    assert noise_in_graph(prompt).task == "img2img"


def test_a_file_of_another_size_than_the_graph_makes_is_said_to_be_one() -> None:
    found = noise_in_graph(graph(), file_size=(256, 192))
    assert found.level is FoundLevel.EXACT
    assert any("512x384 pixels, and the file has 256x192" in note for note in found.notes)
    assert not any("the file has" in n for n in noise_in_graph(graph(), file_size=(512, 384)).notes)


def test_a_place_that_the_graph_picks_after_sampling_needs_no_index() -> None:
    picked = {
        "n8": node("VAEDecode", samples=["10", 0], vae=["4", 2]),
        "n10": node("LatentFromBatch", samples=["3", 0], batch_index=2, length=1),
    }
    for width in (512, 520):
        found = noise_in_graph(graph(n5=empty(width, 520, 4), **picked))
        assert (found.level, found.missing) == (FoundLevel.EXACT, ())
        batch = comfyui_noise(SEED, (4, 65, width // 8), batch=4)
        assert torch.equal(draw_found(found), batch[2])
        with pytest.raises(NoiseError, match="index"):
            draw_found(found, index=3)


def test_a_graph_of_thousands_of_nodes_takes_no_time() -> None:
    begun = time.process_time()
    nodes = {str(n): sampler(latent_image=[str(n + 1), 0]) for n in range(4000)}
    assert noise_in_graph(nodes).level is FoundLevel.UNKNOWN
    chain = {str(n): node("Reroute", samples=[str(n + 1), 0]) for n in range(4, 4000)}
    far = {**chain, "4000": empty(), "1": sampler(latent_image=["4", 0], model=None)}
    assert noise_in_graph({**far, "2": node("SaveLatent", samples=["1", 0])}).seeds == (SEED,)
    wide = {str(n): node("Strange", **{f"i{k}": ["1", 0] for k in range(500)}) for n in range(9)}
    noise_in_graph({**wide, "1": empty(64, 64, 4096)})
    assert time.process_time() - begun < 5


def test_repetitions_of_repetitions_end() -> None:
    doubled = {
        str(n): node("RepeatLatentBatch", samples=[str(n + 1), 0], amount=1)
        for n in range(30, 3000)
    }
    doubled["3000"] = empty(64, 64, 4096)
    begun = time.process_time()
    found = noise_in_graph(graph(n3=sampler(latent_image=["30", 0]), **_named(doubled)))
    assert found.level is FoundLevel.UNKNOWN
    assert time.process_time() - begun < 5


def _named(nodes: dict[str, Any]) -> dict[str, Any]:
    return {f"n{name}": entry for name, entry in nodes.items()}


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
        (graph(n5=empty(batch_size="many")), "prompt.5"),
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
        assert level is not FoundLevel.EXACT


@pytest.mark.parametrize("seed", ["42", " 42 ", 42.0])
def test_a_seed_may_be_written_as_digits(seed: object) -> None:
    assert noise_in_graph(graph(n3=sampler(seed=seed))).seeds == (42,)
