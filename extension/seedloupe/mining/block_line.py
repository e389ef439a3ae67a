"""Blocks on their way from generator to journal: one batch is measured while the next is made."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass

import torch

from .blocks import BlockBatch, SeedBlock, batches_of, join_batches
from .journal import Journal
from .measuring import BatchMeasurer
from .painting import BatchPainter, out_of_memory
from .scorers import PictureBatch


@dataclass(frozen=True)
class DoneBatch:
    """A batch that the journal holds now, and whether it was made now."""

    pictures: int
    fresh: bool


@dataclass(frozen=True, eq=False)
class _Measured:
    """A batch that was made, and its way into the journal.

    Attributes:
        batch: which.
        work: measures and keeps it; True takes fewer pictures at once where memory runs out.
        future: the same in the thread.
    """

    batch: BlockBatch
    work: Callable[[bool], None]
    future: Future[None]


class BlockLine:
    """Makes batches where it is called, and measures them one by one in a thread of its own.

    At most one batch is measured, or waits for that, while the next is made. Batches reach the
    journal in the order they were made in, each as soon as it is measured. Where memory runs out,
    making and measuring take turns from then on.

    Args:
        journal: keeps what was measured.
        measurer: measures.
        overlap: False takes turns from the beginning.
        tell: is told one line when memory ran out.
        stopping: asked before each batch; true makes no further one.
    """

    def __init__(
        self,
        journal: Journal,
        measurer: BatchMeasurer,
        *,
        overlap: bool = True,
        tell: Callable[[str], object] = lambda line: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._journal, self._measurer, self._tell = journal, measurer, tell
        self._stopping = stopping
        self._overlap = overlap
        self._waiting: deque[_Measured] = deque()
        self._claims = ExitStack()
        self._pool: ThreadPoolExecutor | None = None

    def measure(
        self, block: SeedBlock, painter: BatchPainter, claim: ExitStack
    ) -> Iterator[DoneBatch]:
        """Make and measure what the journal lacks of a block.

        Args:
            block: what to measure.
            painter: makes its pictures.
            claim: is closed once the journal holds all of the block, or the line ends.

        Yields:
            batches that were finished, of this block or of the one before.

        Raises:
            InputError: no picture fits into memory, no scorer is left, or the disk is full.
        """
        self._claims.push(claim)
        batches = batches_of(block, mixed=painter.mixes, most=painter.planned)
        for batch in batches:
            ends = batches if batch is batches[-1] else ()
            if self._journal.has(batch.name):
                yield DoneBatch(len(batch.pairs), fresh=False)
                if ends:
                    yield from self.drain()
                    self._end(ends, claim)
                continue
            if self._stopping():
                yield from self.drain()
                return
            self._journal.renew(block.name)
            pictures = painter.paint(batch.pairs, relieve=self._relieve)
            done = list(self.drain())
            done += self._put(batch, self._work(batch, pictures, ends, claim))
            yield from done

    def drain(self) -> Iterator[DoneBatch]:
        """Wait for what is being measured.

        Raises:
            InputError: no scorer is left, or the journal cannot be written.
        """
        while self._waiting:
            one = self._waiting.popleft()
            try:
                one.future.result()
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
                self._take_turns()
                one.work(True)
            yield DoneBatch(len(one.batch.pairs), fresh=True)

    def close(self) -> None:
        """Let what is being measured reach the journal, and give all claims back."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
            self._pool = None
        self._waiting.clear()
        self._claims.close()

    def _put(self, batch: BlockBatch, work: Callable[[bool], None]) -> list[DoneBatch]:
        if not self._overlap:
            work(True)
            return [DoneBatch(len(batch.pairs), fresh=True)]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="seedloupe-measuring")
        self._waiting.append(_Measured(batch, work, self._pool.submit(work, False)))
        return []

    def _work(
        self,
        batch: BlockBatch,
        pictures: PictureBatch,
        ends: Sequence[BlockBatch],
        claim: ExitStack,
    ) -> Callable[[bool], None]:
        inference = torch.is_inference_mode_enabled()  # a host's, and each thread's own

        def work(alone: bool) -> None:
            with torch.inference_mode() if inference else nullcontext():
                made = self._measurer.measure(pictures, thumbnails=batch.thumbnails, shrink=alone)
            self._journal.write(batch.name, batch.filed(made))
            self._journal.lose(self._measurer.lost)
            if ends:
                self._end(ends, claim)

        return work

    def _end(self, batches: Sequence[BlockBatch], claim: ExitStack) -> None:
        join_batches(batches, self._journal)
        claim.close()

    def _relieve(self) -> bool:
        """Wait for what is being measured, so that its memory is free; False where nothing is."""
        if not self._waiting:
            return False
        wait([one.future for one in self._waiting])
        self._take_turns()
        return True

    def _take_turns(self) -> None:
        if self._overlap:
            self._tell("memory ran out while pictures were made and measured at once; in turns now")
        self._overlap = False
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
