"""A mining run in a thread of its own."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.mining import Appearance, Journal, MiningPlan, MiningRun, MiningStage
from seedloupe.noise import NoiseSource
from seedloupe.services.mining_session import MiningSession, SessionWork
from seedloupe.tables import ModelSpec, SamplingSpec, Task, read_table

SAMPLING = SamplingSpec(Task.TXT2IMG, "euler", "normal", 4, 4.0, size=(64, 48))
MODEL = ModelSpec("sd1", "stand-in", "ab" * 32, 4, "epsilon")
PLAN = MiningPlan(
    tuple(range(8)), ("a", "b"), ("c",), 2, (4, 6, 8), NoiseSource(), MODEL, SAMPLING, batch=4
)


class Noise:
    """Draws the noise itself, and lets a test in before each batch."""

    def __init__(self, before: Callable[[], object] = lambda: None) -> None:
        self.before, self.made = before, 0

    def __call__(self, prompt: str, noise: Tensor, seeds: object) -> Tensor:
        self.before()
        self.made += len(noise)
        return torch.sigmoid(noise[:, :3]).repeat_interleave(8, 2).repeat_interleave(8, 3)


def work(folder: Path, generator: Noise, *, seconds: float | None = None) -> SessionWork:
    def run(tell: Callable[[str], object]) -> MiningRun:
        journal = Journal(folder / "journal", PLAN)
        return MiningRun(PLAN, generator, (Appearance(scored=True),), journal=journal, tell=tell)

    table = folder / "tables" / "one.seedtable.safetensors"
    return SessionWork("one", run, table, seconds=seconds)


def test_a_run_ends_in_its_table(tmp_path: Path) -> None:
    session = MiningSession()
    session.start(work(tmp_path, Noise()))
    session.join(60)
    state = session.state
    assert (state.running, state.problem, state.name) == (False, "", "one")
    assert state.report is not None
    assert state.report.stage is MiningStage.DONE
    assert state.table is not None
    assert len(read_table(state.table)) == 8


def test_what_was_stopped_goes_on_without_making_a_picture_twice(tmp_path: Path) -> None:
    session = MiningSession()
    first = Noise(session.stop)
    session.start(work(tmp_path, first))
    session.join(60)
    assert session.state.report is not None
    assert session.state.report.stage is MiningStage.STOPPED
    assert session.state.table is None
    assert first.made == 4

    second = Noise()
    session.start(work(tmp_path, second))
    session.join(60)
    assert session.state.table is not None
    assert first.made + second.made == PLAN.images


def test_a_spent_budget_stops_like_a_person(tmp_path: Path) -> None:
    session = MiningSession()
    session.start(work(tmp_path, Noise(), seconds=1e-9))
    session.join(60)
    assert session.state.report is not None
    assert session.state.report.stage is MiningStage.STOPPED


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    held = threading.Event()
    session = MiningSession()
    session.start(work(tmp_path, Noise(lambda: held.wait(30))))
    with pytest.raises(InputError, match="Stop it first"):
        session.start(work(tmp_path / "other", Noise()))
    held.set()
    session.join(60)
    assert session.state.table is not None


def test_what_the_host_refuses_is_told_and_another_run_may_begin(tmp_path: Path) -> None:
    def refuse() -> None:
        raise InputError("mine", expected="to finish the batch", got="Interrupt")

    session = MiningSession()
    session.start(work(tmp_path, Noise(refuse)))
    session.join(60)
    assert "Interrupt" in session.state.problem
    assert not session.state.running
    session.start(work(tmp_path, Noise()))
    session.join(60)
    assert session.state.table is not None


def test_a_run_that_cannot_be_made_leaves_the_session_free() -> None:
    def broken(tell: Callable[[str], object]) -> MiningRun:
        raise InputError("model", expected="one", got="none")

    session = MiningSession()
    with pytest.raises(InputError):
        session.start(SessionWork("one", broken, Path("nowhere")))
    assert not session.state.running


def test_a_portion_that_takes_long_stays_claimed_from_batch_to_batch(tmp_path: Path) -> None:
    ages: list[float] = []

    def grow_old() -> None:
        found = []
        for claim in (tmp_path / "journal").glob("*.claim"):
            with suppress(FileNotFoundError):  # of the portion before, which ends just now
                found.append(time.time() - claim.stat().st_mtime)
                os.utime(claim, (0, 0))
        ages.append(min(found))

    session = MiningSession()
    session.start(work(tmp_path, Noise(grow_old)))
    session.join(60)
    assert session.state.table is not None
    assert len(ages) > 2
    assert max(ages) < 3600
