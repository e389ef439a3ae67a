"""A worker makes one batch while it measures another, and takes turns where memory is short."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.mining import MiningPlan
from seedloupe.mining.blocks import BlockBatch, batches_of, cut
from seedloupe.mining.engines.worker import BatchResult, BlockWorker
from seedloupe.mining.scorers import OutputKind, PictureBatch, ScorerOutput
from seedloupe.tables import MetricSpec

from ..toy import PROMPTS, BlobGenerator, plan_settings

PLAN = MiningPlan(tuple(range(8)), PROMPTS, (), 1, batch=4, **plan_settings())  # type: ignore[arg-type]
BATCHES = [
    batch
    for block in cut("mine", PLAN.seeds, PLAN.prompts, size=4)
    for batch in batches_of(block, mixed=False, most=4)
]


class Room:
    """Memory for one at a time; says when two are in it."""

    def __init__(self, *, for_two: bool) -> None:
        self._for_two, self._inside, self._lock = for_two, 0, threading.Lock()
        self.most = 0

    def __enter__(self) -> None:
        with self._lock:
            if self._inside and not self._for_two:
                raise torch.OutOfMemoryError("CUDA out of memory")
            self._inside += 1
            self.most = max(self.most, self._inside)
        threading.Event().wait(0.01)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1


class RoomyGenerator(BlobGenerator):
    def __init__(self, room: Room) -> None:
        super().__init__()
        self._room = room

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        with self._room:
            return super().__call__(prompt, noise, seeds)


class RoomyScorer:
    outputs = (ScorerOutput(OutputKind.SCORE, "red", metric=MetricSpec("red", "1", True)),)

    def __init__(self, room: Room) -> None:
        self._room = room

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        with self._room:
            return {"score.red": batch.images[:, 0].mean((1, 2))}


def worker_in(room: Room) -> BlockWorker:
    worker = BlockWorker(
        PLAN, lambda: (RoomyGenerator(room), {"red": RoomyScorer(room)}), torch.get_num_threads()
    )
    worker.open()
    return worker


def all_results(worker: BlockWorker, threads: int) -> list[BatchResult]:
    def measure(batch: BlockBatch) -> BatchResult:
        return worker.measure(batch.alone, {})

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(measure, BATCHES))


@pytest.fixture(scope="module")
def expected() -> list[BatchResult]:
    return all_results(worker_in(Room(for_two=True)), 1)


@pytest.mark.parametrize("for_two", [True, False])
def test_two_threads_measure_what_one_does_whether_or_not_there_is_room(
    expected: list[BatchResult], for_two: bool
) -> None:
    room = Room(for_two=for_two)
    found = all_results(worker_in(room), 2)
    assert room.most == (2 if for_two else 1)
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one.measures["score.red"], other.measures["score.red"])
    assert found[-1].batch == 4


def test_what_is_sent_to_a_worker_holds_nothing_of_other_batches(
    expected: list[BatchResult],
) -> None:
    batch = BATCHES[1]
    assert batch.alone.block.prompts == batch.prompts == PROMPTS[1:2]
    assert batch.alone.pairs == batch.pairs
    assert expected[1].measures["score.red"].shape == (4, 1)


def test_a_worker_that_opened_nothing_says_so() -> None:
    worker = BlockWorker(PLAN, lambda: (BlobGenerator(), {}), 1)
    with pytest.raises(RuntimeError, match="open"):
        worker.measure(BATCHES[0], {})


def test_scorers_lost_elsewhere_are_left_out_here_too() -> None:
    worker = worker_in(Room(for_two=True))
    with pytest.raises(InputError, match="it broke on another machine"):
        worker.measure(BATCHES[0], {"red": "it broke on another machine"})
