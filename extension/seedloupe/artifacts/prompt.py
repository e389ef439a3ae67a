"""Words of a prompt that text in the picture repeats."""

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
