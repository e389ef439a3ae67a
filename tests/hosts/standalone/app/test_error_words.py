from __future__ import annotations

import pytest

from seedloupe.errors import InputError, ReaderError
from seedloupe.hosts.standalone.app.error_words import words_of

CASES = [
    ("steps", "a whole number", "7.5", "", "Steps: needs a whole number, found 7.5."),
    (
        "strength",
        "more than 0, at most 1",
        "0",
        "",
        "How much is forgotten: needs more than 0, at most 1, found 0.",
    ),
    (
        "seeds side by side",
        "one kind ticked",
        "none",
        "Tick one.",
        "Seeds side by side: needs one kind ticked, found none. Tick one.",
    ),
    ("layer", "a layer", "'x'", "list_layers names them all.", "Layers: needs a layer, found 'x'."),
    ("model_index.json", "two\nlines", "3", "", "Model index json: needs two lines, found 3."),
]


@pytest.mark.parametrize(("field", "expected", "got", "advice", "said"), CASES)
def test_what_cannot_be_used_is_said_in_the_words_of_the_page(
    field: str, expected: str, got: str, advice: str, said: str
) -> None:
    error = InputError(field, expected=expected, got=got, advice=advice)
    assert words_of(error).startswith(said)
    assert "list_layers" not in words_of(error)


def test_what_has_no_field_is_said_as_it_is_and_what_nobody_foresaw_by_its_name() -> None:
    assert words_of(ReaderError("the reader failed")) == "the reader failed"
    assert words_of(OSError(36, "File name too long")).startswith("OSError inside Seedloupe;")
