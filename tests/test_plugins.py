"""Every host gets a fresh value; strangers' plug-ins are welcome and cannot do harm."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from seedloupe import plugins
from seedloupe.picking import GoldenPicker
from seedloupe.plugins import Plugins, builtin, with_outside

from .seed_tables import full_table


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
