"""Pictures on their way keep what they began with, and their size as far as it can be told."""

from __future__ import annotations

from typing import Any

import pytest

from seedloupe.metadata import FoundLevel, noise_in_graph
from seedloupe.metadata.comfyui.rules.harmless_pixels import (
    KEEPS_SIZE,
    LOSES_SIZE,
    MAIN_INPUT,
    NO_PICTURE,
)

from ...graphs import SEED, graph, node, sampler


def encoded(kind: str, **inputs: Any) -> dict[str, Any]:
    """A graph that starts from a picture of 640x480 changed by one node."""
    return graph(
        n5=node("VAEEncode", pixels=["20", 0], vae=["4", 2]),
        n12=node("EmptyImage", width=640, height=480, batch_size=1),
        n20=node(kind, image=["12", 0], **inputs),
    )


@pytest.mark.parametrize(
    ("kind", "inputs", "size"),
    [
        ("ImageScale", {"width": 512, "height": 256}, (512, 256)),
        ("ImageScale", {"width": 320, "height": 0}, (320, 240)),
        ("ImageScale", {"width": 0, "height": 240}, (320, 240)),
        ("ImageScale", {"width": 0, "height": 0}, (640, 480)),
        ("ImageScaleBy", {"scale_by": 0.5}, (320, 240)),
        ("ImageScaleToTotalPixels", {"megapixels": 1.0}, (1182, 887)),
        ("ImageScaleToTotalPixels", {"megapixels": 1.0, "resolution_steps": 64}, (1152, 896)),
        ("ImageScaleToMaxDimension", {"largest_size": 320}, (320, 240)),
        ("ImageCrop", {"width": 512, "height": 512, "x": 320, "y": 0}, (320, 480)),
        ("ImageCrop", {"width": 64, "height": 64, "x": 9999, "y": 0}, (1, 64)),
        ("ImagePadForOutpaint", {"left": 64, "top": 8, "right": 0, "bottom": 0}, (704, 488)),
        ("ResizeAndPadImage", {"target_width": 256, "target_height": 320}, (256, 320)),
        ("ImageRotate", {"rotation": "90 degrees"}, (480, 640)),
        ("ImageRotate", {"rotation": "none"}, (640, 480)),
        ("ImageInvert", {}, (640, 480)),
    ],
)
def test_the_size_is_followed(kind: str, inputs: dict[str, Any], size: tuple[int, int]) -> None:
    found = noise_in_graph(
        graph(
            n9=node("SaveImage", images=["20", 0]),
            n5=node("EmptyLatentImage", width=640, height=480, batch_size=1),
            n20=node(kind, image=["8", 0], **inputs),
        ),
        file_size=size,
    )
    assert (found.level, found.seeds, found.shape) == (FoundLevel.EXACT, (SEED,), (4, 60, 80))
    assert not any("the file has" in note for note in found.notes)
    if min(size) >= 8:
        start = noise_in_graph(encoded(kind, **inputs))
        assert start.shape == (4, size[1] // 8, size[0] // 8)


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("ImageScale", {"width": ["99", 0], "height": 256}),
        ("ImageScaleBy", {"scale_by": ["99", 0]}),
        ("ImageCrop", {"width": 64, "height": 64, "x": -1, "y": 0}),
        ("ImageResize+", {"width": 512, "height": 512}),
        ("ResizeImageMaskNode", {}),
    ],
)
def test_a_size_that_is_not_told_is_asked_for(kind: str, inputs: dict[str, Any]) -> None:
    assert noise_in_graph(encoded(kind, **inputs)).level is FoundLevel.DEPENDS


@pytest.mark.parametrize("kind", sorted(KEEPS_SIZE | LOSES_SIZE))
def test_a_harmless_node_leaves_the_picture_what_it_is(kind: str) -> None:
    main = MAIN_INPUT.get(kind, "image")
    # Beside a picture that is only looked at, the one it works on stays what it is.
    beside = {"image_ref": ["12", 0], "source_image": ["12", 0]}
    prompt = graph(
        n9=node("SaveImage", images=["20", 0]),
        n12=node("LoadImage", image="a.png"),
        n20=node(kind, **{main: ["8", 0], **beside}),
    )
    found = noise_in_graph(prompt)
    assert (found.level, found.seeds) == (FoundLevel.EXACT, (SEED,))
    assert not any("not known here" in note for note in found.notes)


@pytest.mark.parametrize("kind", sorted(NO_PICTURE))
def test_a_mask_of_a_picture_is_not_the_picture(kind: str) -> None:
    prompt = graph(n9=node("SaveImage", images=["20", 0]), n20=node(kind, image=["8", 0]))
    assert noise_in_graph(prompt).seeds == ()


def test_a_part_that_is_repainted_and_stitched_back_is_of_a_size_nobody_told() -> None:
    prompt = graph(
        n3=sampler(latent_image=["5", 2]),
        n5=node("InpaintModelConditioning", pixels=["20", 1], mask=["20", 2]),
        n9=node("SaveImage", images=["21", 0]),
        n12=node("EmptyImage", width=640, height=480, batch_size=1),
        n20=node("InpaintCropImproved", image=["12", 0], mask=["12", 1]),
        n21=node("InpaintStitchImproved", stitcher=["20", 0], inpainted_image=["8", 0]),
    )
    found = noise_in_graph(prompt, file_size=(640, 480))
    assert (found.level, found.seeds, found.shape) == (FoundLevel.DEPENDS, (SEED,), None)
    assert "InpaintCropImproved" in found.verdict


@pytest.mark.parametrize("name", ["clip.gif", "clip.webp"])
def test_an_animation_may_be_several_pictures(name: str) -> None:
    prompt = encoded("ImageInvert")
    prompt["12"] = node("LoadImage", image=name)
    assert noise_in_graph(prompt, file_size=(640, 480)).level is FoundLevel.UNKNOWN
    prompt["12"] = node("LoadImage", image="still.png")
    assert noise_in_graph(prompt, file_size=(640, 480)).level is FoundLevel.EXACT
