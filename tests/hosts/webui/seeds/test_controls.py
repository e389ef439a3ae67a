from __future__ import annotations

from dataclasses import fields

import pytest

from seedloupe.errors import InputError
from seedloupe.hosts.webui.seeds.controls import GO_ON, OF_THE_MODEL, OFF, PanelSettings


def test_positional_arguments_come_in_the_order_of_the_fields() -> None:
    assert PanelSettings.from_args([True, "some/table", False]) == PanelSettings(
        enabled=True, table="some/table", only_random=False
    )
    first = [field.name for field in fields(PanelSettings)][:3]
    assert first == ["enabled", "table", "only_random"]  # others' scripts count on these places


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


def test_a_dropdown_without_a_choice_means_the_table_of_the_model() -> None:
    assert PanelSettings.from_args([True, None, True]).table == OF_THE_MODEL
    assert PanelSettings(table="").table == OF_THE_MODEL


def test_whole_numbers_that_the_page_hands_over_as_fractions_are_whole() -> None:
    read = PanelSettings.from_args([{"position": 8.0, "keep": 1}])
    assert (read.position, type(read.position)) == (8, int)
    assert type(read.keep) is float


def test_a_number_that_was_deleted_is_the_usual_one() -> None:
    assert PanelSettings.from_args([True, "a", True, "golden", None]).position == GO_ON


def test_off_is_off_though_the_panel_is_open() -> None:
    assert PanelSettings(enabled=True).is_on
    assert not PanelSettings(enabled=True, rule=OFF).is_on


def test_an_unknown_field_is_named_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"enabled, table, only_random, .*, got 'tabel'"):
        PanelSettings.from_args([{"tabel": "a"}])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("enabled", "yes"),
        ("enabled", 1),
        ("table", 3),
        ("only_random", ""),
        ("rule", "best"),
        ("rule", ["golden"]),
        ("position", 1.5),
        ("position", True),
        ("position", -2),
        ("position", float("nan")),
        ("position", float("inf")),
        ("position", 10**30),
        ("keep", 0),
        ("keep", float("nan")),
        ("left", 100),
        ("width", 0),
        ("depth", "deep"),
        ("ranks", 4),
        ("carry", None),
    ],
)
def test_a_value_of_another_type_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(InputError) as refused:
        PanelSettings.from_args([{field: value}])
    assert refused.value.field == field
