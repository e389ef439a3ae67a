from __future__ import annotations

import pytest

from seedloupe.artifacts.asked_text.kinds import Kind
from seedloupe.artifacts.asked_text.tokens import sentences


def words(prompt: str) -> list[str]:
    return [token.text for sentence in sentences(prompt) for token in sentence]


def off(prompt: str) -> list[str]:
    return [token.text for sentence in sentences(prompt) for token in sentence if token.off]


def quoted(prompt: str) -> list[str]:
    tokens = [token for sentence in sentences(prompt) for token in sentence]
    return [token.text for token in tokens if token.kind is Kind.QUOTE]


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("(red:1.2) hat", ["red", "hat"]),
        ("a <lora:text_v2:0.8> hat", ["a", "hat"]),
        ("hat embedding:text.pt", ["hat"]),
        ("hat, poster_v2, __signs__", ["hat", ",", ","]),
        ("red_hat", ["red", "hat"]),
        (r"hat \(red\)", ["hat", "red"]),
        ("1.4::red::hat", ["red", "hat"]),
    ],
)
def test_what_hosts_write_for_themselves_is_left_out(prompt: str, left: list[str]) -> None:
    assert words(prompt) == left


@pytest.mark.parametrize("prompt", ["a hat. a coat", "a hat BREAK a coat", "a hat AND a coat",
                                    "a hat\na coat"])  # fmt: skip
def test_sentences_end_at_marks_and_at_parts_of_a_prompt(prompt: str) -> None:
    assert [[token.text for token in sentence] for sentence in sentences(prompt)] == [
        ["a", "hat"],
        ["a", "coat"],
    ]


@pytest.mark.parametrize(
    ("prompt", "gone"),
    [
        ("(red:0) hat", ["red"]),
        ("(red (old:1.2):-1) hat", ["red", "old"]),
        ("(red:0.1) hat", []),
        ("hat AND red :-1 AND coat", ["red"]),
        ("hat AND red :-0.5", ["red"]),
        ("-2::red::hat", ["red"]),
        ("hat, -2::red", ["red"]),
        ("red:0", ["red"]),
        ("hat) red:-1)", ["hat", "red"]),
    ],
)
def test_weights_of_zero_and_less_turn_words_off(prompt: str, gone: list[str]) -> None:
    assert off(prompt) == gone


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ('a "red hat"', ["red hat"]),
        ("a „roter Hut“, « chapeau », 「帽子」", ["roter Hut", "chapeau", "帽子"]),
        ("a 'dog's hat'", ["dog's hat"]),
        ("a \u2018dog\u2019s hat\u2019", ["dog\u2019s hat"]),
        ("the dog's hat and the cats' hats", []),
        ("rock 'n' roll in the '90s, 'til dawn", []),
        ('a 5" x 7" print', []),
        ('"SALT AND PEPPER"', ["SALT AND PEPPER"]),
        ("don't", []),
        ('""', []),
    ],
)
def test_quotations_are_told_from_apostrophes_and_inches(prompt: str, said: list[str]) -> None:
    assert quoted(prompt) == said


def test_a_phrase_is_one_token_and_goes_before_its_words() -> None:
    kinds = {
        token.text: token.kind for token in sentences("a peace sign, two signs, no entry sign")[0]
    }
    assert kinds["peace sign"] is Kind.IDIOM
    assert kinds["signs"] is Kind.CARRIER
    assert kinds["no entry sign"] is Kind.KNOWN


def test_a_sentence_without_end_is_parted_and_nothing_lost() -> None:
    parts = sentences("word " * 2000)
    assert len(parts) > 1
    assert sum(map(len, parts)) == 2000
