"""Workers that die, lose answers, fail or never come, with a stand-in for Ray."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from seedloupe.errors import InputError, SeedloupeError
from seedloupe.mining.blocks import BlockBatch, SeedBlock, batches_of
from seedloupe.mining.engines.crew import Crew
from seedloupe.mining.engines.worker import BatchResult

from .fake_ray import FakeActor, FakeRay

BATCHES = [
    batch
    for n in range(12)
    for batch in batches_of(
        SeedBlock(f"mine-{n:05d}", n, (n,), ("red",), False), mixed=False, most=1
    )
]


class Worker:
    """Answers with the name of the batch; may fail."""

    def __init__(self, fails: Mapping[str, Exception] | None = None) -> None:
        self._fails = fails or {}

    def open(self) -> int:
        if "open" in self._fails:
            raise self._fails["open"]
        return 1

    def measure(self, batch: BlockBatch, lost: Mapping[str, str]) -> BatchResult:
        if batch.name in self._fails:
            raise self._fails[batch.name]
        return BatchResult({}, lost, 4)


def crew_of(
    ray: FakeRay, *, count: int = 3, start: Callable[[], FakeActor] | None = None
) -> tuple[Crew, list[str]]:
    said: list[str] = []
    made = start or (lambda: FakeActor(Worker()))
    return Crew(ray, made, count, tell=said.append), said  # type: ignore[arg-type]


def worked(crew: Crew, after: Callable[[int], None] = lambda done: None) -> list[str]:
    """Give out all batches and return the names of those that came back, in that order."""
    waiting, done = list(BATCHES), []
    while waiting or crew.busy:
        crew.give(lambda: waiting.pop(0) if waiting else None, {})
        for news in crew.wait(1.0):
            if news.batch is not None and news.result is None:
                waiting.insert(0, news.batch)
            elif news.batch is not None:
                done.append(news.batch.name)
                after(len(done))
    return done


@pytest.mark.parametrize("seed", range(5))
def test_every_batch_comes_back_once_whoever_dies_or_loses_an_answer(seed: int) -> None:
    rng = random.Random(seed)
    ray = FakeRay(lambda count: rng.randrange(count))
    crew, said = crew_of(ray)

    def accident(done: int) -> None:
        victim = rng.choice(crew.actors)
        if done in (2, 5):
            victim.dead = True
        if done in (3, 7):
            victim.losing = True

    assert sorted(worked(crew, accident)) == [batch.name for batch in BATCHES]
    assert all("is replaced" in line for line in said)
    assert len(crew.actors) == 3
    crew.close()
    assert len(ray.killed) == 3 + len(said)


def test_a_worker_has_no_more_than_two_batches_at_once() -> None:
    crew, _ = crew_of(FakeRay())
    for _ in range(3):
        list(crew.wait(1.0))
    given = []

    def take() -> BlockBatch:
        given.append(BATCHES[len(given)])
        return given[-1]

    crew.give(take, {})
    crew.give(take, {})
    assert len(given) == 6


def test_nobody_is_given_a_batch_before_the_model_is_open() -> None:
    crew, _ = crew_of(FakeRay())
    list(crew.wait(1.0))
    assert crew.ready == 1
    given = []
    crew.give(lambda: given.append(1) or BATCHES[len(given)], {})  # type: ignore[func-returns-value]
    assert len(given) == 2


def test_a_batch_that_kills_whoever_takes_it_ends_the_run_with_its_reason() -> None:
    class Deadly(FakeActor):
        dead = property(lambda self: self.opened, lambda self, value: None)  # type: ignore[assignment]
        opened = False

        def __getattr__(self, name: str) -> object:
            self.opened = name == "measure"
            return super().__getattr__(name)

    crew, said = crew_of(FakeRay(), count=1, start=lambda: Deadly(Worker()))
    with pytest.raises(InputError, match=r"3 that died over the same one \(the worker died\)"):
        worked(crew)
    assert len(said) == 2


def test_workers_that_never_come_to_open_the_model_end_the_run() -> None:
    def stillborn() -> FakeActor:
        actor = FakeActor(Worker())
        actor.dead = True
        return actor

    crew, _ = crew_of(FakeRay(), count=2, start=stillborn)
    with pytest.raises(InputError, match="6 in a row that died"):
        worked(crew)


@pytest.mark.parametrize("where", ["open", "mine-00004"])
@pytest.mark.parametrize(
    ("raised", "seen"),
    [
        (InputError("batch", expected="memory", got="none"), InputError),
        (RuntimeError("mat1 and mat2"), RuntimeError),
        (KeyError("weight"), SeedloupeError),
    ],
)
def test_what_a_worker_raises_ends_the_run_as_it_would_here(
    where: str, raised: Exception, seen: type[Exception]
) -> None:
    crew, _ = crew_of(FakeRay(), start=lambda: FakeActor(Worker({where: raised})))
    with pytest.raises(seen, match=str(raised.args[0] if raised.args else "batch").strip("'")):
        worked(crew)


def test_batches_nobody_waits_for_any_more_are_let_be() -> None:
    crew, _ = crew_of(FakeRay())
    list(crew.wait(1.0))
    crew.give(lambda: BATCHES[0], {})
    assert crew.busy
    crew.forget()
    assert not crew.busy


def test_the_file_of_the_engine_is_read_without_ray() -> None:
    source = Path(__file__).parents[3] / "extension/seedloupe/mining/engines/ray.py"
    assert "\nimport ray" not in source.read_text("utf-8")
