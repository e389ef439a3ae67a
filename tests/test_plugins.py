"""Every host gets a fresh value; strangers' plug-ins are welcome and cannot do harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from seedloupe import plugins
from seedloupe.artifacts import ApartReader
from seedloupe.picking import GoldenPicker
from seedloupe.plugins import Plugins, Registry, builtin, with_outside

from .outside_packages import SOUND, install
from .seed_tables import full_table


def test_what_comes_with_seedloupe_is_all_there() -> None:
    assert {"golden", "diverse"} <= set(builtin().pickers.names())
    assert {"rapidocr", "easyocr", "tesseract"} <= set(builtin().readers.names())
    assert builtin().renderers.names()
    assert {"fid", "clip", "aesthetic"} <= set(builtin().scorers.names())


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


def lose_a_picker(known: Plugins) -> Plugins:
    return replace(known, pickers=Registry("seed picker", {"first": First()}))


def swap_a_picker(known: Plugins) -> Plugins:
    entries = {**known.pickers.entries, "golden": First()}
    return replace(known, pickers=Registry("seed picker", entries))


def hand_over_a_list(known: Plugins) -> Plugins:
    return replace(known, pickers=[First()])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("register", "words"),
    [
        (lose_a_picker, "took away or replaced the pickers golden, diverse"),
        (swap_a_picker, "took away or replaced the pickers golden"),
        (hand_over_a_list, "its pickers are list, not a Registry"),
    ],
)
def test_none_can_take_away_what_is_there(
    register: Callable[..., object], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(monkeypatch, greedy=here(register))
    known = builtin()
    extended, (line,) = with_outside(known)
    assert extended == known
    assert words in line


def test_an_installed_package_is_found_and_a_broken_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, "seedloupe-sound", SOUND)
    install(
        tmp_path, monkeypatch, "seedloupe-broken", "raise ImportError('no\\nengine')", name="ocr"
    )
    install(tmp_path, monkeypatch, "seedloupe-rude", "import sys\nsys.exit(3)")
    known = builtin()

    extended, skipped = with_outside(known)

    assert extended.readers.names() == (*known.readers, "loud")
    assert extended.pickers.names() == (*known.pickers, "last")
    assert extended.renderers.names() == (*known.renderers, "grey")
    assert skipped == (
        "plug-in ocr of the package seedloupe-broken was skipped: ImportError: no engine",
        "plug-in seedloupe-rude of the package seedloupe-rude was skipped: SystemExit: 3",
    )


def test_a_package_with_broken_notes_costs_no_more_than_the_plug_ins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, "seedloupe-sound", SOUND)
    notes = tmp_path / "torn-1.dist-info"
    notes.mkdir()
    (notes / "entry_points.txt").write_bytes(b"[console_scripts]\n\xff\xfe = a:b\n")
    known = builtin()

    extended, skipped = with_outside(known)

    if skipped:  # Pythons differ in whether they mind
        assert extended is known
        assert skipped[0].startswith("all plug-ins of other packages were skipped: Unicode")
    else:
        assert "last" in extended.pickers


def test_readers_may_live_apart_and_are_called_the_same() -> None:
    assert builtin(apart=True).readers.names() == builtin().readers.names()
    assert isinstance(builtin(apart=True).readers.get("rapidocr"), ApartReader)
