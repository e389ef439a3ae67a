"""Whether a prompt asks for text in the picture, for which words, or why that is in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from ..wording import plain_letters, string_likeness, words
from .mentions import mentions
from .named import Mention

_ALIKE = 0.75
"""Least likeness of what is read and what was asked for: one wrong character in four."""
_ALL, _UNSPELLED = "(all)", "(unspelled)"
"""Among nouns that are refused: all text, and all but words that are spelled out. *Text* stands in
most negative prompts out of habit, and who spells words out means them."""
_RUN = 12
"""Most words asked for that are compared at once with what is read."""
_LISTED = 3
"""Most phrases named in a reason."""


@dataclass(frozen=True)
class TextRequest:
    """What a prompt says of text in the picture.

    Attributes:
        asked_by: what in the prompt asks for text; empty where nothing surely does.
        words: the words to be written, as the prompt spells them; none where it asks for text
            without saying which.
        doubt: why text may be wanted though it was not surely asked for; empty where nothing
            speaks for it.
    """

    asked_by: str = ""
    words: tuple[str, ...] = ()
    doubt: str = ""

    @property
    def asks(self) -> bool:
        """Whether text is surely asked for."""
        return bool(self.asked_by)

    @property
    def open(self) -> bool:
        """Whether text is asked for, or may be."""
        return bool(self.asked_by or self.doubt)

    def excuses(self, text: str) -> bool:
        """Tell whether text in the picture is what was asked for.

        Words that are spelled out excuse themselves only, one wrong character in four forgiven; a
        request that spells none excuses any text.

        Args:
            text: what a reader read; empty where it could not.
        """
        return self.asks and (not self.words or _says(text, self.words))

    def doubts(self, text: str) -> str:
        """Say why text may be wanted though it is not excused; empty where nothing speaks for it.

        Args:
            text: what a reader read; empty where it could not.
        """
        if self.asks and not self.excuses(text):
            asked = ", ".join(f'"{phrase}"' for phrase in self.words[:_LISTED])
            return f"the prompt asks for {asked}"
        return self.doubt


def find_request(prompt: str, negative: str = "") -> TextRequest:
    """Return what a prompt asks of text in the picture.

    It asks where it spells words out (*a sign that says "OPEN"*, *the word LOVE on a pillow*) or
    names letters themselves (*gold lettering*), and neither it nor the negative prompt refuses
    them. A sign, a poster or a logo may be without words, and a quotation may be a name: these are
    in doubt.

    Args:
        prompt: as the host takes it: sentences, tags, weights, BREAK and AND, or JSON.
        negative: the negative prompt.
    """
    said, fields = mentions(prompt)
    wanted = [mention for mention in said if not mention.refused]
    refusals = dict(_refusals([*fields, *chain(*mentions(negative))])) | dict(_own_refusals(said))
    sure = [mention for mention in wanted if not mention.doubt]
    allowed = [mention for mention in sure if not _refusal(mention, refusals)]
    if allowed:
        return _request(allowed)
    if sure:
        why = _refusal(sure[0], refusals)
        return TextRequest(doubt=f"the prompt asks for {sure[0].named}, and {why}")
    unsure = (mention for mention in wanted if not _refusal(mention, refusals))
    return TextRequest(doubt=next((mention.doubt for mention in unsure), ""))


def _request(asking: Sequence[Mention]) -> TextRequest:
    spelled = [mention for mention in asking if mention.words]
    further = [mention for mention in asking if not mention.words and not mention.style]
    if spelled and not further:
        phrases = tuple(dict.fromkeys(mention.words for mention in spelled))
        return TextRequest(spelled[0].named, phrases)
    return TextRequest((further or asking)[0].named)


def _refusals(unwanted: Iterable[Mention]) -> Iterator[tuple[str, str]]:
    """Return what the negative prompt refuses, in lower case, with the reason."""
    for mention in unwanted:
        if not mention.narrow:
            noun = _UNSPELLED if mention.general else mention.noun
            yield noun, f"the negative prompt refuses {mention.noun}"


def _own_refusals(said: Iterable[Mention]) -> Iterator[tuple[str, str]]:
    """Return what a prompt refuses itself; *no other text* refuses nothing that is asked for."""
    for mention in said:
        if mention.refused and mention.general and not mention.narrow:
            yield _ALL, f"refuses {mention.noun}"


def _refusal(mention: Mention, refusals: Mapping[str, str]) -> str:
    nouns = [_ALL, *mention.carriers, *(() if mention.words else (_UNSPELLED, mention.noun))]
    forms = chain.from_iterable((noun, noun.removesuffix("s"), f"{noun}s") for noun in nouns)
    return next((refusals[form] for form in forms if form in refusals), "")


def _says(text: str, asked: Sequence[str]) -> bool:
    """Whether what was read is a run of the words asked for, or each of its words is one."""
    parts = [plain_letters(word) for phrase in asked for word in words(phrase)]
    ends = range(1, len(parts) + 1)
    runs = {"".join(parts[start:end]) for end in ends for start in range(max(0, end - _RUN), end)}
    read = [plain_letters(word) for word in words(text)]
    return _alike("".join(read), runs) or all(_alike(word, runs) for word in read or [""])


def _alike(read: str, runs: set[str]) -> bool:
    return bool(read) and any(string_likeness(read, run) >= _ALIKE for run in runs)
