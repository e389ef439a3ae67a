"""Batches go out once, come back once, and blocks are whole or claimed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from seedloupe.mining import Journal, MiningPlan, mine
from seedloupe.mining.block_line import DoneBatch
from seedloupe.mining.blocks import BlockBatch, cut
from seedloupe.mining.engines import BatchQueue
from seedloupe.mining.engines.worker import BlockWorker
from seedloupe.mining.journal import Measures
from seedloupe.mining.painting import BatchPainter

from ..toy import CONFIRM, PROMPTS, BlobGenerator, QualityInstrument, plan_settings


def plan_of(batch: int = 4) -> MiningPlan:
    return MiningPlan(
        seeds=tuple(range(8)),
        prompts=PROMPTS,
        confirm_prompts=CONFIRM,
        confirm=2,
        batch=batch,
        **plan_settings(),  # type: ignore[arg-type]
    )


def opened(folder: Path, plan: MiningPlan, size: int = 4) -> tuple[BatchQueue, Journal]:
    journal = Journal(folder, plan)
    blocks = cut("mine", plan.seeds, plan.prompts, size=size, thumbnails=True)
    return BatchQueue(blocks, journal, BatchPainter(plan, BlobGenerator())), journal


def measured(batch: BlockBatch, plan: MiningPlan) -> Measures:
    worker = BlockWorker(plan, lambda: (BlobGenerator(), [QualityInstrument()]), 1)
    worker.open()
    return worker.measure(batch.alone, {}).measures


def everything(queue: BatchQueue) -> list[BlockBatch]:
    return list(iter(queue.take, None))


def test_each_batch_is_handed_out_once_and_pictures_of_all_pairs_are_in_them(
    tmp_path: Path,
) -> None:
    queue, _ = opened(tmp_path, plan_of())
    batches = everything(queue)
    pairs = [
        (seed, prompt)
        for batch in batches
        for seed in batch.block.seeds
        for prompt in batch.prompts
    ]
    assert sorted(pairs) == sorted((seed, prompt) for seed in range(8) for prompt in PROMPTS)
    assert not queue.more()


def test_a_batch_that_comes_twice_counts_once(tmp_path: Path) -> None:
    queue, journal = opened(tmp_path, plan_of())
    batch = queue.take()
    assert batch is not None
    measures = measured(batch, plan_of())
    assert queue.put(batch, measures, {})
    other = {name: values + 1 for name, values in measures.items()}
    assert not queue.put(batch, other, {})
    assert np.array_equal(
        journal.read(batch.name)["score.bright"], measures["score.bright"], equal_nan=True
    )


def test_a_batch_given_back_is_handed_out_next_and_not_after_it_was_measured(
    tmp_path: Path,
) -> None:
    queue, _ = opened(tmp_path, plan_of())
    first, second = queue.take(), queue.take()
    assert first is not None
    assert second is not None
    queue.give_back(first)
    queue.give_back(first)
    assert queue.take() == first
    assert queue.take() not in (None, first, second)
    queue.put(second, measured(second, plan_of()), {})
    queue.give_back(second)
    assert second not in everything(queue)


@pytest.mark.parametrize("turn", [1, -1])
def test_the_journal_is_the_same_whatever_comes_first(tmp_path: Path, turn: int) -> None:
    plan = plan_of()
    queue, journal = opened(tmp_path / "some order", plan)
    for batch in everything(queue)[::turn]:
        assert queue.put(batch, measured(batch, plan), {})
    straight = Journal(tmp_path / "in order", plan)
    mine(plan, BlobGenerator(), [QualityInstrument()], journal=straight)
    names = sorted(path.name for path in straight.folder.glob("mine-*"))
    assert names == ["mine-00000.npz", "mine-00001.npz"]
    for name in names:
        one, two = ((kept.folder / name).read_bytes() for kept in (journal, straight))
        assert one == two
    assert sorted(path.name for path in journal.folder.iterdir()) == [*names, "plan.json"]


def test_what_a_journal_has_is_found_and_not_handed_out(tmp_path: Path) -> None:
    plan = plan_of()
    queue, _ = opened(tmp_path, plan)
    done = [queue.take() for _ in range(5)]  # a whole block, and one batch of the next
    for batch in done:
        assert batch is not None
        queue.put(batch, measured(batch, plan_of()), {})
    queue.close()
    again, _ = opened(tmp_path, plan)
    left = everything(again)
    assert len(left) == 3
    assert {batch.name for batch in left}.isdisjoint(batch.name for batch in done if batch)
    assert again.found() == [DoneBatch(16, fresh=False), DoneBatch(4, fresh=False)]
    assert again.found() == []


def test_a_block_is_claimed_until_it_is_whole_or_the_queue_is_closed(tmp_path: Path) -> None:
    queue, journal = opened(tmp_path, plan_of())
    for _ in range(4):
        batch = queue.take()
        assert batch is not None
        with journal.claim("mine-00000") as ours:
            assert not ours
        queue.put(batch, measured(batch, plan_of()), {})
    assert not (tmp_path / "mine-00000.claim").exists()
    assert queue.take() is not None
    assert (tmp_path / "mine-00001.claim").exists()
    queue.close()
    assert not (tmp_path / "mine-00001.claim").exists()


def test_a_block_that_somebody_else_has_is_left_alone(tmp_path: Path) -> None:
    queue, journal = opened(tmp_path, plan_of())
    with journal.claim("mine-00000") as ours:
        assert ours
        assert {batch.block.seeds for batch in everything(queue)} == {(4, 5, 6, 7)}
