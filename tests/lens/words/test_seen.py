"""Words of a prompt and of a negative prompt in one run."""

from __future__ import annotations

import pytest
import torch

from seedloupe.errors import InputError
from seedloupe.lens.tokens import Piece, PromptTokens
from seedloupe.lens.words import AttentionAccumulator, AttentionMap, Truth, TruthCheck, WordsSeen

MARK = Piece("<|endoftext|>", special=True)
SAME = TruthCheck(Truth.SAME, 0.0)


@pytest.fixture
def seen() -> WordsSeen:
    prompt = PromptTokens.of_chunks([[MARK, Piece("red"), Piece("cat"), MARK]])
    negative = PromptTokens.of_chunks([[MARK, Piece("fog"), MARK, MARK]])
    seen = WordsSeen(AttentionAccumulator(), prompt, slice(1, 2), negative, slice(0, 1))
    values = torch.tensor([[0.125, 0.25, 0.0], [0.5, 0.375, 0.25]]).reshape(2, 1, 3, 1, 1)
    columns = (1, 2, 3)
    seen.tally(AttentionMap("mid-a-cross-map", 0, 1.0, columns, values, SAME))
    seen.tally(AttentionMap("mid-a-cross-map", 1, 0.5, columns, values / 2, SAME))
    return seen


def test_the_columns_of_both_prompts_are_read_once(seen: WordsSeen) -> None:
    assert seen.reading.columns == (1, 2)
    assert seen.reading.length == 4


def test_a_word_is_asked_for_where_its_prompt_was_given(seen: WordsSeen) -> None:
    assert seen.map_of("cat", step=0).values.tolist() == [[[0.375]]]
    assert seen.map_of("cat").values.tolist() == [[[0.28125]]]
    assert seen.map_of("red", among_words=True).values.tolist() == [[[pytest.approx(4 / 7)]]]
    assert [word.word for word in seen.at(0.5, 0.5).words] == ["red", "cat"]
    assert [word.attention for word in seen.negative_at(0.5, 0.5, step=0).words] == [0.125]


def test_a_contrast_is_with_the_same_column_under_the_negative_prompt(seen: WordsSeen) -> None:
    assert seen.contrast("cat", step=0).values.tolist() == [[[0.125]]]
    assert seen.contrast("red cat", step=0).values.tolist() == [[[0.5]]]


def test_another_picture_begins_with_nothing(seen: WordsSeen) -> None:
    fresh = seen.emptied()
    assert fresh.tally.layers == ()
    assert fresh.prompt is seen.prompt
    assert seen.tally.seen_steps == (0, 1)


def test_without_guidance_there_is_no_other_side(seen: WordsSeen) -> None:
    alone = WordsSeen(seen.tally, seen.prompt, slice(1, 2))
    assert alone.reading.columns == (1, 2)
    with pytest.raises(InputError, match="guidance"):
        alone.contrast("cat")
    with pytest.raises(InputError, match="guidance"):
        alone.negative_at(0, 0)
