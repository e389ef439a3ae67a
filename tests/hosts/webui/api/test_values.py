"""Values of a question are checked before anybody works with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from seedloupe.errors import InputError
from seedloupe.hosts.webui.api.route import Asked
from seedloupe.hosts.webui.api.values import (
    choice_value,
    list_value,
    number_value,
    text_value,
    texts_value,
    whole_value,
)

READERS: list[Callable[[Asked], object]] = [
    lambda asked: text_value(asked, "x", longest=5),
    lambda asked: whole_value(asked, "x", most=9),
    lambda asked: number_value(asked, "x", least=0, most=9),
    lambda asked: choice_value(asked, "x", ("a", "b")),
    lambda asked: list_value(asked, "x", most=2),
    lambda asked: texts_value(asked, "x", most=2),
]
NONE_OF_THEM = [True, {}, {"a": 1}, None, -1, 10**400, float("nan"), "a" * 9000, "9" * 30]


@pytest.mark.parametrize("value", NONE_OF_THEM, ids=repr)
@pytest.mark.parametrize("read", READERS, ids=range(len(READERS)))
def test_what_fits_nobody_is_refused_by_everybody(
    read: Callable[[Asked], object], value: object
) -> None:
    with pytest.raises(InputError, match=r"^x: expected"):
        read(Asked({"x": value}))


def test_numbers_come_from_json_and_from_addresses() -> None:
    assert whole_value(Asked({"x": "7"}), "x") == whole_value(Asked({"x": 7}), "x") == 7
    assert number_value(Asked({"x": "2.5"}), "x", least=0, most=3) == 2.5


def test_what_is_not_there_is_the_default() -> None:
    assert text_value(Asked(), "x", default="y") == "y"
    assert whole_value(Asked(), "x", default=3) == 3
    assert texts_value(Asked(), "x", most=2) == ()


@pytest.mark.parametrize("value", [["a", 1], ["a" * 600], [["a"]]])
def test_a_list_of_texts_holds_nothing_else(value: list[object]) -> None:
    with pytest.raises(InputError):
        texts_value(Asked({"x": value}), "x", most=5)
