"""Which pictures a graph writes, and which of them a file can be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from seedloupe.metadata import FoundLevel, Missing, noise_in_file, noise_in_graph

from ..graphs import SEED, SHAPE, empty, graph, node, sampler


def branch(writer: str, **changed: Any) -> dict[str, Any]:
    """Another sampler, and what shows its picture."""
    return {
        "n13": sampler(**{"seed": 4, **changed}),
        "n18": node("VAEDecode", samples=["13", 0]),
        "n19": node(writer, images=["18", 0]),
    }


@pytest.mark.parametrize("writer", ["SaveImage", "PreviewImage", "MyImageSaver", "Whatever"])
def test_of_two_pictures_in_one_graph_the_file_does_not_tell_which(writer: str) -> None:
    found = noise_in_graph(graph(**branch(writer)))
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, (4, SEED))
    assert "2 samplers" in found.verdict
    assert {c.where: c.seed for c in found.candidates} == {"SaveImage 9": SEED, f"{writer} 19": 4}


def test_branches_that_began_with_the_same_noise_are_one() -> None:
    same = noise_in_graph(graph(**branch("SaveImage", seed=SEED, cfg=2.0)))
    assert same.level is FoundLevel.EXACT
    unsaved = noise_in_graph(graph(**{**branch("SaveImage"), "n19": None}))
    assert (unsaved.level, unsaved.seeds) == (FoundLevel.EXACT, (SEED,))


def test_the_files_own_size_tells_branches_apart() -> None:
    prompt = graph(**branch("SaveImage", latent_image=["15", 0]), n15=empty(256, 256))
    for size, seeds, shape in (((256, 256), (4,), (4, 32, 32)), ((512, 384), (SEED,), SHAPE)):
        found = noise_in_graph(prompt, file_size=size)
        assert (found.level, found.seeds, found.shape) == (FoundLevel.EXACT, seeds, shape)
    # A file that was scaled since may be either.
    assert noise_in_graph(prompt, file_size=(64, 64)).level is FoundLevel.UNKNOWN
    # A branch of unknown size may be the file's whatever its size.
    prompt["19"] = node("SaveImage", images=["20", 0])
    prompt["20"] = node("ImageUpscaleWithModel", image=["18", 0])
    assert noise_in_graph(prompt, file_size=(512, 384)).level is FoundLevel.UNKNOWN


def test_a_base_picture_and_its_second_pass_are_told_apart_by_size() -> None:
    prompt = graph(
        n10=node("LatentUpscaleBy", samples=["3", 0], scale_by=1.5),
        n11=sampler(seed=9, denoise=0.5, latent_image=["10", 0]),
        n18=node("VAEDecode", samples=["11", 0]),
        n19=node("SaveImage", images=["18", 0]),
    )
    first = noise_in_graph(prompt, file_size=(512, 384))
    assert (first.seeds, first.later) == ((SEED,), ())
    second = noise_in_graph(prompt, file_size=(768, 576))
    assert (second.seeds, [step.seed for step in second.later]) == ((SEED,), [9])


def control() -> dict[str, Any]:
    """A preview of what a picture is controlled by."""
    return {
        "n30": node("LoadImage", image="pose.png"),
        "n31": node("CannyEdgePreprocessor", image=["30", 0], resolution=512),
        "n32": node("PreviewImage", images=["31", 0]),
    }


def test_a_preview_that_no_sampler_made_may_be_the_file() -> None:
    found = noise_in_graph(graph(**control()))
    assert (found.level, found.missing) == (FoundLevel.DEPENDS, (Missing.INDEX,))
    assert "PreviewImage 32" in found.verdict
    assert [(c.where, c.seed) for c in found.candidates] == [
        ("SaveImage 9", SEED),
        ("PreviewImage 32", None),
    ]


def test_how_hard_zlib_tried_tells_a_preview_from_what_is_saved() -> None:
    prompt = graph(**control())
    saved = noise_in_graph(prompt, effort=1)
    assert (saved.level, saved.seeds) == (FoundLevel.EXACT, (SEED,))
    shown = noise_in_graph(prompt, effort=0)
    assert (shown.level, shown.seeds) == (FoundLevel.UNKNOWN, ())
    for effort in (None, 2, 3):
        assert noise_in_graph(prompt, effort=effort).level is FoundLevel.DEPENDS
    two = graph(**branch("PreviewImage"))
    assert noise_in_graph(two, effort=0).seeds == (4,)
    assert noise_in_graph(two, effort=1).seeds == (SEED,)
    assert noise_in_graph(two, effort=2).level is FoundLevel.UNKNOWN


@pytest.mark.parametrize(("level", "seeds"), [(4, (SEED,)), (1, (4,)), (6, (4, SEED))])
def test_a_file_as_comfyui_packs_it_is_told_from_its_preview(
    level: int, seeds: tuple[int, ...], tmp_path: Path
) -> None:
    texts = PngInfo()
    texts.add_text("prompt", json.dumps(graph(**branch("PreviewImage"))))
    path = tmp_path / "a.png"
    Image.new("RGB", (512, 384)).save(path, pnginfo=texts, compress_level=level)
    assert noise_in_file(path).seeds == seeds


def test_a_file_may_hold_a_whole_batch() -> None:
    animated = node("SaveAnimatedWEBP", images=["8", 0], fps=6.0)
    found = noise_in_graph(graph(n5=empty(512, 384, 2), n9=animated))
    assert (found.level, found.missing) == (FoundLevel.DEPENDS, (Missing.INDEX,))
    assert "The file holds a batch of 2" in found.verdict


def test_a_graph_without_a_node_that_writes_is_read_to_its_end() -> None:
    assert noise_in_graph(graph(n9=None)).seeds == (SEED,)
    assert noise_in_graph(graph(n8=None, n9=None)).seeds == (SEED,)


def test_sounds_and_films_are_no_pictures() -> None:
    film = {**branch("SaveVideo"), "n19": node("SaveWEBM", images=["18", 0])}
    assert noise_in_graph(graph(**film)).seeds == (SEED,)


def test_a_strange_node_may_put_the_pictures_of_a_batch_side_by_side() -> None:
    prompt = graph(
        n5=empty(batch_size=4),
        n30=node("SomeGrid", images=["8", 0]),
        n9=node("SaveImage", images=["30", 0]),
    )
    found = noise_in_graph(prompt)
    assert (found.level, found.unknown) == (FoundLevel.UNKNOWN, ("SomeGrid",))
    assert found.seeds == (SEED,)
    prompt["5"] = empty()
    assert noise_in_graph(prompt).level is FoundLevel.EXACT


@pytest.mark.parametrize(
    ("kind", "wires"), [("SomeMaker", {"model": ["4", 0]}), ("Some Sampler", {"pipe": ["50", 0]})]
)
def test_a_strange_node_at_the_end_may_write_a_picture_it_sampled(kind: str, wires: dict) -> None:
    loader = node("SomeLoader", ckpt_name="a")
    found = noise_in_graph(graph(n40=node(kind, seed=7, **wires), n50=loader))
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, (7, SEED))
    shown = node("ShowText", text=["50", 0])
    assert noise_in_graph(graph(n40=shown, n50=loader)).level is FoundLevel.EXACT
    saver = node("Some Saver", images=["8", 0], model=["4", 0])
    assert noise_in_graph(graph(n9=saver)).level is FoundLevel.EXACT


def test_efficiencys_samplers_write_previews_of_their_own() -> None:
    eff = node("KSampler (Efficient)", **{**sampler(seed=7)["inputs"], "vae_decode": "true"})
    assert noise_in_graph(graph(n40=eff)).seeds == (7, SEED)
    saved = graph(n3=eff, n8=None, n9=node("SaveImage", images=["3", 5]))
    assert noise_in_graph(saved).level is FoundLevel.EXACT
