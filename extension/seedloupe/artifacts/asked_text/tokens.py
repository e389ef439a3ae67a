"""A prompt cut into words, quotations and marks, without what hosts write for themselves.

Read are the web UI's weights and brackets, BREAK and AND, extra networks, embeddings and wildcards,
as ``modules/prompt_parser.py`` and ``modules/extra_networks.py`` of the web UI take them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .foreign import CJK
from .kinds import Kind, word_set
from .lexicon import look_up


@dataclass(frozen=True)
class Token:
    """A piece of a prompt.

    Attributes:
        text: as it is written; of a quotation what stands between the marks.
        kind: the part it plays.
        off: whether its weight is zero or less, so that the picture is to go away from it.
    """

    text: str
    kind: Kind
    off: bool = False

    @property
    def low(self) -> str:
        """The text in lower case."""
        return self.text.casefold()

    @property
    def shouted(self) -> bool:
        """Whether it is written in capitals, as words on signs are, and no usual abbreviation."""
        letters = [letter for letter in self.text if letter.isalpha()]
        capitals = len(letters) > 1 and self.text == self.text.upper() != self.text.lower()
        return capitals and self.low not in _ABBREVIATIONS


_ABBREVIATIONS = word_set(
    "led tv hd uhd hdr raw dslr ai vr usb 3d 2d 4k 8k ufo nyc usa uk la iso vhs cgi dof cctv "
    "hq bbq dj suv atm cd dvd rgb rtx nsfw sfw ok dna psd png jpg pov fps npc svg oled cad "
    "asmr bw xl sd sdxl sfx vfx fx wwi wwii ii iii iv ny lcd qr pc ui ux"
)
_LEXEMES = re.compile(
    r"""
    (?P<skip>                                   # what names files and settings, not things
        <[a-z]+:[^<>]*>                         #   <lora:name:0.8>
      | \bembedding:[^\s,()\[\]]+               #   embedding:name, as ComfyUI writes it
      | __[\w/*-]+__                            #   __wildcard__
      | \b\w+_v?\d[\w.]*                        #   name_v2
      | \b[\w-]+\.(?:pt|bin|safetensors|ckpt|png|jpe?g|webp)\b
      | \\[()\[\]{}]                            #   a bracket that is only a bracket
    )
  | (?P<quote>
        (?<![A-Za-z0-9"])"[^"\n]{0,200}?[^\W_][^"\n]{0,200}?"(?![A-Za-z0-9])
      | `[^`\n]{1,200}` | (?<![\w*])\*(?=\w)[^*\n]{1,80}(?<=\S)\*(?![\w*])
      | [\u201c\u201d\u201e\u00ab\u300c\u300e][^\n]{1,300}?[\u201d\u201c\u00bb\u300d\u300f]
      | \u2018(?:[^\n\u2019]|(?<=\w)\u2019(?=\w)){1,300}\u2019(?!\w)
      | (?<![\w'])'(?!(?:\d\ds|n|til|em|tis|cause)\b)(?=\S)  # not '90s, rock 'n' roll
        (?:[^'\n]|(?<=\w)'(?=\w)){1,300}(?<=\S)'(?!\w)
    )
  | (?P<strength>[+-]?(?:\d*\.)?\d+::|::)        # -1::text::, as NovelAI writes it
  | (?P<weight>:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*(?=[)\]]|\bAND\b|\bBREAK\b|$))
  | (?P<open>[(\[{])
  | (?P<close>[)\]}])
  | (?P<part>\b(?:BREAK|AND|ADDCOMM|ADDROW|ADDCOL)\b|[.!?;](?=\s|$)|(?<!,)\s*\n)
  | (?P<word>\d+[.,]\d+|[^\W_]+(?:['\u2019][^\W_]+)*)
  | (?P<mark>[,:|\u2013\u2014\u3001\u3002\uff0c\uff1a]|\s-\s)
    """,
    re.VERBOSE,
)
_ELIDED = re.compile(r"^(?:l|d|qu|un|dell|nell|sull|all)['\u2019]")


def sentences(prompt: str) -> list[list[Token]]:
    """Return the tokens of a prompt, sentence by sentence; BREAK and AND end one too."""
    found: list[list[Token]] = [[]]
    for token in _with_kinds(_lexemes(prompt)):
        mark = token.kind is Kind.MARK
        if len(found[-1]) > (_LONG if mark else 2 * _LONG):
            found.append([])
        if mark and token.text == _END:
            found.append([])
        else:
            found[-1].append(token)
    return [sentence for sentence in found if sentence]


_END = "."
_LONG = 150
"""About how many words a sentence may have; longer ones are parted, to keep time in bounds."""


def _lexemes(prompt: str) -> list[Token]:
    """Words, quotations and marks, those turned off by a weight marked so."""
    found = _Lexemes()
    for match in _LEXEMES.finditer(prompt):
        text = match[0].strip()
        if match.lastgroup == "weight":
            closes = prompt[match.end() : match.end() + 1] in (")", "]")
            found.weigh(float(text[1:]), bracket=closes)
        elif match.lastgroup == "strength":
            found.strengthen(float(text[:-2] or 1))
        elif match.lastgroup in ("open", "close"):
            found.bracket(opens=match.lastgroup == "open")
        elif match.lastgroup == "part":
            found.end_part(whole=text not in _SENTENCE_ENDS)
        elif match.lastgroup == "quote":
            found.tokens.append(Token(text[1:-1].strip(), Kind.QUOTE))
        elif match.lastgroup != "skip":
            found.tokens += _parted(text) if match.lastgroup == "word" else [Token(text, Kind.MARK)]
    found.strengthen(1)
    return found.tokens


class _Lexemes:
    """The tokens read so far, and where brackets and parts of the prompt began."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self._opened: list[int] = []
        self._part = 0
        self._strength, self._strong_from = 1.0, 0

    def weigh(self, weight: float, *, bracket: bool) -> None:
        """Read the weight of the innermost bracket, or of a part between BREAK and AND."""
        inside = bracket and self._opened
        self._turn_off(self._opened[-1] if inside else self._part, weight)

    def strengthen(self, strength: float) -> None:
        """Read a number before ``::``, which holds until the next."""
        self._turn_off(self._strong_from, self._strength)
        self._strength, self._strong_from = strength, len(self.tokens)

    def bracket(self, *, opens: bool) -> None:
        """Read a bracket; one too many closes nothing."""
        if opens:
            self._opened.append(len(self.tokens))
        elif self._opened:
            self._opened.pop()

    def end_part(self, *, whole: bool) -> None:
        """Read the end of a sentence, or of a whole part of the prompt."""
        self.tokens.append(Token(_END, Kind.MARK))
        if whole:
            self._part, self._opened = len(self.tokens), []

    def _turn_off(self, start: int, weight: float) -> None:
        if weight <= 0:
            self.tokens[start:] = [replace(token, off=True) for token in self.tokens[start:]]


_SENTENCE_ENDS = (".", "!", "?", ";", "")
_UNPARTED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CJK = re.compile("|".join(f"({words})" for _, words in CJK))


def _parted(word: str) -> list[Token]:
    """Find the known words in a script that puts no space between them."""
    if not _UNPARTED.search(word):
        return [Token(word, Kind.PLAIN)]
    found: list[Token] = []
    end = 0
    for match in _CJK.finditer(word):
        assert match.lastindex is not None
        found.append(Token(word[end : match.start()], Kind.PLAIN))
        found.append(Token(match[0], CJK[match.lastindex - 1][0]))
        end = match.end()
    return [token for token in (*found, Token(word[end:], Kind.PLAIN)) if token.text]


def _with_kinds(lexemes: list[Token]) -> Iterator[Token]:
    """Join the words of known phrases, and say which part each plays."""
    words = [_plain(token) if token.kind is Kind.PLAIN else "" for token in lexemes]
    at = 0
    while at < len(lexemes):
        token, length = lexemes[at], 1
        if token.kind is Kind.PLAIN:
            kind, length = look_up(words, at)
            text = " ".join(part.text for part in lexemes[at : at + length])
            token = Token(text, kind, token.off)
        yield token
        at += length


def _plain(token: Token) -> str:
    return _ELIDED.sub("", token.low).replace("\u2019", "'")
