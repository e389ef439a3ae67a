"""Two layers each see half of what tells kinds apart: together they win, and nothing else does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from seedloupe.errors import InputError
from seedloupe.studies.activations import RankStudy
from seedloupe.studies.activations.sets import best_set
from seedloupe.studies.frame import Holds, Report, run_study
from seedloupe.studies.frame.looking import Looking
from seedloupe.studies.journal import StudyJournal

from ..frame.stands import NOISE, STRIPES, STRIPES_TOO, StripeStand
from .pictures import striped_pictures


def study(*, trained: bool = True) -> RankStudy:
    stand = StripeStand(trained=trained)
    looking = Looking(stand, stand.layers, (50,), stand.untrained())
    return RankStudy(looking, striped_pictures(32), "drawn", pool=3, most=3)


def concluded(one: RankStudy, folder: Path) -> Report:
    with StudyJournal(folder / "j.jsonl", one.settings) as journal:
        return run_study(one, journal)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return concluded(study(), tmp_path_factory.mktemp("rank"))


def test_the_two_layers_that_see_are_the_set_and_beat_each_alone(report: Report) -> None:
    assert report.winner is not None
    assert set(report.winner.layers) == {STRIPES, STRIPES_TOO}
    assert report.holds is Holds.YES
    for scene in ("simple", "complex"):
        gain = report.figures[f"set less best layer, {scene} scenes"]
        assert gain.low > 0.05  # type: ignore[union-attr]


def test_colours_and_random_weights_do_not_tell_the_kinds(report: Report, tmp_path: Path) -> None:
    assert report.figures["colours, simple scenes"].value < 0.8  # type: ignore[union-attr]
    blind = concluded(study(trained=False), tmp_path)
    assert blind.holds is not Holds.YES
    value = "set, complex scenes, likewise"
    assert blind.figures[value].value < report.figures[value].low  # type: ignore[union-attr]


def test_no_picture_is_judged_by_a_set_it_chose(tmp_path: Path) -> None:
    one = study()
    first, second = (one.judge.halves[half] for half in ("first", "second"))
    assert first.isdisjoint(second)
    for scene in ("simple", "complex"):
        own = set(one.judge.judged(scene))
        assert abs(len(own & first) - len(own & second)) <= 1
    taught = {picture.name for picture in one.pictures} - set(one.judge.judged())
    assert len(taught) == 16


def test_one_kind_of_scene_alone_is_refused_before_anything_runs() -> None:
    simple = tuple(one for one in striped_pictures(60) if not one.complex)
    with pytest.raises(InputError, match="complex scenes"):
        replace(study(), pictures=simple)


def test_sets_grow_by_what_helps_most_and_stop_where_nothing_does() -> None:
    worth: Mapping[frozenset[str], float] = {
        frozenset("ab"): 0.6,
        frozenset("ac"): 0.8,
        frozenset("abc"): 0.8,
    }
    alone = {"a": 0.5, "b": 0.4, "c": 0.3, "d": 0.2}
    tried: list[frozenset[str]] = []

    def together(layers: tuple[str, ...]) -> float:
        tried.append(frozenset(layers))
        return worth[frozenset(layers)]

    assert best_set(alone, together, pool=3, most=3) == ("a", "c")
    assert not any("d" in one for one in tried)
    assert best_set(alone, together, pool=3, most=1) == ("a",)
    assert best_set({NOISE: 0.1}, together, pool=3, most=3) == (NOISE,)
