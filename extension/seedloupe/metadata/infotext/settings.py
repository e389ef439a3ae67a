"""The web UI's text taken apart: prompt, negative prompt, a line of settings, and what follows it.

Many programs write such a text. The web UI itself reads only the last line; extensions put lines
of their own behind it ("Template:" of dynamic prompts, warnings of the web UI of 2022).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...errors import ImageError
from ..parsing import require_text

_FEWEST, _MOST = 3, 1000
_LONGEST_KEY = 80
_NEGATIVE = "Negative prompt:"
_FIRST = ("Steps", "Seed")
"""Settings that every such line has; the web UI begins with the first of them."""
_TEMPLATES = ("template:", "negative template:")


@dataclass(frozen=True)
class Infotext:
    """The parts of a text.

    Attributes:
        prompt: all before the negative prompt.
        negative: the negative prompt; empty without one.
        fields: the settings, each once, the last of a name as the web UI does.
        after: the lines behind the settings.
    """

    prompt: str
    negative: str
    fields: dict[str, str]
    after: tuple[str, ...] = field(default=())


def read_infotext(text: str) -> Infotext:
    """Take a text apart.

    Raises:
        ImageError: it has no line of settings, or one with more settings than anybody writes.
    """
    lines = require_text(text, "parameters").strip().split("\n")
    place, fields = _settings_line(lines)
    before = lines[:place]
    start = next((n for n, line in enumerate(before) if line.strip().startswith(_NEGATIVE)), place)
    negative = "\n".join(before[start:]).strip().removeprefix(_NEGATIVE).strip()
    after = tuple(line for line in lines[place + 1 :] if line.strip())
    return Infotext("\n".join(before[:start]).strip(), negative, fields, after)


def settings(text: str) -> dict[str, str]:
    """Return the settings of a text, each once.

    Raises:
        ImageError: as :func:`read_infotext` does.
    """
    return read_infotext(text).fields


def _settings_line(lines: list[str]) -> tuple[int, dict[str, str]]:
    """Find the line of settings.

    It is the last one that has steps or a seed, one that has both before one that has either, and
    one before a template before all others, as a template may hold anything; or else the last line.
    """
    found: dict[tuple[bool, int], tuple[int, dict[str, str]]] = {}
    follower = ""
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        if any(f"{key}:" in line for key in _FIRST):
            fields = _fields(line)
            kept = sum(key in fields for key in _FIRST)
            if kept and len(fields) >= _FEWEST:
                found.setdefault((follower.startswith(_TEMPLATES), kept), (place, fields))
        follower = line.strip().casefold() or follower
    if found:
        return found[max(found)]
    fields = _fields(lines[-1])
    if len(fields) < _FEWEST:
        raise ImageError(
            "parameters",
            expected="a last line such as 'Steps: 20, Seed: 1'",
            got=repr(lines[-1][:80]),
        )
    return len(lines) - 1, fields


def _fields(line: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for count, (key, value) in enumerate(_pairs(line)):
        if count >= _MOST:
            raise ImageError("parameters", expected=f"at most {_MOST} settings", got="more")
        found[key] = value
    return found


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """Take ``a: 1, b: "x, y"`` apart; values with commas or colons are JSON text."""
    at = 0
    while (colon := line.find(":", at)) >= 0:
        key = line[at:colon].rpartition(",")[2].strip()[:_LONGEST_KEY]
        begin = colon + 1
        while line[begin : begin + 1] == " ":
            begin += 1
        value, at = _value(line, begin)
        yield key, value


def _value(line: str, begin: int) -> tuple[str, int]:
    opening = line[begin : begin + 1]
    if opening in ('"', "{", "[") and opening:
        try:
            value, end = json.JSONDecoder().raw_decode(line, begin)
        except (ValueError, RecursionError):
            pass  # a quotation mark or a bracket of the value's own
        else:
            return value if isinstance(value, str) else line[begin:end], end
    end = line.find(",", begin)
    end = len(line) if end < 0 else end
    return line[begin:end].strip(), end + 1
