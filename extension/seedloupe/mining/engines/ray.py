"""Measuring on the workers of a Ray cluster; this process keeps the journal.

Ray's own restarts and checkpoints are not used: which batches are missing is what the journal says,
and it is written here alone, so that a batch counts once however often it had to be made.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, TracebackType

import torch

from ...errors import InputError
from ..block_line import DoneBatch
from ..blocks import SeedBlock
from ..journal import Journal
from ..measuring import BatchMeasurer
from ..painting import BatchPainter
from ..plan import MiningPlan
from .crew import Crew
from .queue import BatchQueue
from .worker import BatchResult, BlockWorker, WorkerFactory

#: Seconds until somebody who waits for a cluster is told that they do.
_PATIENCE = 20.0


@dataclass(frozen=True)
class RaySettings:
    """Which cluster, and how much of it.

    Args:
        address: of a running cluster, e.g. ``auto`` or ``10.0.0.1:6379``; None takes that of the
            variable ``RAY_ADDRESS``, else one that runs on this machine, else starts one here.
        workers: how many, each with a model of its own; None takes one a GPU, or where the
            cluster has none as many as have ``threads`` CPUs each.
        threads: of the CPU for a worker; None takes what PyTorch has here, which makes the
            pictures those of this process.
        gpus: use those the cluster has.

    Raises:
        InputError: a number below 1.
    """

    address: str | None = None
    workers: int | None = None
    threads: int | None = None
    gpus: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be counted."""
        for name in ("workers", "threads"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise InputError(name, expected="1 or more", got=f"{value}")


class RayEngine:
    """Measures batches on a cluster; a worker that dies is replaced and its batches made again.

    To be used in ``with``: workers open their models once, when it is entered, and go when it ends.

    Args:
        plan: what is mined.
        factory: opens generator and scorers on a worker; it travels there by pickle, between
            machines of one cluster, so it should hold names and settings and no model.
        settings: which cluster.
        tell: is told a line when a worker is lost, lacks memory, or none has come yet.
    """

    def __init__(
        self,
        plan: MiningPlan,
        factory: WorkerFactory,
        settings: RaySettings = RaySettings(),
        *,
        tell: Callable[[str], object] = lambda line: None,
    ) -> None:
        self._plan, self._factory, self._settings = plan, factory, settings
        self._tell = tell
        self._crew: Crew | None = None
        self._exit = ExitStack()
        self._smallest, self._waiting_said = plan.batch, False

    def __enter__(self) -> RayEngine:
        """Connect, and ask for the workers; they open their models while this goes on.

        Raises:
            InputError: Ray is not installed, or there is no such cluster.
        """
        with ExitStack() as stack:
            ray = stack.enter_context(_connected(self._settings.address))
            threads = self._settings.threads or torch.get_num_threads()
            resources = ray.cluster_resources()
            gpus = int(resources.get("GPU", 0)) if self._settings.gpus else 0
            cpus = 1 if gpus else threads
            count = self._settings.workers or gpus or int(resources.get("CPU", 1)) // cpus
            options = {
                "num_cpus": cpus,
                "num_gpus": 1 if gpus else 0,
                "max_restarts": 0,
                "max_concurrency": 2,
            }
            made = ray.remote(BlockWorker).options(**options, scheduling_strategy="SPREAD")
            plan = ray.put(self._plan)
            self._crew = stack.enter_context(
                closing(
                    Crew(
                        ray,
                        lambda: made.remote(plan, self._factory, threads),
                        max(1, count),
                        tell=self._tell,
                    )
                )
            )
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Send the workers home, and leave the cluster."""
        self._crew = None
        self._exit.close()

    @property
    def crew(self) -> Crew:
        """The workers.

        Raises:
            RuntimeError: it was not entered.
        """
        if self._crew is None:
            raise RuntimeError("RayEngine is used in a with block")
        return self._crew

    def measure(
        self,
        blocks: Sequence[SeedBlock],
        journal: Journal,
        painter: BatchPainter,
        measurer: BatchMeasurer,
    ) -> Generator[DoneBatch, None, None]:
        """See :class:`~.engine.BlockEngine`.

        Raises:
            InputError: also where workers die again and again, or one lacks a scorer.
        """
        with closing(BatchQueue(blocks, journal, painter)) as queue:
            try:
                while queue.more() or self.crew.busy:
                    yield from queue.found()
                    self.crew.give(queue.take, measurer.lost)
                    yield from queue.found()
                    yield from self._awaited(queue, measurer)
                yield from queue.found()
            finally:
                if self._crew is not None:
                    self._crew.forget()

    def _awaited(self, queue: BatchQueue, measurer: BatchMeasurer) -> Iterator[DoneBatch]:
        """Wait for the next batch or batches, and keep them."""
        news = list(self.crew.wait(_PATIENCE))
        if not news and not self.crew.ready and not self._waiting_said:
            self._waiting_said = True
            self._tell("waiting for the cluster: no worker runs yet")
        for item in news:
            if item.batch is None:
                continue
            if item.result is None:
                queue.give_back(item.batch)
                continue
            measurer.lose(item.result.lost)
            _require_all(item.result, measurer)
            self._say_memory(item.result.batch)
            if queue.put(item.batch, item.result.measures, measurer.lost):
                yield DoneBatch(len(item.batch.pairs), fresh=True)

    def _say_memory(self, batch: int) -> None:
        if batch < self._smallest:
            self._smallest = batch
            self._tell(f"memory ran out on a worker, which goes on with {batch} pictures at once")


def _require_all(result: BatchResult, measurer: BatchMeasurer) -> None:
    """Refuse measures that lack what would be measured here."""
    missing = {output.key for output in measurer.outputs} - set(result.measures)
    if missing:
        raise InputError(
            "scorers",
            expected=f"{', '.join(sorted(missing))} from every worker",
            got="a worker without",
            advice="Their weights must lie at the same place on every machine of the cluster.",
        )


@contextmanager
def _connected(address: str | None) -> Iterator[ModuleType]:
    """Ray, connected; disconnected at the end unless somebody else had connected it."""
    ray = _ray()
    if ray.is_initialized():
        yield ray
        return
    root = Path(__file__).parents[3]
    try:
        ray.init(
            address=address,
            include_dashboard=False if address is None else None,
            log_to_driver=False,
            logging_level="ERROR",
            runtime_env={"env_vars": {"PYTHONPATH": f"{root}:${{PYTHONPATH}}"}},
        )
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise InputError(
            "ray-address",
            expected="a running cluster",
            got=f"{address or 'RAY_ADDRESS'} ({' '.join(str(error).split())[:200]})",
            advice="Start one with: ray start --head",
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _ray() -> ModuleType:
    try:
        return importlib.import_module("ray")
    except ImportError as error:
        raise InputError(
            "engine",
            expected="the package ray",
            got=f"{error}",
            advice="Get it with: pip install 'seedloupe[ray]'",
        ) from error
