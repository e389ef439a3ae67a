"""Values inside a page: whole, and unable to end what they stand in."""

from __future__ import annotations

import json

import pytest

from seedloupe.pages import data_address, script_json

VALUES = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "a & b > c",
    "\u2028\u2029",
    "half a pair \ud83d",
    "日本 🎈 é",
    "quotes \" and ' and \\ and \n",
    "{{ 7 * 7 }}{% raw %}",
    {"</script>": [1, 2.5, None, True]},
]


@pytest.mark.parametrize("value", VALUES)
def test_what_a_script_reads_is_what_was_told(value: object) -> None:
    text = script_json(value)
    assert json.loads(text) == value
    assert text.isascii()
    assert not set(text) & set("<>&")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [-float("inf")]])
def test_numbers_that_are_none_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        script_json(value)


def test_pieces_joined_stay_what_a_template_leaves_alone() -> None:
    joined = script_json("<") + script_json("&")
    assert joined.__html__() == r'"\u003c""\u0026"'


def test_a_file_is_its_own_address() -> None:
    assert data_address(b"\x00\xff", "image/png") == "data:image/png;base64,AP8="
