from __future__ import annotations

from functools import cache

import pytest

from seedloupe.artifacts.wording import edit_distance, plain_letters, string_likeness


@pytest.mark.parametrize(
    ("one", "other"),
    [("BACKGR0UND", "background"), ("Café", "CAFE"), ("he11o!", "hellol"), ("5T0P", "stop")],
)
def test_case_accents_and_look_alikes_make_no_difference(one: str, other: str) -> None:
    assert plain_letters(one) == plain_letters(other)


def test_other_words_stay_other_words() -> None:
    assert plain_letters("cat") != plain_letters("dog")


def test_everything_but_letters_and_digits_goes() -> None:
    assert plain_letters("●—*  .") == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("", "abc"), ("kitten", "sitting"), ("background", "bakcground"), ("aaaa", "bbbbbb")],
)
def test_edit_distance_agrees_with_its_definition(one: str, other: str) -> None:
    @cache
    def slow(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        change = one[i - 1] != other[j - 1]
        return min(slow(i - 1, j) + 1, slow(i, j - 1) + 1, slow(i - 1, j - 1) + change)

    assert edit_distance(one, other) == slow(len(one), len(other))


def test_short_words_are_all_or_nothing() -> None:
    assert string_likeness("cat", "cat") == 1
    assert string_likeness("cat", "car") == 0
    assert string_likeness("cats", "cars") == 0.75
    assert string_likeness("", "") == 0
