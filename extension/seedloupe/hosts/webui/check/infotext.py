"""What the check writes into a picture's parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ....artifacts.picture_check import CheckedPicture

VERDICT = "Seedloupe text"
READER = "Seedloupe text reader"
RETRY = "Seedloupe text retry"
CHECK = "Seedloupe text check"
KEYS = (VERDICT, READER, RETRY, CHECK)
#: In the answer of the API, beside the pictures' parameters.
JSON = "Seedloupe text checks"

_CHECK_ID = re.compile(rf"{CHECK}: ([0-9a-f]{{16}})(?![0-9a-f])")


@dataclass(frozen=True)
class PictureText:
    """Words for one picture; the grid, which the web UI describes by the same means, gets none."""

    words: str

    def __call__(self, *, use_main_prompt: bool = False, **_: object) -> str | None:
        """Return the words, when the web UI asks for a picture's parameters."""
        return None if use_main_prompt else self.words


def forget_check(p: Any) -> None:
    """Remove what an earlier run left on a processing object that is used again."""
    for key in KEYS:
        p.extra_generation_params.pop(key, None)


def write(p: Any, checked: CheckedPicture[Any]) -> None:
    """Describe the picture whose parameters are made next, and no other.

    The web UI makes them right after the last callback of a picture. What stays behind would
    describe the next one as well, so every key is set or removed.
    """
    told = (checked.words, checked.read_by, checked.retry_words, checked.id)
    for key, value in zip(KEYS, told, strict=True):
        if value:
            p.extra_generation_params[key] = PictureText(value)
        else:
            p.extra_generation_params.pop(key, None)


def write_words(p: Any, words: str) -> None:
    """Say something of the next picture where there is no check to describe."""
    forget_check(p)
    p.extra_generation_params[VERDICT] = PictureText(words)


def check_ids(infotexts: Iterable[str]) -> tuple[str, ...]:
    """Return the checks that pictures' parameters speak of, in their order, each once."""
    found = (match[1] for text in infotexts if (match := _CHECK_ID.search(text)))
    return tuple(dict.fromkeys(found))
