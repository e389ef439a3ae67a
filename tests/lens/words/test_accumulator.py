"""Sums of attention, against sums of everything."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from seedloupe.errors import InputError, ShapeError
from seedloupe.lens.tokens import Piece, PromptTokens, WordNotFoundError
from seedloupe.lens.words import AttentionAccumulator, AttentionMap, Truth, TruthCheck, words_at
from seedloupe.lens.words.accumulator import resize

SAME, ALTERED = TruthCheck(Truth.SAME, 1e-7), TruthCheck(Truth.ALTERED, 0.5, "mask")
SIZES = {"down-a-cross-map": (6, 4), "mid-b-cross-map": (3, 2), "up-c-cross-map": (6, 4)}
COLUMNS = (1, 2, 3, 5)


@pytest.fixture
def tokens() -> PromptTokens:
    """Begin, red, straw-berry, end, a lone word in a second chunk, end."""
    end = Piece("<|endoftext|>", special=True)
    first = [end, Piece("red"), Piece("straw", ends_word=False), Piece("berry"), end]
    return PromptTokens.of_chunks([first, [Piece("hill"), end]])


@pytest.fixture
def maps() -> list[AttentionMap]:
    """Two rows, two heads, three layers, three steps; the last step is altered in one layer."""
    generator = torch.Generator().manual_seed(3)
    found = []
    for step in range(3):
        for layer, size in SIZES.items():
            values = torch.rand(2, 2, 4, *size, generator=generator) / 8
            truth = ALTERED if step == 2 and layer.startswith("mid") else SAME
            found.append(AttentionMap(layer, step, 1.0, COLUMNS, values, truth))
    return found


@pytest.fixture
def tally(maps: list[AttentionMap]) -> AttentionAccumulator:
    tally = AttentionAccumulator()
    for one in maps:
        tally(one)
    return tally


def mean_of(maps: list[AttentionMap], place: int) -> Tensor:
    """Every map resized by itself, then the mean: DAAM's way, which keeps them all."""
    sized = [
        functional.interpolate(one.values.mean(1)[:, place : place + 1], (6, 4), mode="bilinear")
        for one in maps
    ]
    return torch.cat(sized, 1).mean(1)


def test_the_map_of_a_word_is_the_mean_over_layers_and_steps(
    tally: AttentionAccumulator, maps: list[AttentionMap], tokens: PromptTokens
) -> None:
    found = tally.map_of(tokens, "Red")
    torch.testing.assert_close(found.values, mean_of(maps, 0), rtol=0, atol=1e-6)
    assert (found.layer, found.step, found.values.shape) == ("all", None, (2, 6, 4))


def test_the_tokens_of_a_word_are_summed(
    tally: AttentionAccumulator, maps: list[AttentionMap], tokens: PromptTokens
) -> None:
    found = tally.map_of(tokens, "strawberry")
    both = mean_of(maps, 1) + mean_of(maps, 2)
    torch.testing.assert_close(found.values, both, rtol=0, atol=1e-6)


def test_one_step_and_one_layer_can_be_asked_for(
    tally: AttentionAccumulator, maps: list[AttentionMap], tokens: PromptTokens
) -> None:
    of_step = [one for one in maps if one.step == 1]
    of_layers = [one for one in maps if one.layer != "down-a-cross-map"]
    found = tally.map_of(tokens, "hill", step=1)
    torch.testing.assert_close(found.values, mean_of(of_step, 3), rtol=0, atol=1e-6)
    found = tally.map_of(tokens, "hill", layer="[um]*")
    torch.testing.assert_close(found.values, mean_of(of_layers, 3), rtol=0, atol=1e-6)
    assert tally.seen_steps == (0, 1, 2)
    assert tally.layers == tuple(SIZES)


def test_steps_have_a_map_each_and_their_mean_is_the_whole(
    tally: AttentionAccumulator, tokens: PromptTokens
) -> None:
    frames = [tally.map_of(tokens, "red", step=step).values for step in tally.seen_steps]
    whole = tally.map_of(tokens, "red").values
    torch.testing.assert_close(torch.stack(frames).mean(0), whole, rtol=0, atol=1e-6)


def test_rows_are_the_callers_choice(tally: AttentionAccumulator, tokens: PromptTokens) -> None:
    whole = tally.map_of(tokens, "red").values
    assert torch.equal(tally.map_of(tokens, "red", rows=slice(1, 2)).values, whole[1:])
    assert torch.equal(tally.map_of(tokens, "red", rows=[1, 0]).values, whole[[1, 0]])


def test_shares_among_words_sum_to_one(tally: AttentionAccumulator, tokens: PromptTokens) -> None:
    found = [tally.map_of(tokens, word, among_words=True).values for word in tokens.labels]
    torch.testing.assert_close(sum(found), torch.ones(2, 6, 4))


def test_the_worst_check_goes_with_the_map(
    tally: AttentionAccumulator, tokens: PromptTokens
) -> None:
    assert tally.map_of(tokens, "red").truth == ALTERED
    assert tally.map_of(tokens, "red", step=1).truth.label is Truth.SAME
    assert tally.map_of(tokens, "red", layer="up-*").truth.label is Truth.SAME
    assert tally.truths["mid-b-cross-map"] == ALTERED


