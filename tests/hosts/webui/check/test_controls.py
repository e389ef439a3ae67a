from __future__ import annotations

import pytest

from seedloupe.errors import InputError
from seedloupe.hosts.webui.check.controls import TextCheckSettings


def test_values_in_order_are_those_of_the_controls() -> None:
    settings = TextCheckSettings.from_args([True, "high", "auto", 3, False, True])
    assert settings == TextCheckSettings(True, "high", "auto", 3, False, True)


def test_an_object_turns_the_check_on_unless_it_says_otherwise() -> None:
    assert TextCheckSettings.from_args([{"retries": 2}, None]) == TextCheckSettings(True, retries=2)
    assert not TextCheckSettings.from_args([{"enabled": False}]).enabled


def test_fewer_values_and_empty_ones_leave_the_usual() -> None:
    assert TextCheckSettings.from_args([True, None]) == TextCheckSettings(True)


def test_the_page_may_hand_a_whole_number_over_as_a_float() -> None:
    assert TextCheckSettings.from_args([True, "low", "auto", 4.0]).retries == 4


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"level": "extreme"}, "level"),
        ({"retries": 33}, "retries"),
        ({"retries": True}, "retries"),
        ({"retries": 1.5}, "retries"),
        ({"reader": 3}, "reader"),
        ({"eyes": 2}, "args"),
    ],
)
def test_what_the_controls_could_not_hold_is_refused_by_name(
    wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(InputError) as raised:
        TextCheckSettings.from_args([wrong])
    assert raised.value.field == field
