"""A registry is a value: adding gives a new one, and an unknown name is answered with the known."""

from __future__ import annotations

import pytest

from seedloupe import plugins
from seedloupe.errors import DuplicateNameError, UnknownNameError
from seedloupe.registry import Registry


def test_the_registry_outside_packages_import_is_this_one() -> None:
    assert plugins.Registry is Registry


def test_adding_gives_a_new_registry_and_leaves_the_old_one() -> None:
    old: Registry[int] = Registry("number", {"one": 1})
    new = old.add("two", 2)
    assert new.names() == ("one", "two")
    assert new.get("two") == 2
    assert old.names() == ("one",)


def test_a_name_is_given_once() -> None:
    registry: Registry[int] = Registry("number", {"one": 1})
    with pytest.raises(DuplicateNameError, match=r"number: .* got 'one'\. Taken: one\."):
        registry.add("one", 11)
    assert registry.get("one") == 1


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(DuplicateNameError):
        Registry[int]().add("", 1)


def test_an_unknown_name_is_answered_with_the_known_ones_and_the_nearest() -> None:
    registry: Registry[int] = Registry("number", {"seven": 7, "eleven": 11})
    with pytest.raises(UnknownNameError, match="number: expected one of seven, eleven") as caught:
        registry.get("sevem")
    assert "Did you mean 'seven'?" in str(caught.value)


def test_an_empty_registry_says_it_is_empty() -> None:
    with pytest.raises(UnknownNameError, match="expected one of none, got 'x'"):
        Registry[int]().get("x")


def test_a_registry_does_not_follow_changes_to_what_it_was_built_from() -> None:
    entries = {"one": 1}
    registry = Registry("number", entries)
    entries["two"] = 2
    assert "two" not in registry
    assert len(registry) == 1


def test_a_registry_is_gone_through_by_name() -> None:
    assert list(Registry("number", {"b": 1, "a": 2})) == ["b", "a"]
