"""Registries are values; strangers' plug-ins are welcome and cannot do harm."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from seedloupe import plugins
from seedloupe.errors import DuplicateNameError, UnknownNameError
from seedloupe.picking import GoldenPicker
from seedloupe.plugins import Plugins, Registry, builtin, with_outside

from .seed_tables import full_table


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


def test_what_comes_with_seedloupe_is_all_there() -> None:
    assert {"golden", "diverse"} <= set(builtin().pickers.names())
    assert {"rapidocr", "easyocr", "tesseract"} <= set(builtin().readers.names())
    assert builtin().renderers.names()


def test_every_host_gets_its_own_value() -> None:
    assert builtin() is not builtin()
    assert builtin().readers is not builtin().readers


@pytest.mark.parametrize("name", builtin().pickers.names())
def test_every_picker_gives_different_seeds_of_the_table(name: str) -> None:
    table = full_table()
    seeds = builtin().pickers.get(name).pick(table, 3)
    assert len(set(seeds)) == 3
    assert set(seeds) <= set(table.seeds.tolist())


class First:
    """A picker as a stranger would write it: no base class, no import of ours."""

    def pick(self, table: object, count: int) -> tuple[int, ...]:
        return tuple(range(count))


def add_first(known: Plugins) -> Plugins:
    return Plugins(known.readers, known.pickers.add("first", First()), known.renderers)


def add_golden_again(known: Plugins) -> Plugins:
    return Plugins(known.readers, known.pickers.add("golden", First()), known.renderers)


def forget_to_return(known: Plugins) -> None:
    known.pickers.add("first", First())


def announce(monkeypatch: pytest.MonkeyPatch, **places: str) -> None:
    found = EntryPoints(
        EntryPoint(name, place, "seedloupe.plugins") for name, place in places.items()
    )
    monkeypatch.setattr(plugins, "entry_points", lambda group: found.select(group=group))


def here(function: Callable[..., object]) -> str:
    return f"{function.__module__}:{function.__name__}"


def test_outside_plugins_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    announce(monkeypatch, kind=here(add_first))
    extended, skipped = with_outside(builtin())
    assert extended.pickers.get("first").pick(full_table(), 2) == (0, 1)
    assert isinstance(extended.pickers.get("golden"), GoldenPicker)
    assert skipped == ()


def test_one_that_fails_is_named_and_skipped_and_the_others_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    announce(
        monkeypatch,
        absent="no_such_package:register",
        clash=here(add_golden_again),
        silent=here(forget_to_return),
        sound=here(add_first),
    )
    extended, skipped = with_outside(builtin())
    assert "first" in extended.pickers
    assert isinstance(extended.pickers.get("golden"), GoldenPicker)
    assert len(skipped) == 3
    for line, (name, words) in zip(
        skipped,
        [
            ("absent", "ModuleNotFoundError"),
            ("clash", "DuplicateNameError"),
            ("silent", "it returned NoneType, not Plugins"),
        ],
        strict=True,
    ):
        assert line.startswith(f"plug-in {name} was skipped: ")
        assert words in line


def test_without_outside_plugins_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    announce(monkeypatch)
    known = builtin()
    assert with_outside(known) == (known, ())
