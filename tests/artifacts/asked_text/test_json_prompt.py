from __future__ import annotations

import pytest

from seedloupe.artifacts.asked_text.json_prompt import passages


def test_plain_text_is_one_piece() -> None:
    assert [piece.text for piece in passages("a (red:1.2) hat, [cat|dog]")] == [
        "a (red:1.2) hat, [cat|dog]"
    ]


def test_fields_are_told_apart_by_their_names() -> None:
    pieces = passages(
        '{"scene": "a shop", "headline": "SALE", "negative_prompt": "rain", "seed": 3,'
        ' "parts": [{"type": "sign", "content": "OPEN", "color": "red"}]}'
    )
    told = {piece.text: (piece.literal, piece.against) for piece in pieces}
    assert told["a shop"] == (False, False)
    assert told["SALE"] == (True, False)
    assert told["rain"] == (False, True)
    assert told["OPEN"] == (True, False)
    assert told["red"] == (False, False)


@pytest.mark.parametrize("value", ['""', '"none"', "null", "false", "[]", "{}"])
def test_an_empty_field_says_nothing(value: str) -> None:
    assert list(passages(f'{{"text": {value}}}')) == []


def test_the_only_field_is_the_prompt() -> None:
    (piece,) = passages('{"text": "a red fox in the snow"}')
    assert not piece.literal


def test_text_around_is_kept_and_what_is_no_json_loses_its_marks() -> None:
    assert [piece.text.strip() for piece in passages('look: {"scene": "a hill"} at dusk')] == [
        "look:",
        "a hill",
        "at dusk",
    ]
    (piece,) = passages('{"scene": "a hill, "mood": "calm",}')
    assert '"' not in piece.text


def test_depth_has_an_end() -> None:
    assert list(passages('{"a":' * 200 + '"text"' + "}" * 200)) == []
