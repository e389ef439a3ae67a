"""Batches that are wanted, in order, and the way of their measures into the journal."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from ..block_line import DoneBatch
from ..blocks import BlockBatch, SeedBlock, batches_of, join_batches
from ..journal import Journal, Measures
from ..painting import BatchPainter


@dataclass
class _OpenBlock:
    """A claimed block of which batches are missing."""

    block: SeedBlock
    batches: tuple[BlockBatch, ...]
    missing: set[str]
    claim: ExitStack = field(default_factory=ExitStack)


class BatchQueue:
    """Hands out each batch that the journal lacks, and takes its measures once.

    Blocks are claimed when their first batch is handed out and given back when they are whole, so
    that processes which share the folder do not do the same work.

    Args:
        blocks: what is wanted.
        journal: where measures go.
        painter: how many pictures it makes at once by the plan, and whether it mixes prompts, says
            how blocks are cut.
    """

    def __init__(
        self, blocks: Sequence[SeedBlock], journal: Journal, painter: BatchPainter
    ) -> None:
        self._journal, self._painter = journal, painter
        self._blocks = iter(blocks)
        self._ready: deque[BlockBatch] = deque()
        self._open: dict[str, _OpenBlock] = {}
        self._found: list[DoneBatch] = []

    def more(self) -> bool:
        """Whether there is a batch to hand out; claims the next block where it takes one."""
        while not self._ready:
            block = next(self._blocks, None)
            if block is None:
                return False
            self._begin(block)
        return True

    def take(self) -> BlockBatch | None:
        """Return the next batch to measure; None where all are handed out."""
        return self._ready.popleft() if self.more() else None

    def give_back(self, batch: BlockBatch) -> None:
        """Take back a batch that whoever took it will not measure; it is handed out next."""
        if batch.name in self._open and batch not in self._ready:
            self._ready.appendleft(batch)

    def put(self, batch: BlockBatch, measures: Measures, lost: Mapping[str, str]) -> bool:
        """Keep what a batch was measured to; false where that had been done before."""
        opened = self._open.pop(batch.name, None)
        if opened is None:
            return False
        self._journal.write(batch.name, measures)
        self._journal.lose(lost)
        self._journal.renew(opened.block.name)
        opened.missing.discard(batch.name)
        if not opened.missing:
            self._finish(opened)
        return True

    def found(self) -> Sequence[DoneBatch]:
        """Return, once, what the journal had already."""
        found, self._found = self._found, []
        return found

    def close(self) -> None:
        """Give back the blocks that are not whole."""
        for opened in self._open.values():
            opened.claim.close()
        self._open.clear()

    def _begin(self, block: SeedBlock) -> None:
        if self._journal.has(block.name):
            self._found.append(DoneBatch(block.pictures, fresh=False))
            return
        claim = ExitStack()
        if not claim.enter_context(self._journal.claim(block.name)):
            claim.close()
            return
        batches = batches_of(block, mixed=self._painter.mixes, most=self._painter.planned)
        missing = [batch for batch in batches if not self._journal.has(batch.name)]
        done = block.pictures - sum(len(batch.pairs) for batch in missing)
        if done:
            self._found.append(DoneBatch(done, fresh=False))
        opened = _OpenBlock(block, batches, {batch.name for batch in missing}, claim)
        self._open.update((batch.name, opened) for batch in missing)
        self._ready.extend(missing)
        if not missing:
            self._finish(opened)

    def _finish(self, opened: _OpenBlock) -> None:
        """Make one file of a block's batches."""
        with opened.claim:
            join_batches(opened.batches, self._journal)
