from __future__ import annotations

from dataclasses import fields

import pytest

from seedloupe.errors import InputError
from seedloupe.hosts.webui.seeds.controls import PanelSettings


def test_positional_arguments_come_in_the_order_of_the_fields() -> None:
    assert PanelSettings.from_args([True, "some/table", False]) == PanelSettings(
        enabled=True, table="some/table", only_random=False
    )
    assert [field.name for field in fields(PanelSettings)] == ["enabled", "table", "only_random"]


def test_missing_positional_arguments_take_their_defaults() -> None:
    assert PanelSettings.from_args([]) == PanelSettings()
    assert PanelSettings.from_args([True]).only_random


def test_an_object_with_named_fields_asks_for_seedloupe() -> None:
    assert PanelSettings.from_args([{"table": "a"}]) == PanelSettings(enabled=True, table="a")


def test_an_object_may_say_no() -> None:
    assert not PanelSettings.from_args([{"enabled": False, "table": "a"}]).enabled


def test_what_the_web_ui_appends_to_an_object_is_its_own_and_not_read() -> None:
    read = PanelSettings.from_args([{"table": "a"}, "its default", False])
    assert read == PanelSettings(enabled=True, table="a", only_random=True)


def test_a_dropdown_without_choices_is_no_table() -> None:
    assert PanelSettings.from_args([True, None, True]).table == ""


def test_an_unknown_field_is_named_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"enabled, table, only_random, got 'tabel'"):
        PanelSettings.from_args([{"tabel": "a"}])


@pytest.mark.parametrize(
    ("field", "value"), [("enabled", "yes"), ("enabled", 1), ("table", 3), ("only_random", "")]
)
def test_a_value_of_another_type_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(InputError) as refused:
        PanelSettings.from_args([{field: value}])
    assert refused.value.field == field