def test_a_map_less_another_keeps_the_sign(
    tally: AttentionAccumulator, tokens: PromptTokens
) -> None:
    prompted = tally.map_of(tokens, "red", rows=slice(1, 2), layer="up-*")
    without = tally.map_of(tokens, "red", rows=slice(0, 1))
    found = prompted.minus(without)
    assert torch.equal(found.values, prompted.values - without.values)
    assert found.truth == ALTERED
    with pytest.raises(ShapeError, match="other"):
        prompted.minus(tally.map_of(tokens, "red", grid=(2, 2)))


def test_what_was_not_recorded_is_refused(
    tally: AttentionAccumulator, tokens: PromptTokens
) -> None:
    with pytest.raises(WordNotFoundError, match="hill"):
        tally.map_of(tokens, "dog")
    with pytest.raises(InputError, match="up-c-cross-map"):
        tally.map_of(tokens, "red", layer="up-d*")
    with pytest.raises(InputError, match="got 9"):
        tally.map_of(tokens, "red", step=9)
    with pytest.raises(InputError, match="a layer or a step"):
        tally.map_of(tokens, "red", step=1, layer="up-*")
    with pytest.raises(InputError, match="columns"):
        tally.shares((0,))
    with pytest.raises(InputError, match="none"):
        AttentionAccumulator().map_of(tokens, "red")


def test_a_second_pass_of_another_size_is_refused(
    tally: AttentionAccumulator, maps: list[AttentionMap]
) -> None:
    large = torch.zeros(2, 1, 4, 12, 8)
    with pytest.raises(ShapeError, match="one pass"):
        tally(AttentionMap("up-c-cross-map", 3, 1.0, COLUMNS, large, SAME))
    with pytest.raises(ShapeError, match="columns"):
        tally(AttentionMap("up-c-cross-map", 3, 1.0, (1, 2, 3, 4), maps[0].values, SAME))


def test_steps_cost_nothing_when_they_are_not_wanted(
    maps: list[AttentionMap], tokens: PromptTokens
) -> None:
    tally = AttentionAccumulator(steps=False)
    for one in maps:
        tally(one)
    assert tally.seen_steps == ()
    with pytest.raises(InputError, match="recorded"):
        tally.map_of(tokens, "red", step=0)


def test_finer_maps_are_averaged_over_areas_and_coarser_ones_interpolated() -> None:
    fine = torch.rand(1, 2, 6, 4)
    blocks = fine.reshape(1, 2, 3, 2, 2, 2).mean((3, 5))
    torch.testing.assert_close(resize(fine, (3, 2)), blocks)
    assert torch.equal(resize(fine, (6, 4)), fine)
    ramp = torch.arange(3.0)[None, None, :, None].expand(1, 1, 3, 2)
    assert resize(ramp, (6, 4))[0, 0, :, 0].tolist() == [0, 0.25, 0.75, 1.25, 1.75, 2]


def test_words_at_a_spot_are_ranked_with_shares(tokens: PromptTokens) -> None:
    values = torch.zeros(1, 1, 4, 2, 3)
    values[0, 0, :, 1, 2] = torch.tensor([0.1, 0.05, 0.15, 0.1])
    tally = AttentionAccumulator()
    tally(AttentionMap("up-c-cross-map", 0, 1.0, COLUMNS, values, SAME))
    spot = words_at(tally, tokens, 0.9, 0.6)
    assert [word.word for word in spot.words] == ["strawberry", "red", "hill"]
    assert [round(word.share, 6) for word in spot.words] == [0.5, 0.25, 0.25]
    assert [word.index for word in spot.words] == [1, 0, 2]
    assert spot.words[0].attention == pytest.approx(0.2)
    assert spot.elsewhere == pytest.approx(0.6)
    assert [word.lift for word in spot.words] == pytest.approx([1, 1, 1])
    assert spot.truth.label is Truth.SAME
    assert sum(word.attention for word in words_at(tally, tokens, 0.1, 0.6).words) == 0


def test_lift_tells_a_word_of_the_spot_from_one_that_is_everywhere(tokens: PromptTokens) -> None:
    values = torch.zeros(1, 1, 4, 1, 2)
    values[0, 0, 0] = 0.2  # red, everywhere
    values[0, 0, 3, 0, 1] = 0.1  # hill, on the right
    tally = AttentionAccumulator()
    tally(AttentionMap("up-c-cross-map", 0, 1.0, COLUMNS, values, SAME))
    spot = words_at(tally, tokens, 0.75, 0.5)
    assert [word.word for word in spot.words] == ["red", "hill", "strawberry"]
    assert [word.lift for word in spot.words] == pytest.approx([5 / 6, 5 / 3, 0])


def test_rows_of_a_negative_prompt_are_ranked_by_its_own_words(tally: AttentionAccumulator) -> None:
    end = Piece("<|endoftext|>", special=True)
    negative = PromptTokens.of_chunks([[end, Piece("fog"), Piece("fog"), end]])
    spot = words_at(tally, negative, 1.0, 1.0, rows=slice(0, 1), step=0)
    assert {word.word for word in spot.words} == {"fog#1", "fog#2"}
    assert sum(word.share for word in spot.words) == pytest.approx(1)
    empty = PromptTokens.of_chunks([[end, end]])
    assert words_at(tally, empty, 0.5, 0.5).words == ()


@pytest.mark.parametrize(("x", "y"), [(-0.1, 0), (0, 1.1), (float("nan"), 0)])
def test_a_spot_outside_is_refused(
    x: float, y: float, tally: AttentionAccumulator, tokens: PromptTokens
) -> None:
    with pytest.raises(InputError, match="from 0 to 1"):
        words_at(tally, tokens, x, y)
