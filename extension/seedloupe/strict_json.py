"""JSON from files of any origin, read strictly, and written so that one value gives one text."""

from __future__ import annotations

import json
import math

from .errors import InputError

_MOST_VALUES = 2**18


class _RefusedError(Exception):
    """What stands in a text that JSON's own parser would let pass."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(expected, got)
        self.expected = expected
        self.got = got


def parse_json(
    text: str,
    *,
    field: str = "",
    problem: type[InputError] = InputError,
    most_values: int = _MOST_VALUES,
) -> object:
    """Parse strict JSON: no NaN, no infinity, no key twice, no half characters.

    A value takes up to twenty times the memory of its text, so their number is bounded first.

    Args:
        text: what to parse.
        field: what the message calls it.
        problem: the error raised.
        most_values: how many values it may have; marks within texts count as well.

    Raises:
        InputError: ``text`` is anything else, or has more values.
    """
    values = sum(text.count(mark) for mark in "[{,:")
    if values > most_values:
        raise problem(field, expected=f"at most {most_values} values", got=f"{values}")
    try:
        parsed: object = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=_without_repeats,
        )
        _require_whole_characters(parsed if "\\u" in text else None)
    except _RefusedError as error:
        raise problem(field, expected=error.expected, got=error.got) from error
    except (ValueError, RecursionError) as error:
        raise problem(field, expected="JSON", got=f"{type(error).__name__}: {error}") from error
    return parsed


def dump_json(value: object, *, field: str = "", problem: type[InputError] = InputError) -> str:
    """Write JSON that is the same for the same value, whatever order its keys came in.

    Raises:
        InputError: ``value`` holds NaN, infinity or something JSON has no word for.
    """
    try:
        return json.dumps(
            value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
    except (ValueError, TypeError, RecursionError) as error:
        raise problem(field, expected="values JSON can hold", got=f"{error}") from error


def _require_whole_characters(parsed: object) -> None:
    """Refuse halves of surrogate pairs, which JSON can spell and no file or terminal can hold.

    Raises:
        ValueError: there is one.
    """
    json.dumps(parsed, ensure_ascii=False).encode()


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _RefusedError("finite numbers", text)
    return number


def _refuse_constant(text: str) -> object:
    raise _RefusedError("finite numbers", text)


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    known: dict[str, object] = {}
    for key, value in pairs:
        if key in known:
            raise _RefusedError("each key once", f"{key!r} twice")
        known[key] = value
    return known
