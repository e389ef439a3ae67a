"""One evaluation is recorded alike, however the host cuts it into calls of the U-Net."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from seedloupe.lens import ChunkLabel, FeatureMap, FeatureProbe, NoiseLevels, RowKind
from seedloupe.lens.sampling_watch import SamplingWatch
from seedloupe.lens.tokens import Piece, PromptTokens
from seedloupe.lens.word_watch import WordWatch

from .conftest import count_hooks
from .host_stand_ins import comfy_step
from .ldm_stand_in import LdmUNet

LAYERS = ("mid-vit-out", "up-level1-repeat0-vit-block0-cross-q")
KINDS = (RowKind.COND, RowKind.UNCOND)


def words(seed: int, length: int = 7) -> Tensor:
    return torch.randn(1, length, 16, generator=torch.Generator().manual_seed(seed))


def prompt(length: int) -> PromptTokens:
    inside = [Piece(f"w{n}") for n in range(length - 2)]
    return PromptTokens.of_chunks([[Piece("", special=True), *inside, Piece("", special=True)]])


@pytest.fixture
def latents(inputs: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    return inputs[0][:2]


def evaluate(
    watch: SamplingWatch,
    unet: LdmUNet,
    latents: Tensor,
    positives: Sequence[Tensor],
    negatives: Sequence[Tensor] = (),
    *,
    sigma: float = 3.0,
    most: int = 1000,
) -> None:
    def call(x: Tensor, context: Tensor, kinds: list[int], numbers: list[int]) -> None:
        chunks = [ChunkLabel(KINDS[k], n) for k, n in zip(kinds, numbers, strict=True)]
        times = torch.full((len(x),), 400)
        with watch.call(unet, x, chunks, sigma=sigma), torch.no_grad():
            # From inside its forward, where a hook on the U-Net itself no longer comes.
            unet.forward(x, times, context)

    def each(prompts: Sequence[Tensor]) -> list[Tensor]:
        return [one.expand(len(latents), -1, -1) for one in prompts]

    comfy_step(call, latents, each(positives), each(negatives), most=most)


def alone(unet: LdmUNet, latents: Tensor, context: Tensor, layer: str) -> Tensor:
    found: list[FeatureMap] = []
    with FeatureProbe(unet, [layer], found.append), torch.no_grad():
        unet(latents, torch.full((len(latents),), 400), context.expand(len(latents), -1, -1))
    return found[0].values


@pytest.mark.parametrize("most", [1000, 4, 2])
def test_rows_come_by_prompt_and_picture_however_calls_are_cut(
    ldm_small: LdmUNet, latents: Tensor, most: int
) -> None:
    found: list[FeatureMap] = []
    watch = SamplingWatch(LAYERS, [found.append])
    evaluate(watch, ldm_small, latents, [words(1), words(2)], [words(3)], most=most)
    watch.stepped(0)
    assert [one.layer for one in found] == list(LAYERS)
    assert [(row.prompt, row.image) for row in found[0].labels] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    for one in found:
        first, second = one.values[:2], one.values[2:]
        for values, seed in ((first, 1), (second, 2)):
            expected = alone(ldm_small, latents, words(seed), one.layer)
            torch.testing.assert_close(values, expected, rtol=1e-4, atol=1e-5)
    assert not watch.notes
    assert count_hooks(ldm_small) == 0


def test_a_step_has_the_evaluations_up_to_the_one_before_the_next_callback(
    ldm_small: LdmUNet, latents: Tensor
) -> None:
    found: list[FeatureMap] = []
    levels = NoiseLevels(tuple(float(n) for n in range(1, 11)))
    watch = SamplingWatch(LAYERS[:1], [found.append], levels=levels)
    for step, sigmas in enumerate(([9.0, 6.0], [6.0, 2.0], [2.0])):  # as Heun's method has them
        for number, sigma in enumerate(sigmas):
            evaluate(watch, ldm_small, latents, [words(1)], [words(3)], sigma=sigma, most=2)
            if number == 0:
                watch.stepped(step)
    watch.finish()
    told = [(one.step, one.call, one.sigma) for one in found]
    assert told == [(0, 0, 9.0), (0, 1, 6.0), (1, 0, 6.0), (1, 1, 2.0), (2, 0, 2.0)]
    assert [one.timestep for one in found] == pytest.approx([8, 5, 5, 1, 1])


def test_without_an_unprompted_row_the_prompted_ones_are_recorded(
    ldm_small: LdmUNet, latents: Tensor
) -> None:
    found: list[FeatureMap] = []
    watch = SamplingWatch(LAYERS[:1], [found.append])
    evaluate(watch, ldm_small, latents, [words(1)])
    watch.finish()
    expected = alone(ldm_small, latents, words(1), LAYERS[0])
    torch.testing.assert_close(found[0].values, expected)


@pytest.mark.parametrize("most", [1000, 2])
def test_words_of_both_prompts_are_their_own_where_the_shorter_is_repeated(
    ldm_small: LdmUNet, latents: Tensor, most: int
) -> None:
    tally = WordWatch(prompt(7), prompt(14))
    watch = SamplingWatch((), words=tally)
    evaluate(watch, ldm_small, latents, [words(1), words(2)], [words(3, 14)], most=most)
    watch.stepped(0)
    single = WordWatch(prompt(7))
    apart = SamplingWatch((), words=single)
    evaluate(apart, ldm_small, latents, [words(1)])
    apart.stepped(0)
    ours, theirs = (one.prompt.map_of("w2").values for one in (tally, single))
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)
    swapped = WordWatch(prompt(14))
    other = SamplingWatch((), words=swapped)
    evaluate(other, ldm_small, latents, [words(3, 14)])
    other.stepped(0)
    negative = tally._sides[1].seen().negative_at(0.3, 0.4)
    expected = swapped.prompt.at(0.3, 0.4)
    assert [word.word for word in negative.words] == [word.word for word in expected.words]
    assert negative.words[0].attention == pytest.approx(expected.words[0].attention, rel=1e-4)
    assert count_hooks(ldm_small) == 0


def test_a_prompt_of_another_length_than_told_is_noted() -> None:
    watch = WordWatch(prompt(7))
    watch.check_length(14)
    assert not watch.notes
    watch.check_length(9)
    assert watch.notes == (
        "words are not sure: the prompt has 7 tokens, the model was given 9; wire the text that "
        "was encoded",
    )


def test_a_sampling_that_breaks_off_leaves_no_hook(ldm_small: LdmUNet, latents: Tensor) -> None:
    watch = SamplingWatch(LAYERS, words=WordWatch(prompt(7)))
    hooks = []

    def break_off() -> None:
        with watch.call(ldm_small, latents, [ChunkLabel(RowKind.COND)], sigma=1.0):
            hooks.append((count_hooks(ldm_small), watch.hooks))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert hooks[0][0] == hooks[0][1] > 0
    assert count_hooks(ldm_small) == watch.hooks == 0


def test_trouble_of_its_own_becomes_a_note(ldm_small: LdmUNet, latents: Tensor) -> None:
    def refuse(feature: FeatureMap) -> None:
        raise OSError("the disk is full")

    watch = SamplingWatch(LAYERS[:1], [refuse])
    three = [ChunkLabel(RowKind.COND, n) for n in range(3)]
    with watch.call(ldm_small, latents, three, sigma=1.0):
        pass
    evaluate(watch, ldm_small, latents, [words(1)])
    watch.finish()
    assert watch.notes == (
        "calls were not watched: rows cannot be told apart, 2 rows for 3 conditionings",
        "mid-vit-out was not watched to the end: the disk is full",
    )


def test_a_prompt_for_a_part_of_the_picture_is_left_out_and_noted(
    ldm_small: LdmUNet, latents: Tensor
) -> None:
    found: list[FeatureMap] = []
    watch = SamplingWatch(LAYERS[:1], [found.append])
    for part, label in ((latents, 0), (latents[..., :4], 1)):
        chunks = [ChunkLabel(RowKind.COND, label)]
        with watch.call(ldm_small, part, chunks, sigma=1.0), torch.no_grad():
            ldm_small.forward(part, torch.tensor([1, 1]), words(1).expand(2, -1, -1))
    watch.finish()
    assert [(row.prompt, row.image) for row in found[0].labels] == [(0, 0), (0, 1)]
    assert "a prompt for a part of the picture is not recorded" in watch.notes[0]
