from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from seedloupe.mining import Journal

from .test_run import plan_of

NOBODY = 2**22 + 1  # beyond the largest number a process can have


def test_a_claim_names_its_owner_from_the_moment_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list[str]()
    link = Path.hardlink_to

    def linked(place: Path, target: Path) -> None:
        link(place, target)
        seen.append(place.read_text())

    monkeypatch.setattr(Path, "hardlink_to", linked)
    with Journal(tmp_path, plan_of()).claim("mine-00000") as ours:
        assert ours
        assert seen == [str(os.getpid())]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["mine-00000.claim", "plan.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_only_one_claims_also_where_files_cannot_be_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(place: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    journal = Journal(tmp_path, plan_of())
    with journal.claim("a") as ours, journal.claim("a") as again:
        assert (ours, again) == (True, False)


@pytest.mark.parametrize(
    ("owner", "age", "taken"),
    [(str(NOBODY), 0, True), ("", 60, True), ("", 0, False), (str(os.getpid()), 60, False)],
    ids=["ended", "never signed, old", "never signed, new", "at work"],
)
def test_the_claim_of_a_process_that_ended_is_taken_over(
    tmp_path: Path, owner: str, age: float, taken: bool
) -> None:
    journal = Journal(tmp_path, plan_of())
    place = tmp_path / "a.claim"
    place.write_text(owner)
    then = time.time() - age
    os.utime(place, (then, then))
    with journal.claim("a") as ours:
        assert ours is taken
