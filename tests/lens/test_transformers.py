"""Layers of transformers without a U-Net: names, shapes, streams, and no trace left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from tests.lens.transformer_stand_ins import (
    FAMILIES,
    HEIGHT,
    ROWS,
    TOKENS,
    WIDTH,
    WORDS,
    StandIn,
    build_original_flux,
    build_stand_in,
    call_flux,
    token_ids,
)
from torch import Tensor, nn

from seedloupe.errors import ModelError
from seedloupe.lens import FeatureProbe, find_layers, list_layers
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.layer import OutputLayout
from seedloupe.lens.panel import panel_choices
from seedloupe.lens.rows import RowKind, transformer_rows
from seedloupe.lens.shapes import predict_shapes
from seedloupe.lens.transformer_kinds import kind_of, reads_clip_first


@pytest.fixture(params=FAMILIES)
def stand_in(request: pytest.FixtureRequest) -> StandIn:
    return build_stand_in(request.param)


def watched(one: StandIn, *patterns: str) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}

    def keep(feature: FeatureMap) -> None:
        found[feature.layer] = feature.values

    with FeatureProbe(one.model, patterns, keep) as probe:
        one.run()
    assert probe.notes == ()
    return found


def counted(model: nn.Module) -> tuple[str, int, int]:
    kind = kind_of(model)
    assert kind is not None
    layers = list_layers(model)
    assert len({layer.name for layer in layers}) == len(layers)
    return kind.name, len(layers), sum(layer.layout is OutputLayout.WORDS for layer in layers)


@pytest.mark.parametrize(
    ("family", "said"),
    [
        ("sd3", ("Stable Diffusion 3", 42, 17)),
        ("flux", ("Flux", 38, 19)),
        ("pixart", ("PixArt", 22, 4)),
        ("z_image", ("Z-Image", 24, 12)),
        ("qwen_image", ("Qwen-Image", 28, 14)),
    ],
)
def test_every_family_is_known_by_name_with_its_count_of_layers(
    family: str, said: tuple[str, int, int]
) -> None:
    assert counted(build_stand_in(family).model) == said


def test_watching_every_layer_changes_no_bit_and_misses_none(stand_in: StandIn) -> None:
    before = stand_in.run()
    assert torch.isfinite(before).all()
    found = watched(stand_in, "*")
    assert set(found) == {layer.name for layer in list_layers(stand_in.model)}
    assert torch.equal(stand_in.run(), before)


def test_the_picture_is_the_same_to_the_bit_while_it_is_watched(stand_in: StandIn) -> None:
    before = stand_in.run()
    with FeatureProbe(stand_in.model, ["*"], lambda _: None):
        assert torch.equal(stand_in.run(), before)


def test_shapes_are_known_before_anything_runs(stand_in: StandIn) -> None:
    found = watched(stand_in, "*")
    longest = 40 if "cap_embedder" in dict(stand_in.model.named_children()) else WORDS
    told = predict_shapes(stand_in.model, list(found), height=HEIGHT, width=WIDTH, words=longest)
    assert {name: tuple(values.shape[1:]) for name, values in found.items()} == {
        name: (shape.channels, shape.height, shape.width) for name, shape in told.items()
    }


def test_picture_tokens_are_laid_out_in_true_rows_and_columns(stand_in: StandIn) -> None:
    found = watched(stand_in, "vit-block*-out", "vit-block0-*q")
    pictures = [v for name, v in found.items() if "text" not in name]
    assert pictures
    assert all(values.shape[0] == ROWS and values.shape[2:] == TOKENS for values in pictures)


def test_what_is_recorded_is_what_the_block_gave(stand_in: StandIn) -> None:
    """The oracle: a plain hook of our own, taken apart by what diffusers' source says."""
    seen: list[object] = []
    layer = find_layers(stand_in.model, ["vit-block0-out"])[0]
    module = stand_in.model.get_submodule(layer.path)
    handle = module.register_forward_hook(lambda _m, _a, out: seen.append(out))
    found = watched(stand_in, "vit-block0-*out")["vit-block0-out"]
    handle.remove()
    given = seen[0]
    cells = TOKENS[0] * TOKENS[1]
    # Joint blocks give text and picture, in that order; Z-Image one sequence, picture first.
    own = given[1] if isinstance(given, tuple) else given
    assert isinstance(own, Tensor)
    assert torch.equal(found.flatten(2).mT, own[:, :cells])


