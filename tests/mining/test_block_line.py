"""Measuring while the next batch is made: the same numbers, in the same order, and no more lost."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.mining.scorers import PictureBatch
from seedloupe.tables import SeedTable

from .test_run import BrightScorer, finished, plan_of, run_of, same
from .toy import BlobGenerator


class MixedGenerator(BlobGenerator):
    """The blob generator, which also mixes prompts; remembers the sizes of its batches."""

    def __init__(self, *, most: int = 99) -> None:
        super().__init__()
        self.most, self.sizes = most, list[int]()

    def pairs(self, prompts: Sequence[str], noise: Tensor, seeds: Sequence[int]) -> Tensor:
        if len(noise) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        self.sizes.append(len(noise))
        rows = zip(prompts, noise, seeds, strict=True)
        return torch.cat(
            [super(MixedGenerator, self).__call__(p, n[None], [s]) for p, n, s in rows]
        )

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        return self.pairs([prompt] * len(noise), noise, seeds)


@pytest.fixture(scope="module")
def in_turns(tmp_path_factory: pytest.TempPathFactory) -> SeedTable:
    return finished(run_of(tmp_path_factory.mktemp("journal"), overlap=False))[0]


def test_measuring_beside_making_ends_in_the_same_table(
    in_turns: SeedTable, tmp_path: Path
) -> None:
    table, _ = finished(run_of(tmp_path))
    assert same(table, in_turns)


def test_a_batch_is_measured_while_the_next_is_made_and_none_waits_longer(tmp_path: Path) -> None:
    second, threads = threading.Event(), set[int]()
    made, measured = list[int](), list[int]()

    class Making(BlobGenerator):
        def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
            made.append(seeds[0])
            assert len(made) - len(measured) <= 2
            if len(made) == 2:
                second.set()
            return super().__call__(prompt, noise, seeds)

    class Measuring(BrightScorer):
        def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
            threads.add(threading.get_ident())
            assert second.wait(20), "the second batch was not begun before the first was measured"
            found = super().measure(batch)
            measured.append(batch.seeds[0])
            return found

    scorers = {"bright": Measuring(effect=2.0)}
    finished(run_of(tmp_path, generator=Making(), scorers=scorers))
    assert measured == made
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_a_scorer_short_of_memory_takes_turns_with_making(
    in_turns: SeedTable, tmp_path: Path
) -> None:
    class Hungry(BrightScorer):
        def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
            if len(batch) > 5:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return super().measure(batch)

    said: list[tuple[str, int]] = []
    run = run_of(
        tmp_path,
        scorers={"bright": Hungry(effect=2.0)},
        tell=lambda line: said.append((line, threading.get_ident())),
    )
    table, reports = finished(run)
    assert same(table, in_turns)
    assert reports[-1].batch == 4
    assert "in turns now" in said[0][0]
    assert "going on with 8" in said[1][0]
    assert {thread for _, thread in said} == {threading.get_ident()}


def test_a_generator_short_of_memory_first_waits_for_what_is_measured(
    in_turns: SeedTable, tmp_path: Path
) -> None:
    measuring, holding = threading.Event(), threading.Event()

    class Holding(BrightScorer):
        def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
            holding.set()
            measuring.set()
            try:
                return super().measure(batch)
            finally:
                holding.clear()

    class Short(BlobGenerator):
        calls = 0

        def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
            self.calls += 1
            if self.calls == 2:
                assert measuring.wait(20)
                raise torch.OutOfMemoryError("CUDA out of memory")
            assert self.calls < 3 or not holding.is_set()
            return super().__call__(prompt, noise, seeds)

    said: list[str] = []
    scorers = {"bright": Holding(effect=2.0)}
    run = run_of(tmp_path, generator=Short(), scorers=scorers, tell=said.append)
    table, reports = finished(run)
    assert same(table, in_turns)
    assert reports[-1].batch == 16
    assert ["in turns now" in line for line in said] == [True]


def test_a_run_that_fails_keeps_the_batch_that_was_being_measured(tmp_path: Path) -> None:
    class Breaks(BlobGenerator):
        def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
            if self.made >= 48:
                raise RuntimeError("the card fell off the bus")
            return super().__call__(prompt, noise, seeds)

    generator = Breaks()
    with pytest.raises(RuntimeError, match="fell off"):
        list(run_of(tmp_path, generator=generator).rounds())
    assert generator.made == 48
    kept = [np.load(path)["failed"].size for path in tmp_path.glob("*.npz")]
    assert sum(kept) == 48
    assert not list(tmp_path.glob("*.claim"))


def test_a_reader_who_leaves_keeps_all_that_was_made(tmp_path: Path) -> None:
    generator = BlobGenerator()
    reports = run_of(tmp_path, generator=generator).rounds()
    for _ in range(3):
        next(reports)
    reports.close()
    kept = [np.load(path)["failed"].size for path in tmp_path.glob("*.npz")]
    assert sum(kept) == generator.made
    assert not list(tmp_path.glob("*.claim"))


def test_prompts_share_batches_and_are_scored_as_their_own(
    in_turns: SeedTable, tmp_path: Path
) -> None:
    generator = MixedGenerator()
    table, _ = finished(run_of(tmp_path, generator=generator))
    assert same(table, in_turns)
    assert max(generator.sizes) == 16
    assert sum(generator.sizes) / len(generator.sizes) > 11


def test_memory_that_ran_out_in_mixed_batches_is_resumed_to_the_same_table(
    in_turns: SeedTable, tmp_path: Path
) -> None:
    made = 0
    for stop in (100, 180, 10_000):
        generator = MixedGenerator(most=7)
        run = run_of(tmp_path, generator=generator)
        for report in run.rounds():
            if report.fresh >= stop - made:
                run.stop()
        made += generator.made
    assert run.table is not None
    assert same(run.table, in_turns)
    assert made == report.made


def test_a_picture_that_no_scorer_can_measure_for_memory_is_said(tmp_path: Path) -> None:
    class Never(BrightScorer):
        def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
            raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(InputError, match="memory for one picture"):
        list(run_of(tmp_path, scorers={"bright": Never()}).rounds())


def test_measuring_sees_the_inference_mode_of_whoever_reads(tmp_path: Path) -> None:
    seen = set[bool]()

    class Looking(BrightScorer):
        def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
            seen.add(torch.is_inference_mode_enabled())
            return super().measure(batch)

    with torch.inference_mode():
        reports = run_of(tmp_path, scorers={"bright": Looking()}, plan=plan_of(32)).rounds()
        next(reports)
        reports.close()
    assert seen == {True}
