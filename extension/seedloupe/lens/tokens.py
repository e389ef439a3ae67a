"""Which column of cross-attention belongs to which word of a prompt.

Text encoders read a prompt in chunks of 77 tokens, each with its own begin and end; a word may be
one token or several, and hosts weigh, break and embed words in ways a tokenizer alone does not
know. So the host says which tokens it sent, as :class:`Piece` objects from its own chunks, and the
words are put together here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ..errors import InputError

_LISTED = 40


class WordNotFoundError(InputError):
    """A word the prompt does not have, or that the model does not read."""


class WordBeyondCutError(WordNotFoundError):
    """A word the prompt has, behind the place where it is cut."""


@dataclass(frozen=True)
class Piece:
    """One token, as a host sent it to the text encoder.

    Args:
        text: its share of the word as people write it; may be empty, as for the later vectors of an
            embedding that takes several.
        ends_word: whether a new word begins after it.
        special: begin, end or padding, and so part of no word.
    """

    text: str
    ends_word: bool = True
    special: bool = False


@dataclass(frozen=True)
class PromptToken:
    """One token and where it stands.

    Args:
        text: as in :class:`Piece`.
        column: which key of cross-attention it is, counted over all chunks.
        chunk: which chunk it stands in, from 0.
        word: index into the prompt's words; None for begin, end and padding.
    """

    text: str
    column: int
    chunk: int
    word: int | None

    @property
    def special(self) -> bool:
        """Whether it belongs to no word."""
        return self.word is None


@dataclass(frozen=True)
class PromptTokens:
    """A prompt as the U-Net reads it.

    Args:
        tokens: every column in order, those of begin, end and padding too.
        words: the words in order; a word that stands twice is listed twice.
        beyond: words of the prompt the model does not read, or not to their end, as they stand
            behind its last token.
        parted: whether the last of ``words`` is the beginning of the first of ``beyond``.
    """

    tokens: tuple[PromptToken, ...]
    words: tuple[str, ...]
    beyond: tuple[str, ...] = ()
    parted: bool = False

    @classmethod
    def of_chunks(cls, chunks: Sequence[Sequence[Piece]]) -> PromptTokens:
        """Put words together from the chunks a host sent, in the order it joined them."""
        tokens: list[PromptToken] = []
        words: list[str] = []
        for number, chunk in enumerate(chunks):
            inside = False  # a word ends with its chunk at the latest
            for piece in chunk:
                if not piece.special and not inside:
                    words.append("")
                if not piece.special:
                    words[-1] += piece.text
                word = None if piece.special else len(words) - 1
                tokens.append(PromptToken(piece.text, len(tokens), number, word))
                inside = not piece.special and not piece.ends_word
        return cls(tuple(tokens), tuple(words))

    def fitted(self, columns: int) -> PromptTokens:
        """Return the prompt as a host reads it that brings all prompts to one length.

        Args:
            columns: what it fills the prompt up to, or cuts it to; what is filled in is no word.
        """
        kept = self.tokens[:columns]
        chunks = [
            [self._piece(column, kept) if column < len(kept) else Piece("", special=True)]
            for column in range(columns)
        ]
        joined = PromptTokens.of_chunks([[piece for chunk in chunks for piece in chunk]])
        numbers = [kept[n].chunk if n < len(kept) else kept[-1].chunk + 1 for n in range(columns)]
        tokens = zip(joined.tokens, numbers, strict=True)
        return PromptTokens(tuple(replace(token, chunk=n) for token, n in tokens), joined.words)

    def _piece(self, column: int, kept: Sequence[PromptToken]) -> Piece:
        token = kept[column]
        after = kept[column + 1].word if column + 1 < len(kept) else None
        return Piece(token.text, ends_word=after != token.word, special=token.special)

    @property
    def length(self) -> int:
        """How many columns the prompt has, 77 for each chunk."""
        return len(self.tokens)

    @cached_property
    def content(self) -> tuple[int, ...]:
        """The columns of all words, without begin, end and padding."""
        return tuple(token.column for token in self.tokens if not token.special)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """A name of its own for each word: the word, or ``cat#2`` where it stands more than once.

        Words are counted without regard to case.
        """
        total = Counter(word.casefold() for word in self.words)
        seen: Counter[str] = Counter()
        return tuple(self._label(word, total, seen) for word in self.words)

    def columns_of(self, word: int) -> tuple[int, ...]:
        """Return the columns of one word, by its index into :attr:`words`.

        Raises:
            WordNotFoundError: there are fewer words.
        """
        if not 0 <= word < len(self.words):
            raise WordNotFoundError("word", expected=f"0 to {len(self.words) - 1}", got=str(word))
        return tuple(token.column for token in self.tokens if token.word == word)

    def find(self, phrase: str) -> tuple[int, ...]:
        """Return the columns of a word or of words that follow each other.

        Case and spaces do not matter, so that ``well-lit`` finds the three words tokenizers make of
        it. A phrase that stands several times gives the columns of all places; ``cat#2`` means the
        second of them.

        Raises:
            WordBeyondCutError: the phrase stands where the prompt is cut off, wholly or in part.
            WordNotFoundError: the prompt has no such phrase; the message lists its words.
        """
        wanted, which = _split_number(phrase)
        places = list(_places(self.words, wanted))
        if which is not None:
            places = places[which - 1 : which] if which else []
        if not places:
            self._require_not_beyond(phrase, wanted, which)
            listed = ", ".join(dict.fromkeys(self.labels[:_LISTED])) or "none at all"
            raise WordNotFoundError(
                "word", expected=f"a word or phrase of the prompt ({listed})", got=repr(phrase)
            )
        return tuple(
            dict.fromkeys(c for place in places for w in place for c in self.columns_of(w))
        )

    def _require_not_beyond(self, phrase: str, wanted: str, which: int | None) -> None:
        """Say of a phrase that the model does not read that it is there all the same."""
        read = self.words[:-1] if self.parted else self.words
        whole = (*read, *self.beyond)
        if self.beyond and len(list(_places(whole, wanted))) >= (1 if which is None else which):
            raise WordBeyondCutError(
                "word",
                expected="a word of the part of the prompt that the model reads",
                got=f"{phrase!r}, which lies beyond the cut after {self.length} tokens",
                advice="Put it further to the front, or leave something out before it.",
            )

    @staticmethod
    def _label(word: str, total: Counter[str], seen: Counter[str]) -> str:
        seen[word.casefold()] += 1
        alone = total[word.casefold()] == 1
        return word if alone else f"{word}#{seen[word.casefold()]}"


def _places(words: Sequence[str], wanted: str) -> Iterator[range]:
    for start in range(len(words)):
        joined = ""
        for end in range(start, len(words)):
            joined += _plain(words[end])
            if joined == wanted and wanted:
                yield range(start, end + 1)
            if not wanted.startswith(joined):
                break


def _split_number(phrase: str) -> tuple[str, int | None]:
    """Read ``cat#2`` as a word and which of them; a lone ``#2`` is a word itself."""
    match = re.fullmatch(r"(.*\S)#(\d{1,4})", phrase.strip(), re.DOTALL)
    return (_plain(match[1]), int(match[2])) if match else (_plain(phrase), None)


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
