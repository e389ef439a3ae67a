"""JSON becomes dataclasses, or an error that names the entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import pytest

from seedloupe.errors import TableError
from seedloupe.tables.codec import Extra, decode, encode


class Fruit(str, Enum):
    APPLE = "apple"
    PEAR = "pear"


@dataclass(frozen=True)
class Inner:
    number: float
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True)
class Outer:
    whole: int
    text: str
    yes: bool
    fruit: Fruit
    pair: tuple[int, int]
    inners: tuple[Inner, ...]
    by_name: Mapping[str, float]
    maybe: int | None = None
    extra: Extra = field(default_factory=dict)


GOOD = {
    "whole": 3,
    "text": "x",
    "yes": True,
    "fruit": "pear",
    "pair": [1, 2],
    "inners": [{"number": 1}, {"number": 2.5, "unit": "m"}],
    "by_name": {"a": 1, "b": 0.5},
    "maybe": None,
    "later": [1, {"x": None}],
}


def test_every_kind_of_entry_is_read() -> None:
    assert decode(Outer, GOOD) == Outer(
        3,
        "x",
        True,
        Fruit.PEAR,
        (1, 2),
        (Inner(1.0), Inner(2.5, {"unit": "m"})),
        {"a": 1.0, "b": 0.5},
        None,
        {"later": [1, {"x": None}]},
    )


def test_what_was_read_is_written_alike() -> None:
    assert encode(decode(Outer, GOOD)) == GOOD


@pytest.mark.parametrize(
    ("entry", "value", "message"),
    [
        ("whole", 1.0, "^whole: expected a whole number, got 1.0"),
        ("whole", True, "^whole: expected a whole number, got true"),
        ("whole", "3", '^whole: expected a whole number, got "3"'),
        ("whole", None, "^whole: expected a whole number, got null"),
        ("text", 3, "^text: expected a text, got 3"),
        ("yes", 1, "^yes: expected true or false, got 1"),
        ("fruit", "plum", '^fruit: expected one of apple, pear, got "plum"'),
        ("fruit", ["pear"], "^fruit: expected one of apple, pear, got a list"),
        ("pair", [1], "^pair: expected 2 entries, got 1"),
        ("pair", [1, "2"], r"^pair\[1\]: expected a whole number"),
        ("pair", {"0": 1}, "^pair: expected a list, got an object"),
        ("inners", [{"number": 1}, {}], r"^inners\[1\].number: expected an entry, got nothing"),
        ("inners", [3], r"^inners\[0\]: expected an object, got 3"),
        ("inners", [{"number": "1"}], r"^inners\[0\].number: expected a number"),
        ("inners", [{"number": 10**400}], r"^inners\[0\].number: expected a number"),
        ("by_name", {"a": "b"}, "^by_name.a: expected a number"),
        ("by_name", [], "^by_name: expected an object, got a list"),
        ("maybe", "x", "^maybe: expected a whole number"),
    ],
)
def test_a_wrong_entry_is_named(entry: str, value: object, message: str) -> None:
    with pytest.raises(TableError, match=message):
        decode(Outer, {**GOOD, entry: value})


def test_a_missing_entry_is_named() -> None:
    with pytest.raises(TableError, match=r"^text: expected an entry, got nothing"):
        decode(Outer, {key: value for key, value in GOOD.items() if key != "text"})


def test_an_entry_with_a_default_may_be_missing() -> None:
    assert decode(Outer, {k: v for k, v in GOOD.items() if k != "maybe"}).maybe is None


def test_a_key_called_extra_is_kept_too() -> None:
    inner = decode(Inner, {"number": 1, "extra": 5})
    assert encode(inner) == {"number": 1.0, "extra": 5}
