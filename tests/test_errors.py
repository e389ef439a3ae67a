"""Errors say what was expected, what came and what to do, in one line."""

from __future__ import annotations

import pickle

import pytest

import seedloupe
from seedloupe import errors
from seedloupe.errors import InputError, ReaderError, SeedloupeError, TableError


def test_the_message_names_field_expected_got_and_advice() -> None:
    error = TableError("noise.shape", expected="three sizes", got="(4, 8)", advice="Add the width.")
    assert str(error) == "noise.shape: expected three sizes, got (4, 8). Add the width."


def test_without_advice_the_message_ends_after_what_came() -> None:
    assert str(InputError("seed", expected="a number", got="'x'")).endswith("got 'x'.")


def test_the_message_stays_one_short_line_whatever_came() -> None:
    error = InputError("spec", expected="JSON", got="line\nbreak " + "x" * 10_000_000)
    assert "\n" not in str(error)
    assert len(str(error)) < 400


def test_an_error_survives_the_way_to_another_process() -> None:
    error = TableError("seeds", expected="uint64", got="int64", advice="Convert them.")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is TableError
    assert (copy.field, copy.expected, copy.got, copy.advice, str(copy)) == (
        "seeds",
        "uint64",
        "int64",
        "Convert them.",
        str(error),
    )


def all_errors() -> list[type[SeedloupeError]]:
    return [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, SeedloupeError)
    ]


@pytest.mark.parametrize("kind", all_errors())
def test_every_error_is_public_and_drawn_in_the_tree(kind: type[SeedloupeError]) -> None:
    assert kind.__name__ in seedloupe.__all__
    assert kind.__name__ in (errors.__doc__ or "")


def test_a_reader_failure_is_no_input_error() -> None:
    assert not issubclass(ReaderError, InputError)
