"""Where attention happens, in full-size U-Nets of both shapes, without a weight."""

from __future__ import annotations

import pytest
from torch import nn

from seedloupe.errors import LayerNotFoundError, ModelError
from seedloupe.lens.layer import Event
from seedloupe.lens.layers import find_layers
from seedloupe.lens.words.sites import Heads, find_sites


@pytest.mark.parametrize(
    ("name", "twin", "count"), [("sd15", "ldm_sd15", 16), ("sdxl", "ldm_sdxl", 70)]
)
@pytest.mark.parametrize("kind", ["cross", "self"])
def test_both_shapes_have_the_same_attentions_under_the_same_names(
    kind: str, name: str, twin: str, count: int, request: pytest.FixtureRequest
) -> None:
    ours, theirs = (request.getfixturevalue(one) for one in (name, twin))
    here, there = find_sites(ours, kind, ["*"]), find_sites(theirs, kind, ["*"])
    assert [site.name for site in here] == [site.name for site in there]
    assert len(here) == count
    for unet, sites in ((ours, here), (theirs, there)):
        for site in sites:
            assert hasattr(unet.get_submodule(site.path), "to_q")
            assert unet.get_submodule(site.around)


def test_an_attention_is_found_by_every_name_it_has(sd15: nn.Module) -> None:
    canonical = "up-level1-repeat1-vit-block0-cross-map"
    diffusers = "up_blocks.1.attentions.1.transformer_blocks.0.attn2"
    ldm = "output_blocks.4.1.transformer_blocks.0.attn2"
    for name in (canonical, diffusers, ldm):
        (site,) = find_sites(sd15, "cross", [name])
        assert (site.name, site.event) == (canonical, Event.CROSS_MAP)
    with pytest.raises(LayerNotFoundError, match="Near"):
        find_sites(sd15, "cross", ["up-level1-repeat1-vit-block0-self-map"])


def test_maps_are_no_layers_of_a_feature_probe(sd15: nn.Module) -> None:
    with pytest.raises(LayerNotFoundError):
        find_layers(sd15, ["mid-vit-block0-cross-map"])


def test_heads_are_read_off_attentions_of_every_host(sd21: nn.Module) -> None:
    (first, *_) = find_sites(sd21, "cross", ["*"])
    assert Heads.of(sd21.get_submodule(first.path)) == Heads(5, 64**-0.5)
    plain = nn.Module()
    plain.heads = 8
    assert Heads.of(plain) == Heads(8)
    plain.scale = 0.5
    assert Heads.of(plain) == Heads(8, 0.5)
    with pytest.raises(ModelError, match="heads"):
        Heads.of(nn.Module())
