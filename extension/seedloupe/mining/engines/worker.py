"""What runs on a worker of a cluster: a model and its scorers, each at one batch at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from ..blocks import BlockBatch
from ..instruments import Floats, Generator
from ..journal import Measures
from ..measuring import BatchMeasurer, Scorers
from ..painting import BatchPainter, out_of_memory
from ..plan import MiningPlan

#: Opens what makes the pictures and what measures them; is called once on every worker.
WorkerFactory = Callable[[], "tuple[Generator, Scorers]"]


@dataclass(frozen=True)
class BatchResult:
    """What a worker says of a batch.

    Attributes:
        measures: each ``(seeds, prompts, …)`` float32.
        lost: scorers that failed so far, each with the reason.
        batch: pictures it makes at once; less than the plan's where memory ran out.
    """

    measures: Measures
    lost: Mapping[str, str]
    batch: int


class BlockWorker:
    """Holds one model; two threads may be in :meth:`measure`, one making and one measuring.

    Args:
        plan: noise, shape, and how many pictures at once.
        factory: opens the generator and the scorers.
        threads: of the CPU; pictures made with as many are the same to the bit.
    """

    def __init__(self, plan: MiningPlan, factory: WorkerFactory, threads: int) -> None:
        self._plan, self._factory, self._threads = plan, factory, threads
        self._opened: tuple[BatchPainter, BatchMeasurer] | None = None
        self._making, self._measuring = threading.Lock(), threading.Lock()
        self._overlap = True

    def open(self) -> int:
        """Open the model, and return the number of this process.

        Apart from the constructor, whose errors a cluster takes for a worker that died.

        Raises:
            Exception: whatever the factory raises.
        """
        torch.set_num_threads(self._threads)
        generator, scorers = self._factory()
        self._opened = BatchPainter(self._plan, generator), BatchMeasurer(self._plan, scorers)
        return os.getpid()

    def measure(self, batch: BlockBatch, lost: Mapping[str, str]) -> BatchResult:
        """Make and measure a batch, without the scorers ``lost`` elsewhere.

        Raises:
            InputError: one picture alone does not fit into memory, or no scorer is left.
            Exception: whatever the generator raises.
        """
        if self._opened is None:
            raise RuntimeError("open() comes first")
        painter, measurer = self._opened
        made = self._made(batch, lost, painter, measurer)
        least = min(painter.batch, measurer.batch)
        return BatchResult(batch.filed(made), measurer.lost, least)

    def _made(
        self,
        batch: BlockBatch,
        lost: Mapping[str, str],
        painter: BatchPainter,
        measurer: BatchMeasurer,
    ) -> dict[str, Floats]:
        """Make, then measure, in whose turn it is; who takes both locks takes ``_making`` first."""

        def measured(*, shrink: bool) -> dict[str, Floats]:
            measurer.lose(lost)
            return measurer.measure(pictures, thumbnails=batch.thumbnails, shrink=shrink)

        with self._making:
            if not self._overlap:
                with self._measuring:
                    pictures = painter.paint(batch.pairs)
                    return measured(shrink=True)
            pictures = painter.paint(batch.pairs, relieve=self._relieve)
        try:
            with self._measuring:
                return measured(shrink=False)
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
        with self._making, self._measuring:  # nobody makes pictures now, so there is room
            self._take_turns()
            return measured(shrink=True)

    def _relieve(self) -> bool:
        """Wait for what is being measured, so that its memory is free; False where all is."""
        if not self._overlap:
            return False
        with self._measuring:
            self._take_turns()
        return True

    def _take_turns(self) -> None:
        self._overlap = False
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
