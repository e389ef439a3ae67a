"""Words of a prompt, as the model's own tokenizer cuts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from ..tokens import Piece, PromptTokens

#: CLIP's mark for the last token of a word.
_ENDS_WORD = "</w>"
#: Words that point at nothing in a picture.
_ARTICLES = {"a", "an", "the", "its"}
_JOINING = {
    "and",
    "at",
    "by",
    "for",
    "from",
    "in",
    "is",
    "of",
    "on",
    "or",
    "over",
    "to",
    "under",
    "with",
}
_MOST_WORDS = 8
_MOST_BEYOND = 40


class Encoded(Protocol):
    """What a tokenizer makes of a text."""

    @property
    def input_ids(self) -> list[int]:
        """The tokens' numbers."""


class ClipTokenizer(Protocol):
    """The part of transformers' ``CLIPTokenizer`` that tells words from tokens."""

    model_max_length: int
    bos_token_id: int
    eos_token_id: int

    def __call__(
        self,
        text: str,
        *,
        padding: str = ...,
        max_length: int = ...,
        truncation: bool = ...,
        verbose: bool = ...,
    ) -> Encoded:
        """Cut a text into tokens."""

    def convert_ids_to_tokens(self, ids: Sequence[int]) -> list[str]:
        """Name tokens."""

    def get_added_vocab(self) -> dict[str, int]:
        """Return tokens that were added by hand."""

    def decode(self, ids: Sequence[int], *, clean_up_tokenization_spaces: bool) -> str:
        """Write tokens out."""


def prompt_tokens(tokenizer: ClipTokenizer, text: str) -> PromptTokens:
    """Return a prompt's tokens as pipelines send them, one chunk, cut where they cut.

    XL models read the prompt with two encoders side by side in the same columns.
    """
    length = tokenizer.model_max_length
    ids = tokenizer(text, padding="max_length", max_length=length, truncation=True).input_ids
    read = PromptTokens.of_chunks([_pieces(tokenizer, ids)])
    every = tokenizer(text, truncation=False, verbose=False).input_ids
    if len(every) <= length:
        return read
    whole = PromptTokens.of_chunks([_pieces(tokenizer, every)])
    # The last column is the end's, whatever stood there in the whole prompt.
    first = next(token.word for token in whole.tokens[length - 1 :] if token.word is not None)
    return replace(read, beyond=whole.words[first:], parted=first < len(read.words))


def chunk_tokens(tokenizer: ClipTokenizer, chunks: Sequence[Sequence[int | None]]) -> PromptTokens:
    """Return the words of chunks of tokens, as hosts cut long prompts.

    Args:
        tokenizer: names the tokens.
        chunks: the tokens' numbers; None for a vector of a textual inversion, which has none.
    """
    return PromptTokens.of_chunks([_chunk_pieces(tokenizer, chunk) for chunk in chunks])


def words_beyond(tokens: PromptTokens) -> str:
    """Say in a sentence that a prompt is cut and which words were; empty where none was."""
    count = len(tokens.beyond)
    if not count:
        return ""
    listed = list(tokens.beyond)
    if count > _MOST_BEYOND:
        half = _MOST_BEYOND // 2
        listed = [*listed[:half], f"... ({count - 2 * half} more) ...", *listed[-half:]]
    words = "1 word" if count == 1 else f"{count} words"
    return f"cut after {tokens.length} tokens; {words} beyond the cut: {' '.join(listed)}"


def token_names(tokenizer: ClipTokenizer, text: str) -> tuple[str, ...]:
    """Return a prompt's tokens by name, without padding, as the tokenizer splits it."""
    return tuple(tokenizer.convert_ids_to_tokens(tokenizer(text, truncation=True).input_ids))


def words_to_show(tokens: PromptTokens, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return words to show; the single word ``auto`` stands for those that may mean something.

    Raises:
        WordNotFoundError: the prompt has no such word.
    """
    if tuple(wanted) == ("auto",):
        return informative_words(tokens)
    for word in wanted:
        tokens.find(word)
    return tuple(wanted)


def informative_words(tokens: PromptTokens) -> tuple[str, ...]:
    """Return the first words of a prompt that may mean something."""
    informative = (label for label in tokens.labels if may_mean_something(label))
    return tuple(dict.fromkeys(informative))[:_MOST_WORDS]


def may_mean_something(label: str) -> bool:
    """Tell whether a word may point at something in a picture: no article, no mark, no joint."""
    word = label.partition("#")[0].casefold()
    return any(map(str.isalnum, word)) and word not in _ARTICLES | _JOINING


def _chunk_pieces(tokenizer: ClipTokenizer, chunk: Sequence[int | None]) -> list[Piece]:
    """The vectors of a textual inversion are one word, which ends where tokens go on."""
    place = tokenizer.eos_token_id
    ids = [number if number is not None else -1 for number in chunk]
    end = ids.index(place) if place in ids else len(ids)
    pieces: list[Piece] = []
    start = 0
    while start < len(ids):
        vector = ids[start] < 0
        stop = next((n for n in range(start, len(ids)) if (ids[n] < 0) != vector), len(ids))
        if vector:
            texts = ["embedding", *[""] * (stop - start - 1)]
            pieces += [Piece(t, n == len(texts) - 1, start >= end) for n, t in enumerate(texts)]
        else:
            named = _pieces(tokenizer, ids[start:stop])
            pieces += (
                named if start < end or start == 0 else [replace(p, special=True) for p in named]
            )
        start = stop
    return pieces


def _pieces(tokenizer: ClipTokenizer, ids: Sequence[int]) -> list[Piece]:
    """What stands after the first end is padding, whatever token XL's encoders pad with."""
    names = tokenizer.convert_ids_to_tokens(ids)
    added = tokenizer.get_added_vocab()
    end = ids.index(tokenizer.eos_token_id) if tokenizer.eos_token_id in ids else len(ids)
    pieces: list[Piece] = []
    word: list[int] = []
    for place, (number, name) in enumerate(zip(ids, names, strict=True)):
        if place >= end or number == tokenizer.bos_token_id:
            pieces.append(Piece(name, special=True))
            continue
        word.append(number)
        if name.endswith(_ENDS_WORD) or name in added or place + 1 == end:
            pieces += _word_pieces(tokenizer, word)
            word = []
    return pieces


def _word_pieces(tokenizer: ClipTokenizer, ids: list[int]) -> list[Piece]:
    """One word's tokens; those that hold parts of a letter cannot be written one by one."""
    texts = [name.removesuffix(_ENDS_WORD) for name in tokenizer.convert_ids_to_tokens(ids)]
    if not all(map(str.isascii, texts)):
        whole = tokenizer.decode(ids, clean_up_tokenization_spaces=False).strip()
        texts = [whole, *[""] * (len(ids) - 1)]
    last = len(ids) - 1
    return [Piece(text, ends_word=place == last) for place, text in enumerate(texts)]
