"""What a prompt has to do with text in the picture: echoes of it, and requests for text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .wording import plain_letters, string_likeness, words

#: Least likeness of an echo. Three of four characters, or one wrong in every four.
_ECHO = 0.75
#: Longest echo looked for, in words.
_RUN = 4
#: Words too common to prove anything on their own.
_COMMON = re.compile("and|the|with|for|from|that|this|into|over|under|near|his|her|its|are")
_ASKING = re.compile(
    r"texts?|words?|letter(?:s|ing)?|fonts?|typograph\w+|calligraphy|handwrit\w+|writing|written"
    r"|inscri\w+|caption\w*|title[ds]?|subtitle[ds]?|signs?|signage|signposts?|logos?|label\w*"
    r"|posters?|billboards?|banners?|placards?|plaques?|graffiti|slogans?|headlines?|newspapers?"
    r"|magazines?|watermark\w*|monograms?"
)
_REFUSING = re.compile(
    r"no|not|without|never|zero|non|minus|avoid|removed?|removing|erased?|deleted?"
)
#: Words a refusal passes over, and how many others it reaches: "remove the old wooden sign".
_FILLING, _REACH = re.compile("or|and|any|nor|of|the|an?|visible"), 3
_QUOTES = str.maketrans("\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019", '"""""\'\'')
_TOKEN = re.compile(
    r"""("[^"]*[^\W_][^"]*")|(?<!\w)('[^']*[^\W_][^']*')(?!\w)|([^\W_]+)|([,.;:!?\n])"""
)


def find_echo(text: str, prompt: str) -> str | None:
    """Return the words of ``prompt`` that ``text`` repeats, or ``None``.

    Both are compared run by run without spaces, so a missing space, a digit for a letter and one
    wrong character in four do not hide an echo. Words of up to three letters must be the same.

    Args:
        text: what a reader read, e.g. ``"CLEAR BACKGR0UND"``.
        prompt: what the picture was made from, e.g. ``"clear background"``.
    """
    best, echoed = 0.0, None
    seen = {read for _, read in _runs(text.split())}
    for phrase, asked in _runs(words(_without_syntax(prompt))) if seen else ():
        for read in seen:
            if abs(len(read) - len(asked)) > (1 - _ECHO) * max(len(read), len(asked)):
                continue
            like = string_likeness(read, asked)
            # Characters that agree less those that do not: longer echoes win, but not by mistakes.
            proof = (2 * like - 1) * len(asked)
            if like >= _ECHO and proof > best:
                best, echoed = proof, phrase
    return echoed


def find_request(prompt: str) -> str | None:
    """Return what in ``prompt`` asks for text in the picture, or ``None``.

    A quoted string asks for text, and so do words such as *sign*, *logo* or *lettering*, unless
    they are refused (``"no text, logo or watermark"``, ``"remove the sign"``).
    """
    reach = 0
    for clause in _clauses(_without_syntax(prompt)):
        # "no text, logos, watermarks": a list of such words goes on refusing.
        reach = reach if all(_passed_over(word) for word in clause) else 0
        for word, following in zip(clause, (*clause[1:], ""), strict=True):
            if _asks(word) and not reach and following.casefold() != "free":
                return word
            if _REFUSING.fullmatch(word.casefold()):
                reach = _REACH
            elif not _passed_over(word):
                reach = max(0, reach - 1)
    return None


def _asks(word: str) -> bool:
    return word[0] in "\"'" or _ASKING.fullmatch(word.casefold()) is not None


def _passed_over(word: str) -> bool:
    return _asks(word) or _FILLING.fullmatch(word.casefold()) is not None


def _clauses(prompt: str) -> Iterator[list[str]]:
    """Words and quoted strings (with their quotes) between punctuation marks."""
    clause: list[str] = []
    for double, single, word, mark in _TOKEN.findall(prompt.translate(_QUOTES)):
        if not mark:
            clause.append(double or single or word)
        elif clause:
            yield clause
            clause = []
    if clause:
        yield clause


def _runs(parts: list[str]) -> Iterator[tuple[str, str]]:
    """Every run of up to four words, as written and plain."""
    for start in range(len(parts)):
        for end in range(start + 1, min(start + _RUN, len(parts)) + 1):
            run = parts[start:end]
            joined = "".join(plain_letters(part) for part in run)
            if len(joined) >= 3 and not _COMMON.fullmatch(" ".join(run).casefold()):
                yield " ".join(run), joined


def _without_syntax(prompt: str) -> str:
    """Drop what hosts write into prompts for themselves: ``<lora:name:1>`` and weights."""
    return re.sub(r"<[^<>]*>|:\s*[\d.]+(?=\s*[)\]])", " ", prompt)
