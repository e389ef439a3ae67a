"""What an engine does: get blocks measured and into the journal, wherever pictures are made."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol

from ..block_line import DoneBatch
from ..blocks import SeedBlock
from ..journal import Journal
from ..measuring import BatchMeasurer
from ..painting import BatchPainter


class BlockEngine(Protocol):
    """Measures blocks elsewhere than in this process."""

    def measure(
        self,
        blocks: Sequence[SeedBlock],
        journal: Journal,
        painter: BatchPainter,
        measurer: BatchMeasurer,
    ) -> Generator[DoneBatch, None, None]:
        """Get measured what the journal lacks of ``blocks``; a batch is kept before it is told of.

        A block that another process has claimed is left alone. Closing the generator lets go of
        the batches in flight.

        Args:
            blocks: what is wanted.
            journal: where measures go.
            painter: says how blocks are cut.
            measurer: says what is measured, and is told which scorers were lost.

        Raises:
            InputError: the journal cannot be written, no picture fits into memory, or no scorer
                is left.
        """
