"""A stand-in for Ray: actors in this process, answers when waited for, deaths on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any


class RayError(Exception):
    """The root, as in Ray."""


class RayTaskError(RayError):
    """What a worker raised."""

    def __init__(self, cause: object) -> None:
        super().__init__(str(cause))
        self.cause = cause


class ActorDiedError(RayError):
    """A worker is gone."""


class ObjectLostError(RayError):
    """An answer is gone, its worker may be there."""


class Ref:
    """A promised answer."""

    def __init__(self, actor: FakeActor, work: Callable[[], object]) -> None:
        self.actor, self.work = actor, work


class FakeActor:
    """Wraps a worker; ``dead`` makes all it owes fail, ``losing`` loses its next answer."""

    def __init__(self, worker: object) -> None:
        self._worker = worker
        self.dead = self.losing = False

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._worker, name)
        return SimpleNamespace(remote=lambda *args: Ref(self, lambda: method(*args)))


class FakeRay:
    """As much of the module as a crew uses; ``wait`` answers in an order of its own choice."""

    exceptions = SimpleNamespace(
        RayError=RayError,
        RayTaskError=RayTaskError,
        ObjectLostError=ObjectLostError,
    )

    def __init__(self, choose: Callable[[int], int] = lambda count: 0) -> None:
        self.killed: list[FakeActor] = []
        self._choose = choose

    def wait(
        self, refs: Sequence[Ref], *, num_returns: int, timeout: float
    ) -> tuple[list[Ref], list[Ref]]:
        """One answer, whichever ``choose`` picks of the first that each actor owes."""
        first = list({ref.actor: ref for ref in reversed(refs)}.values())
        chosen = first[self._choose(len(first)) % len(first)]
        return [chosen], [ref for ref in refs if ref is not chosen]

    def get(self, ref: Ref) -> object:
        """What the work gives, or the error of what became of it."""
        if ref.actor.dead:
            raise ActorDiedError("the worker died")
        if ref.actor.losing:
            ref.actor.losing = False
            raise ObjectLostError("its machine is gone")
        try:
            return ref.work()
        except Exception as error:
            raise RayTaskError(error) from error

    def kill(self, actor: FakeActor) -> None:
        """Remember who."""
        self.killed.append(actor)
        actor.dead = True
