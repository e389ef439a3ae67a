"""JSON is read strictly, and one value gives one text."""

from __future__ import annotations

import pytest

from seedloupe.errors import InputError, LensFileError, TableError
from seedloupe.strict_json import dump_json, parse_json


def test_plain_json_is_read() -> None:
    found = parse_json('{"a": [1, -2.5, true, null, "\\u5bb6"]}')
    assert found == {"a": [1, -2.5, True, None, "\u5bb6"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected JSON"),
        ("{", "expected JSON"),
        ("NaN", "expected finite numbers, got NaN"),
        ("[1e400]", "expected finite numbers, got 1e400"),
        ("[-Infinity]", "expected finite numbers"),
        ('{"a":1,"a":1}', "expected each key once, got 'a' twice"),
        ("[" * 99999, "expected JSON, got RecursionError"),
        ("9" * 5000, "expected JSON"),
        ('["\\ud800"]', "expected JSON"),
        ("[" + "1," * 2**18 + "1]", "expected at most 262144 values"),
    ],
)
def test_what_is_no_strict_json_is_refused(text: str, message: str) -> None:
    with pytest.raises(TableError, match=f"spec: {message}"):
        parse_json(text, field="spec", problem=TableError)


def test_how_many_values_there_may_be_is_the_callers() -> None:
    assert parse_json("[1,2]", most_values=2) == [1, 2]
    with pytest.raises(InputError, match="at most 2 values, got 3"):
        parse_json("[1,2,3]", most_values=2)


def test_the_same_value_gives_the_same_text() -> None:
    assert dump_json({"b": 1, "a": {"d": "ü", "c": 2}}) == '{"a":{"c":2,"d":"ü"},"b":1}'


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), {1, 2}, b"x"])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(LensFileError, match="spec: expected values JSON can hold"):
        dump_json({"x": value}, field="spec", problem=LensFileError)
