"""Words, and the columns they stand in."""

from __future__ import annotations

import pytest

from seedloupe.errors import InputError
from seedloupe.lens.tokens import Piece, PromptTokens, WordNotFoundError

BEGIN, END = Piece("<|startoftext|>", special=True), Piece("<|endoftext|>", special=True)


def chunk(*pieces: Piece, length: int = 10) -> list[Piece]:
    return [BEGIN, *pieces, *[END] * (length - 1 - len(pieces))]


def word(text: str) -> Piece:
    return Piece(text)


def start(text: str) -> Piece:
    return Piece(text, ends_word=False)


@pytest.fixture
def prompt() -> PromptTokens:
    """A red straw-berry cat, and a Cat in a second chunk."""
    first = chunk(word("a"), word("red"), start("straw"), start("ber"), word("ry"), word("cat"))
    second = chunk(word("well"), word("-"), word("lit"), word("Cat"))
    return PromptTokens.of_chunks([first, second])


def test_tokens_are_put_together_to_words(prompt: PromptTokens) -> None:
    assert prompt.words == ("a", "red", "strawberry", "cat", "well", "-", "lit", "Cat")
    assert prompt.length == 20
    assert prompt.columns_of(2) == (3, 4, 5)
    assert prompt.content == (1, 2, 3, 4, 5, 6, 11, 12, 13, 14)


def test_begin_end_and_padding_belong_to_no_word(prompt: PromptTokens) -> None:
    special = [token.column for token in prompt.tokens if token.special]
    assert special == [0, 7, 8, 9, 10, 15, 16, 17, 18, 19]
    assert [prompt.tokens[column].chunk for column in (9, 10)] == [0, 1]


def test_a_word_that_stands_twice_has_a_name_for_each_place(prompt: PromptTokens) -> None:
    assert prompt.labels[3] == "cat#1"
    assert prompt.labels[7] == "Cat#2"
    assert prompt.find("cat#1") == (6,)
    assert prompt.find("CAT#2") == (14,)
    assert prompt.find("cat") == (6, 14)


def test_every_label_finds_its_own_word(prompt: PromptTokens) -> None:
    for index, label in enumerate(prompt.labels):
        assert prompt.find(label) == prompt.columns_of(index)


@pytest.mark.parametrize(
    ("phrase", "columns"),
    [
        ("red strawberry", (2, 3, 4, 5)),
        ("Well-lit", (11, 12, 13)),
        ("  well - lit ", (11, 12, 13)),
        ("STRAWBERRY", (3, 4, 5)),
    ],
)
def test_phrases_are_found_whatever_the_case_and_spaces(
    phrase: str, columns: tuple[int, ...], prompt: PromptTokens
) -> None:
    assert prompt.find(phrase) == columns


@pytest.mark.parametrize("phrase", ["dog", "", "straw", "cat#3", "cat#0", "red cat", "lit a"])
def test_what_the_prompt_does_not_have_is_refused_with_its_words(
    phrase: str, prompt: PromptTokens
) -> None:
    with pytest.raises(WordNotFoundError, match=r"strawberry, cat#1.*Cat#2") as refused:
        prompt.find(phrase)
    assert isinstance(refused.value, InputError)


def test_an_index_beyond_the_words_is_refused(prompt: PromptTokens) -> None:
    with pytest.raises(WordNotFoundError, match="0 to 7"):
        prompt.columns_of(8)


def test_an_embedding_of_several_vectors_is_one_word() -> None:
    pieces = (start("my-style"), start(""), word(""), word("hill"))
    prompt = PromptTokens.of_chunks([chunk(*pieces)])
    assert prompt.words == ("my-style", "hill")
    assert prompt.find("my-style") == (1, 2, 3)


def test_a_chunk_ends_a_word_that_was_never_ended() -> None:
    prompt = PromptTokens.of_chunks([[BEGIN, start("straw"), END], [BEGIN, word("ry"), END]])
    assert prompt.words == ("straw", "ry")


def test_a_hash_alone_is_a_word_like_any_other() -> None:
    prompt = PromptTokens.of_chunks([chunk(word("#"), word("2"))])
    assert prompt.find("#2") == (1, 2)
    assert prompt.find("#") == (1,)


def test_an_empty_prompt_has_no_words() -> None:
    prompt = PromptTokens.of_chunks([chunk()])
    assert prompt.words == prompt.labels == prompt.content == ()
    with pytest.raises(WordNotFoundError, match="none at all"):
        prompt.find("a")
