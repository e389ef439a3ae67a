"""Canonical names, aliases, globs and ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from torch import nn

from seedloupe.errors import LayerNotFoundError, ModelError
from seedloupe.lens.layer import OutputLayout
from seedloupe.lens.layers import find_layers, list_layers

Build = Callable[[dict[str, Any]], nn.Module]

# What generic-diffusion-feature takes from one transformer block; it also takes attention maps.
GDF_BLOCK = ("self-q", "self-k", "self-v", "cross-q", "ffn-inner", "out")


def gdf_names(depths: tuple[int, ...], middle: int) -> Iterator[str]:
    """The activations of generic-diffusion-feature, from the shape of a regular U-Net alone."""
    last = len(depths) - 1
    yield "unet-after-conv-in"
    for stage, repeats, levels in (("down", 2, depths), ("up", 3, depths[::-1])):
        for level, depth in enumerate(levels):
            for repeat in range(repeats):
                stem = f"{stage}-level{level}-repeat{repeat}"
                yield from (f"{stem}-res-{event}" for event in ("increment", "out"))
                yield from gdf_vit(f"{stem}-vit", depth)
            if level < last:
                yield f"{stage}-level{level}-{stage}sampler-out"
    yield from (f"mid-repeat{r}-res-{event}" for r in (0, 1) for event in ("increment", "out"))
    yield from gdf_vit("mid-vit", middle)
    yield "unet-out"


def gdf_vit(stem: str, depth: int) -> Iterator[str]:
    yield from (f"{stem}-block{k}-{event}" for k in range(depth) for event in GDF_BLOCK)
    yield from [f"{stem}-out"] if depth else []


def test_the_full_models_are_the_full_models(
    sd15: nn.Module,
    sd21: nn.Module,
    sdxl: nn.Module,
    ldm_sd15: nn.Module,
    ldm_sdxl: nn.Module,
) -> None:
    sizes = [859_520_964, 865_910_724, 2_567_463_684, 859_520_964, 2_567_463_684]
    for unet, size in zip((sd15, sd21, sdxl, ldm_sd15, ldm_sdxl), sizes, strict=True):
        assert sum(weights.numel() for weights in unet.parameters()) == size


def test_the_known_models_have_the_known_number_of_layers(
    sd15: nn.Module, sd21: nn.Module, sdxl: nn.Module
) -> None:
    assert [len(list_layers(unet)) for unet in (sd15, sd21, sdxl)] == [244, 244, 821]


def test_every_name_is_used_once_and_points_at_a_module(sd15: nn.Module, sdxl: nn.Module) -> None:
    for unet in (sd15, sdxl):
        layers = list_layers(unet)
        assert len({layer.name for layer in layers}) == len({layer.path for layer in layers})
        assert len({layer.name for layer in layers}) == len(layers)
        modules = dict(unet.named_modules())
        assert all(layer.path in modules for layer in layers)


@pytest.mark.parametrize(
    ("model", "depths", "middle", "count"),
    [("sd15", (1, 1, 1, 0), 1, 164), ("sdxl", (0, 2, 10), 10, 471)],
)
def test_all_activations_of_generic_diffusion_feature_have_their_names(
    model: str,
    depths: tuple[int, ...],
    middle: int,
    count: int,
    request: pytest.FixtureRequest,
) -> None:
    names = set(gdf_names(depths, middle))
    assert len(names) == count
    assert names <= {layer.name for layer in list_layers(request.getfixturevalue(model))}


def test_the_tree_of_the_original_code_has_the_same_names_and_answers_to_the_same_aliases(
    sd15: nn.Module, ldm_sd15: nn.Module, sdxl: nn.Module, ldm_sdxl: nn.Module
) -> None:
    for ours, theirs in ((sd15, ldm_sd15), (sdxl, ldm_sdxl)):
        for here, there in zip(list_layers(ours), list_layers(theirs), strict=True):
            assert here.name == there.name
            assert {here.path, *here.aliases} == {there.path, *there.aliases}
            assert (here.event, here.layout) == (there.event, there.layout)


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("conv_in", "unet-after-conv-in"),
        ("IN00", "unet-after-conv-in"),
        ("IN07", "down-level2-repeat0-vit-out"),
        ("in09", "down-level2-downsampler-out"),
        ("M00", "mid-repeat1-res-out"),
        ("mid_block", "mid-repeat1-res-out"),
        ("middle_block.1", "mid-vit-out"),
        ("OUT02", "up-level0-upsampler-out"),
        ("OUT05", "up-level1-upsampler-out"),
        ("up_blocks.1", "up-level1-upsampler-out"),
        ("up_blocks.3.resnets.2.conv2", "up-level3-repeat2-res-increment"),
        ("output_blocks.11.0.out_layers.3", "up-level3-repeat2-res-increment"),
        (
            "down_blocks.2.attentions.0.transformer_blocks.0.attn2.to_q",
            "down-level2-repeat0-vit-block0-cross-q",
        ),
        (
            "output_blocks.4.1.transformer_blocks.0.attn2.to_q",
            "up-level1-repeat1-vit-block0-cross-q",
        ),
        ("out.2", "unet-out"),
    ],
)
def test_aliases_lead_to_the_same_layer_in_both_trees(
    alias: str, name: str, sd15: nn.Module, ldm_sd15: nn.Module
) -> None:
    for unet in (sd15, ldm_sd15):
        assert [layer.name for layer in find_layers(unet, [alias])] == [name]


def test_globs_go_in_running_order_and_name_each_layer_once(sd15: nn.Module) -> None:
    names = [x.name for x in find_layers(sd15, ["up-level[12]-*upsampler-out", "up-*sampler-out"])]
    assert names == [f"up-level{level}-upsampler-out" for level in (1, 2, 0)]
    assert len(find_layers(sd15, ["*"])) == 244
    assert len(find_layers(sd15, ["*-vit-out"])) == 16
    assert len(find_layers(sd15, ["IN*"])) == 12


def test_ranges_keep_their_leading_zeros(sd15: nn.Module) -> None:
    ranged = find_layers(sd15, ["IN{08..10}", "up-level{0..1}-repeat{1..2}-res-out"])
    spelled = ["IN08", "IN09", "IN10"]
    spelled += [f"up-level{level}-repeat{repeat}-res-out" for level in (0, 1) for repeat in (1, 2)]
    assert ranged == find_layers(sd15, spelled)


def test_one_name_without_brackets_is_one_name(sd15: nn.Module) -> None:
    assert find_layers(sd15, "mid-vit-out") == find_layers(sd15, ["mid-vit-out"])


def test_a_misspelt_name_is_answered_with_near_ones(sd15: nn.Module) -> None:
    with pytest.raises(LayerNotFoundError, match=r"244 layers.*'mid-vit-uot'.*mid-vit-out"):
        find_layers(sd15, ["mid-vit-uot"])


def test_a_glob_that_fits_nothing_is_refused(sd15: nn.Module) -> None:
    with pytest.raises(LayerNotFoundError, match="up-level9"):
        find_layers(sd15, ["mid-vit-out", "up-level9-*"])


def test_layers_of_something_else_are_refused() -> None:
    with pytest.raises(ModelError, match="Linear"):
        list_layers(nn.Linear(1, 1))


def test_only_keys_and_values_of_cross_attention_hold_words(sd15: nn.Module) -> None:
    words = [layer.name for layer in list_layers(sd15) if layer.layout is OutputLayout.WORDS]
    assert set(words) == {x.name for x in find_layers(sd15, ["*-cross-k", "*-cross-v"])}
    assert len(words) == 32


def test_a_first_attention_that_reads_the_prompt_holds_words_too(build_meta: Build) -> None:
    upscaler = build_meta({"only_cross_attention": (True, True, False)})
    (keys,) = find_layers(upscaler, ["down-level0-repeat0-vit-block0-self-k"])
    assert keys.layout is OutputLayout.WORDS


def test_projections_that_diffusers_has_fused_are_not_offered(build_meta: Build) -> None:
    unet = build_meta({})
    unet.fuse_qkv_projections()
    events = {layer.name.rsplit("block0-")[-1] for layer in list_layers(unet)}
    assert {"self-out", "cross-q", "cross-out"} <= events
    assert not {"self-q", "self-k", "self-v", "cross-k", "cross-v"} & events


def test_inpainting_and_lora_leave_the_names_alone(build_meta: Build) -> None:
    plain, inpainting = build_meta({}), build_meta({"in_channels": 9})
    assert list_layers(plain) == list_layers(inpainting)
    query = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_q"
    wrapper = nn.Module()
    wrapper.base_layer = inpainting.get_submodule(query)
    inpainting.set_submodule(query, wrapper)
    assert list_layers(plain) == list_layers(inpainting)
