"""Workers on a Ray cluster: started, given batches, and replaced when they die."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from ...errors import InputError, SeedloupeError
from ..blocks import BlockBatch
from .worker import BatchResult

#: Batches a worker has at once: one that it makes, one that it measures or that waits.
_AHEAD = 2
#: Workers that may die over one batch, and in a row with nothing measured in between.
_MOST_DEATHS = 3


@dataclass(eq=False)
class _Worker:
    """A worker, and what it is at: the answer it owes first, then those of batches."""

    actor: Any
    opening: Any
    flight: dict[object, BlockBatch] = field(default_factory=dict)


@dataclass(frozen=True)
class CrewNews:
    """What came of waiting.

    Attributes:
        batch: the batch it is about; None where a worker came or went idle.
        result: its measures; None where the batch has to be made again.
    """

    batch: BlockBatch | None
    result: BatchResult | None


class Crew:
    """So many workers, whatever happens to them.

    Args:
        ray: the module, connected to a cluster.
        start: starts one worker and returns its actor.
        count: how many.
        tell: is told a line when a worker is lost.
    """

    def __init__(
        self,
        ray: ModuleType,
        start: Callable[[], Any],
        count: int,
        *,
        tell: Callable[[str], object],
    ) -> None:
        self._ray, self._start, self._tell = ray, start, tell
        self._deaths: dict[str, int] = {}
        self._in_a_row = 0
        self._workers = [self._hired() for _ in range(count)]

    @property
    def actors(self) -> tuple[Any, ...]:
        """Those who are or will be at work."""
        return tuple(worker.actor for worker in self._workers)

    @property
    def busy(self) -> bool:
        """Whether some batch is being made."""
        return any(worker.flight for worker in self._workers)

    @property
    def ready(self) -> int:
        """Workers that have opened the model."""
        return sum(worker.opening is None for worker in self._workers)

    def give(self, take: Callable[[], BlockBatch | None], lost: Mapping[str, str]) -> None:
        """Fill up open workers with batches, each in turn, until there are none or all have two."""
        for _ in range(_AHEAD):
            for worker in self._workers:
                if worker.opening is None and len(worker.flight) < _AHEAD:
                    batch = take()
                    if batch is None:
                        return
                    worker.flight[worker.actor.measure.remote(batch.alone, dict(lost))] = batch

    def wait(self, seconds: float) -> Iterator[CrewNews]:
        """Wait until something happened, at most so long, and say what.

        Raises:
            SeedloupeError: a worker could not open the model or measure, or workers die again and
                again.
            Exception: what a worker's generator raised.
        """
        owed = {ref: worker for worker in self._workers for ref in self._owed(worker)}
        done, _ = self._ray.wait(list(owed), num_returns=1, timeout=seconds)
        for ref in done:
            yield from self._settled(owed[ref], ref)

    def forget(self) -> None:
        """Let batches in flight be; nobody waits for them any more."""
        for worker in self._workers:
            worker.flight.clear()

    def close(self) -> None:
        """Send everybody home."""
        for worker in self._workers:
            self._ray.kill(worker.actor)
        self._workers = []

    def _hired(self) -> _Worker:
        actor = self._start()
        return _Worker(actor, actor.open.remote())

    @staticmethod
    def _owed(worker: _Worker) -> list[Any]:
        return [*worker.flight] if worker.opening is None else [worker.opening]

    def _settled(self, worker: _Worker, ref: object) -> Iterator[CrewNews]:
        errors = self._ray.exceptions
        try:
            result = self._ray.get(ref)
        except errors.RayTaskError as error:
            raise _own(error) from error
        except errors.RayError as error:
            answered = isinstance(error, errors.ObjectLostError) and ref in worker.flight
            if answered:  # then the machine went that kept the answer
                yield CrewNews(worker.flight.pop(ref), None)
            else:  # it died, was cut off, or was killed for want of memory
                yield from self._replaced(worker, error)
        else:
            self._in_a_row = 0
            if worker.opening is not None:
                worker.opening = None
                yield CrewNews(None, None)
            else:
                yield CrewNews(worker.flight.pop(ref), result)

    def _replaced(self, worker: _Worker, error: Exception) -> Iterator[CrewNews]:
        """Put another in the place of one that died; its batches are made again."""
        self._in_a_row += 1
        batches = list(worker.flight.values())
        for batch in batches[:1]:  # most likely the one it was at
            self._deaths[batch.name] = self._deaths.get(batch.name, 0) + 1
        self._require_hope(batches[0] if batches else None, error)
        self._tell(f"a worker was lost and is replaced; {len(batches)} batches are made again")
        self._ray.kill(worker.actor)  # cut off is not dead
        self._workers[self._workers.index(worker)] = self._hired()
        for batch in reversed(batches):
            yield CrewNews(batch, None)

    def _require_hope(self, batch: BlockBatch | None, error: Exception) -> None:
        deaths = 0 if batch is None else self._deaths[batch.name]
        reason = " ".join(str(error).split())
        if deaths >= _MOST_DEATHS:
            raise InputError(
                "engine",
                expected="workers that survive a batch",
                got=f"{deaths} that died over the same one ({reason})",
                advice="A smaller --batch needs less memory; Ray's logs say more.",
            ) from error
        if self._in_a_row >= _MOST_DEATHS * max(1, len(self._workers)):
            raise InputError(
                "engine",
                expected="workers that measure something",
                got=f"{self._in_a_row} in a row that died ({reason})",
                advice="Everything measured is kept; Ray's logs say more.",
            ) from error


def _own(error: Exception) -> BaseException:
    """What the worker raised, where it could travel; else what Ray makes of it."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, SeedloupeError | RuntimeError | ValueError | OSError | ImportError):
        return cause
    return SeedloupeError(f"a worker failed: {' '.join(str(cause or error).split())[:300]}")
