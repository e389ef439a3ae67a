from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from seedloupe.errors import InputError, ReaderError
from seedloupe.studies.inpaint import (
    InpaintPlan,
    InpaintTask,
    Measured,
    Pair,
    PictureKey,
    Seen,
    StudyProgress,
    measure,
)
from seedloupe.studies.journal import StudyJournal

from .stands import BOTH, StubLooker, StubPainter, pair, plan


def amount(name: str, prompt: str, seed: int) -> float:
    return (0.1 if prompt == "clear background" else 0.2) * (seed > 1) + 0.01 * int(name[-2:])


def journal(path: Path, wanted: InpaintPlan) -> StudyJournal:
    return StudyJournal(path / "journal.jsonl", wanted.settings({"stub": {}}))


def run(path: Path, painter: StubPainter, seen: list[StudyProgress] | None = None) -> Measured:
    wanted = plan()
    with journal(path, wanted) as kept:
        return measure(
            wanted,
            painter,
            [StubLooker()],
            journal=kept,
            on_progress=(seen if seen is not None else []).append,
        )


def test_every_pair_is_painted_with_every_seed_for_every_task_once(tmp_path: Path) -> None:
    painter = StubPainter(amount)
    measured = run(tmp_path, painter)
    assert len(painter.painted) == len(set(painter.painted)) == plan().images == 18
    assert ("pair-01", "blue house", 4) in painter.painted
    assert ("pair-01", "clear background", 4) in painter.painted
    shares = measured.shares(InpaintTask.COMPLETION, "stub")
    expected = np.array([[amount(f"pair-0{p}", "x", s) for s in (1, 4, 7)] for p in range(3)])
    assert shares == pytest.approx(expected)
    assert measured.flagged(InpaintTask.REMOVAL, "stub").tolist() == [
        [False, True, True],
        [True, True, True],
        [True, True, True],
    ]
    assert ("BLUE HOUSE", "blue house") in set(measured.texts("stub"))


@pytest.mark.parametrize("after", [0, 1, 7, 17])
def test_a_stopped_run_goes_on_where_it_was_and_gives_the_same(tmp_path: Path, after: int) -> None:
    whole = run(tmp_path / "whole", StubPainter(amount))
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "part", StubPainter(amount, stop_after=after))
    second, progress = StubPainter(amount), []
    resumed = run(tmp_path / "part", second, progress)
    assert len(second.painted) == 18 - after
    assert resumed.seen == whole.seen
    assert progress[-1] == StudyProgress(18, 18, 18 - after)


def test_a_torn_last_line_costs_one_picture(tmp_path: Path) -> None:
    run(tmp_path, StubPainter(amount))
    path = tmp_path / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    again = StubPainter(amount)
    run(tmp_path, again)
    assert again.painted == [("pair-02", "green tree", 7)]


def test_other_pairs_are_another_study(tmp_path: Path) -> None:
    run(tmp_path, StubPainter(amount))
    with pytest.raises(InputError, match="pairs"):
        journal(tmp_path, plan(pairs=4))


def test_a_line_about_no_picture_of_the_plan_is_refused(tmp_path: Path) -> None:
    run(tmp_path, StubPainter(amount))
    path = tmp_path / "journal.jsonl"
    line = {"task": "removal", "pair": "nobody", "seed": "1", "seen": {}}
    path.write_text(path.read_text("utf-8") + json.dumps(line) + "\n", "utf-8")
    with pytest.raises(InputError, match="nobody"):
        run(tmp_path, StubPainter(amount))


def test_a_picture_is_kept_before_it_counts_as_done(tmp_path: Path) -> None:
    wanted = plan(pairs=1, seeds=(1,), tasks=(InpaintTask.REMOVAL,))

    def fail(picture: PictureKey, painted: torch.Tensor) -> None:
        assert picture == PictureKey(InpaintTask.REMOVAL, 0, 1)
        raise OSError("disk full")

    with journal(tmp_path, wanted) as kept, pytest.raises(OSError, match="disk full"):
        measure(wanted, StubPainter(amount), [StubLooker()], journal=kept, keep=fail)
    with journal(tmp_path, wanted) as kept:
        assert kept.findings == ()


def test_a_looker_that_fails_ends_the_run_and_is_no_clean_picture(tmp_path: Path) -> None:
    class Broken(StubLooker):
        def look(self, picture: torch.Tensor, pair: Pair, prompt: str) -> Seen:
            raise ReaderError("stub could not read")

    wanted = plan()
    with journal(tmp_path, wanted) as kept, pytest.raises(ReaderError):
        measure(wanted, StubPainter(amount), [Broken()], journal=kept)
    with journal(tmp_path, wanted) as kept:
        assert kept.findings == ()


def test_a_painter_with_too_few_pictures_is_noticed(tmp_path: Path) -> None:
    wanted = plan()
    with journal(tmp_path, wanted) as kept, pytest.raises(ValueError, match="zip"):
        measure(wanted, lambda pair, prompt, seeds: [], [StubLooker()], journal=kept)


def test_plans_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(InputError, match="seeds"):
        plan(seeds=(4, 1))
    with pytest.raises(InputError, match="seeds"):
        plan(seeds=())
    with pytest.raises(InputError, match="seeds"):
        plan(seeds=(1, 2**32 + 1))
    with pytest.raises(InputError, match="pairs"):
        plan(pairs=0)
    with pytest.raises(InputError, match="tasks"):
        plan(tasks=(*BOTH, InpaintTask.REMOVAL))


def test_what_decides_a_picture_is_in_the_settings() -> None:
    one = plan().settings({"stub": {"level": "low"}})
    assert one["pairs"] == {
        f"pair-0{place}": pair(place, subject).digest
        for place, subject in enumerate(("red ball", "blue house", "green tree"))
    }
    assert one["lookers"] == {"stub": {"level": "low"}}
    assert json.loads(json.dumps(one)) == one