def test_text_is_kept_apart_from_the_picture_in_one_sequence() -> None:
    one = build_stand_in("flux")
    whole: list[Tensor] = []
    module = one.model.get_submodule("single_transformer_blocks.0.attn.to_q")
    handle = module.register_forward_hook(lambda _m, _a, out: whole.append(out))
    found = watched(one, "vit-block1-q", "vit-block1-text-q")
    handle.remove()
    text, picture = found["vit-block1-text-q"], found["vit-block1-q"]
    joined = torch.cat([text.flatten(2).mT, picture.flatten(2).mT], 1)
    assert torch.equal(joined, whole[0])


def test_tokens_of_a_reference_picture_are_not_taken_for_the_pictures_own() -> None:
    one = build_stand_in("flux")
    ids = torch.cat([token_ids(*TOKENS), token_ids(2, 2, picture=1)])
    found = watched(StandIn(one.model, lambda: call_flux(one.model, ids)), "*")
    pictures = [v for name, v in found.items() if "text" not in name]
    assert all(values.shape[2:] == TOKENS for values in pictures)


def test_a_packed_call_that_does_not_tell_its_size_is_refused_not_guessed() -> None:
    one = build_stand_in("qwen_image")
    sent: list[FeatureMap] = []
    tokens = torch.randn(ROWS, TOKENS[0] * TOKENS[1], 32)
    with FeatureProbe(one.model, ["vit-block0-q"], sent.append) as probe:
        one.model.get_submodule("transformer_blocks.0.attn.to_q")(tokens)
    assert sent == []
    assert "0 * 0" in probe.notes[0]


def test_layers_are_listed_in_the_order_they_run(stand_in: StandIn) -> None:
    listed = [layer for layer in list_layers(stand_in.model) if "text" not in layer.name]
    order = {name: place for place, name in enumerate(watched(stand_in, "*"))}
    ends = [layer.name for layer in listed if layer.name.endswith("-out")]
    assert ends == sorted(ends, key=order.__getitem__)


def test_no_hook_stays_on_the_model(stand_in: StandIn) -> None:
    watched(stand_in, "*")
    left = [m for m in stand_in.model.modules() if m._forward_hooks or m._forward_pre_hooks]
    assert left == []


def test_other_networks_are_refused_with_what_is_known() -> None:
    class WanTransformer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.blocks = nn.ModuleList([nn.Linear(2, 2)])

    with pytest.raises(ModelError, match=r"WanTransformer with blocks.*Z-Image or Qwen-Image"):
        list_layers(WanTransformer())


def test_the_panel_shows_the_picture_at_several_depths(stand_in: StandIn) -> None:
    choices = panel_choices(stand_in.model)
    assert 1 < len(choices) <= 4
    assert all(choice.inferred for choice in choices)
    assert len(find_layers(stand_in.model, [choice.layer for choice in choices])) == len(choices)


def kinds(kind: str, *, guided: bool) -> Iterator[tuple[RowKind, int]]:
    for row in transformer_rows(kind, 2, guided=guided).rows:
        yield row.kind, row.image


@pytest.mark.parametrize("kind", ["Flux", "Qwen-Image", "Z-Image"])
def test_prompted_rows_come_first_where_pipelines_put_them_first(kind: str) -> None:
    cond, uncond = RowKind.COND, RowKind.UNCOND
    assert list(kinds(kind, guided=True)) == [(cond, 0), (cond, 1), (uncond, 0), (uncond, 1)]
    assert list(kinds(kind, guided=False)) == [(cond, 0), (cond, 1)]


