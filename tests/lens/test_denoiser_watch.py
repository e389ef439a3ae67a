"""An evaluation that its host announces is recorded alike, however it is cut into calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from seedloupe.lens import FeatureMap, FeatureProbe, RowKind, webui_rows
from seedloupe.lens.chunk_cursor import ChunkCursor
from seedloupe.lens.denoiser_watch import AnnouncedRows, DenoiserWatch
from seedloupe.lens.tokens import Piece, PromptTokens
from seedloupe.lens.word_watch import WordWatch

from .conftest import count_hooks
from .host_stand_ins import comfy_step, webui_step
from .ldm_stand_in import LdmUNet

LAYERS = ("mid-vit-out", "up-level1-repeat0-vit-block0-cross-q")


def words(seed: int, length: int = 7) -> Tensor:
    return torch.randn(length, 16, generator=torch.Generator().manual_seed(seed))


def prompt(length: int) -> PromptTokens:
    inside = [Piece(f"w{n}") for n in range(length - 2)]
    return PromptTokens.of_chunks([[Piece("", special=True), *inside, Piece("", special=True)]])


@pytest.fixture
def latents(inputs: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    return inputs[0][:2]


def alone(unet: LdmUNet, latent: Tensor, context: Tensor, layer: str) -> Tensor:
    found: list[FeatureMap] = []
    with FeatureProbe(unet, [layer], found.append), torch.no_grad():
        unet(latent[None], torch.full((1,), 400), context[None])
    return found[0].values[0]


ONE = [[(0, 1.0)], [(1, 1.0)]]
TWO_AND_ONE = [[(0, 1.0), (1, 0.5)], [(2, 1.0)]]


@pytest.mark.parametrize(
    ("conds", "options"),
    [
        (ONE, {}),
        (ONE, {"batched": False}),
        (ONE, {"skip_uncond": True}),
        (ONE, {"skip_uncond": True, "batched": False}),
        (ONE, {"edit": True}),
        (TWO_AND_ONE, {}),
        (TWO_AND_ONE, {"batched": False}),
        (TWO_AND_ONE, {"skip_uncond": True}),
    ],
    ids=str,
)
@pytest.mark.parametrize("unprompted_length", [7, 14])
def test_prompted_rows_are_the_right_ones_in_every_batching_mode_of_a1111(
    ldm_small: LdmUNet,
    latents: Tensor,
    conds: list[list[tuple[int, float]]],
    options: dict[str, bool],
    unprompted_length: int,
) -> None:
    if options.get("edit") and unprompted_length == 14:
        pytest.skip("the host brings both to one length for such models")
    prompted = torch.stack([words(n) for n in range(sum(map(len, conds)))])
    unprompted = torch.stack([words(90 + n, unprompted_length) for n in range(len(conds))])
    found: list[FeatureMap] = []
    watch = DenoiserWatch(LAYERS, [found.append])
    watch.arm(ldm_small)

    def call(x: Tensor, context: Tensor) -> None:
        with torch.no_grad():
            ldm_small(x, torch.full((len(x),), 400), context=context)

    plan = AnnouncedRows(webui_rows(conds, edit=options.get("edit", False)))
    for number in range(2):  # a second evaluation begins anew, also after a skipped negative
        watch.evaluate(number, 3.0 - number, plan)
        webui_step(call, latents, conds, prompted, unprompted, **options)
        watch.stepped(number)
    watch.finish()
    assert not watch.notes
    assert [one.step for one in found if one.layer == LAYERS[0]] == [0, 1]
    for one in found:
        assert {row.kind for row in one.labels} == {RowKind.COND}
        expected = [(n, i) for i, parts in enumerate(conds) for n in range(len(parts))]
        assert sorted((row.prompt, row.image) for row in one.labels) == sorted(expected)
        for label, values in zip(one.labels, one.values, strict=True):
            row, weight = conds[label.image][label.prompt]
            assert label.weight == weight
            right = alone(ldm_small, latents[label.image], prompted[row], one.layer)
            torch.testing.assert_close(values, right, rtol=1e-4, atol=1e-5)
    assert count_hooks(ldm_small) == 0


@pytest.mark.parametrize("most", [1000, 4, 2])
@pytest.mark.parametrize("negatives", [[], [90]])
def test_chunks_of_forge_are_named_however_its_memory_cuts_them(
    ldm_small: LdmUNet,
    latents: Tensor,
    most: int,
    negatives: Sequence[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = ldm_small.forward

    def forward(x: Tensor, timesteps: Tensor, context: Tensor, **options: Any) -> Tensor:
        return given(x, timesteps, context)

    monkeypatch.setattr(ldm_small, "forward", forward)
    found: list[FeatureMap] = []
    watch = DenoiserWatch(LAYERS, [found.append])
    watch.arm(ldm_small)

    def call(x: Tensor, context: Tensor, kinds: list[int], numbers: list[int]) -> None:
        told = {"cond_or_uncond": kinds}
        with torch.inference_mode():
            ldm_small(x, torch.full((len(x),), 400), context=context, transformer_options=told)

    def each(seeds: Sequence[int]) -> list[Tensor]:
        return [words(seed).expand(len(latents), -1, -1) for seed in seeds]

    conds = [[(0, 1.0), (1, 0.5)], [(2, 1.0), (3, 0.5)]]
    watch.evaluate(0, 3.0, AnnouncedRows(webui_rows(conds), (1.0, 0.5)))
    comfy_step(call, latents, each([1, 2]), each(negatives), most=most)
    watch.finish()
    assert not watch.notes
    labels = [(row.prompt, row.image, row.weight) for row in found[0].labels]
    assert labels == [(0, 0, 1.0), (0, 1, 1.0), (1, 0, 0.5), (1, 1, 0.5)]
    for one in found:
        assert not one.values.is_inference()
        for label, values in zip(one.labels, one.values, strict=True):
            right = alone(ldm_small, latents[label.image], words(1 + label.prompt), one.layer)
            torch.testing.assert_close(values, right, rtol=1e-4, atol=1e-5)


def test_what_is_computed_beyond_all_prompts_is_not_taken_for_one() -> None:
    cursor = ChunkCursor((1.0,))
    assert [row.kind for row in cursor.take([1, 0], 2).rows] == [RowKind.UNCOND, RowKind.COND]
    assert [row.kind for row in cursor.take([0], 1).rows] == [RowKind.PERTURBED]


def test_another_unet_is_taken_up_and_the_first_has_no_hook_left(
    ldm_small: LdmUNet, latents: Tensor
) -> None:
    import copy

    other, found = copy.deepcopy(ldm_small), []
    watch = DenoiserWatch(LAYERS[:1], [found.append])
    for number, unet in enumerate([ldm_small, other]):
        watch.arm(unet)
        watch.evaluate(number, 3.0, AnnouncedRows(webui_rows([[(0, 1.0)]])))
        with torch.no_grad():
            context = torch.stack([words(1), words(2)])
            unet(latents[:1].repeat(2, 1, 1, 1), torch.full((2,), 400), context=context)
        watch.stepped(number)
    assert count_hooks(ldm_small) == 0
    assert count_hooks(other) == watch.hooks > 0
    watch.finish()
    assert count_hooks(other) == 0
    assert [one.step for one in found] == [0, 1]
    assert watch.notes == ("another U-Net came into use; it is watched from there on",)


def test_evaluations_are_steps_under_a_sampler_that_never_calls_back(
    ldm_small: LdmUNet, latents: Tensor
) -> None:
    found: list[FeatureMap] = []
    watch = DenoiserWatch(LAYERS[:1], [found.append])
    watch.arm(ldm_small)
    for number in range(3):
        watch.evaluate(number, 3.0, AnnouncedRows(webui_rows([[(0, 1.0)]])))
        with torch.no_grad():
            ldm_small(latents[:1], torch.full((1,), 400), context=words(1)[None])
    watch.finish()
    assert [(one.step, one.call) for one in found] == [(0, 0), (1, 0), (2, 0)]


def test_an_evaluation_that_was_broken_off_is_not_recorded(
    ldm_small: LdmUNet, latents: Tensor
) -> None:
    found: list[FeatureMap] = []
    watch = DenoiserWatch(LAYERS[:1], [found.append])
    watch.arm(ldm_small)
    watch.evaluate(0, 3.0, AnnouncedRows(webui_rows([[(0, 1.0)]])))
    with torch.no_grad():
        ldm_small(latents[:1], torch.full((1,), 400), context=words(1)[None])
    watch.finish(whole=False)
    assert found == []
    assert count_hooks(ldm_small) == 0


def test_a_compiled_unet_is_declined_in_words(ldm_small: LdmUNet) -> None:
    watch = DenoiserWatch(LAYERS)
    watch.arm(torch.compile(ldm_small, backend="eager"))  # type: ignore[arg-type]
    assert watch.hooks == 0
    assert "torch.compile" in watch.notes[0]


def test_rows_that_cannot_be_told_apart_cost_a_note_and_not_the_picture(
    ldm_small: LdmUNet, latents: Tensor
) -> None:
    found: list[FeatureMap] = []
    watch = DenoiserWatch(LAYERS[:1], [found.append])
    watch.arm(ldm_small)
    watch.evaluate(0, 3.0, AnnouncedRows(webui_rows([[(0, 1.0)]])))
    with torch.no_grad():
        context = torch.stack([words(n) for n in range(5)])
        many = latents[:1].repeat(5, 1, 1, 1)
        ldm_small(many, torch.full((5,), 400), context=context)
    watch.finish()
    assert found == []
    assert any("no row can be named" in note for note in watch.notes)


def test_words_of_prompts_of_unequal_length_are_their_own_in_calls_of_their_own(
    ldm_small: LdmUNet, latents: Tensor
) -> None:
    tally = WordWatch(prompt(14), prompt(7))
    watch = DenoiserWatch((), words=tally)
    watch.arm(ldm_small)

    def call(x: Tensor, context: Tensor) -> None:
        with torch.no_grad():
            ldm_small(x, torch.full((len(x),), 400), context=context)

    prompted = torch.stack([words(1, 14), words(2, 14)])
    unprompted = torch.stack([words(3), words(3)])
    watch.evaluate(0, 3.0, AnnouncedRows(webui_rows(ONE)))
    webui_step(call, latents, ONE, prompted, unprompted)
    watch.finish()
    assert not watch.notes
    seen = tally.prompt
    assert seen.map_of("w11").values.shape[0] == len(latents)


def test_tokens_fitted_to_more_columns_keep_their_words() -> None:
    tokens = prompt(7)
    longer = tokens.fitted(14)
    assert (longer.length, longer.words, longer.content) == (14, tokens.words, tokens.content)
    assert [token.chunk for token in longer.tokens] == [0] * 7 + [1] * 7


def test_tokens_cut_to_fewer_columns_lose_the_words_behind() -> None:
    tokens = prompt(7).fitted(4)
    assert (tokens.length, tokens.words) == (4, ("w0", "w1", "w2"))