@pytest.mark.parametrize("kind", ["Stable Diffusion 3", "PixArt"])
def test_unprompted_rows_come_first_where_pipelines_put_them_first(kind: str) -> None:
    cond, uncond = RowKind.COND, RowKind.UNCOND
    assert list(kinds(kind, guided=True)) == [(uncond, 0), (uncond, 1), (cond, 0), (cond, 1)]


def test_calls_of_true_guidance_are_told_apart_one_by_one() -> None:
    """Flux makes a call for each; only the prompted one is kept."""
    one = build_stand_in("flux")
    sent: list[FeatureMap] = []
    rows = transformer_rows("Flux", ROWS, guided=True)
    with FeatureProbe(one.model, ["vit-block0-out"], sent.append, rows=rows) as probe:
        probe.at(step=0)
        one.run()
        one.run()
        probe.at(step=1)
        one.run()
        one.run()
    assert [(feature.step, feature.call) for feature in sent] == [(0, 0), (1, 0)]
    assert [label.image for label in sent[0].labels] == [0, 1]


def test_the_original_layout_is_read_as_well() -> None:
    one = build_original_flux()
    assert counted(one.model) == ("Flux", 2 * 12 + 2 * 8, 2 * 6 + 2 * 4)
    before = one.run()
    found = watched(one, "*")
    assert torch.equal(one.run(), before)
    told = predict_shapes(one.model, list(found), height=HEIGHT, width=WIDTH, words=WORDS)
    assert {name: tuple(values.shape[1:]) for name, values in found.items()} == {
        name: (shape.channels, shape.height, shape.width) for name, shape in told.items()
    }


def test_projections_side_by_side_are_taken_apart() -> None:
    one = build_original_flux()
    whole: list[Tensor] = []
    for path in ("double_blocks.0.img_attn.qkv", "single_blocks.0.linear1"):
        one.model.get_submodule(path).register_forward_hook(lambda _m, _a, out: whole.append(out))
    found = watched(one, "vit-block0-?", "vit-block2-*")
    q, k, v = (found[f"vit-block0-{name}"].flatten(2).mT for name in "qkv")
    assert torch.equal(torch.cat([q, k, v], -1), whole[0])
    text = [found[f"vit-block2-text-{name}"].flatten(2).mT for name in "qkv"]
    picture = [found[f"vit-block2-{name}"].flatten(2).mT for name in "qkv"]
    joined = torch.cat([torch.cat(text, -1), torch.cat(picture, -1)], 1)
    assert torch.equal(joined, whole[1][..., : joined.shape[-1]])


def test_keys_of_fewer_heads_are_found_behind_the_queries() -> None:
    """As Lumina 2 may have them: 6 query heads, 2 of keys and of values, 4 wide."""
    block = nn.Module()
    block.attention, block.feed_forward = nn.Module(), nn.Module()
    block.attention.qkv, block.attention.out = nn.Linear(24, 40), nn.Linear(24, 24)
    model = nn.Module()
    for name in ("cap_embedder", "context_refiner", "x_embedder"):
        model.add_module(name, nn.ModuleList([nn.Linear(2, 2)]))
    model.layers = nn.ModuleList([block])
    shares = {layer.name: layer.taken.channels for layer in list_layers(model)}
    assert shares["vit-block0-q"] == (0, 24)
    assert shares["vit-block0-k"] == (24, 32)
    assert shares["vit-block0-text-v"] == (32, 40)


def test_only_stable_diffusion_3_is_told_clips_tokens_first() -> None:
    assert reads_clip_first(build_stand_in("sd3").model)
    assert not reads_clip_first(build_original_flux().model)
    assert reads_clip_first(nn.Linear(1, 1))
