"""Kill the workers of a Ray cluster while they mine, and compare with the table of one process.

    python benchmarks/mining_ray.py [--workers 2] [--kills 10] [--exhaustive]

Starts a cluster on this machine (or takes that of RAY_ADDRESS), mines 64 toy seeds, and kills a
worker's process (SIGKILL) after every so many batches. Counted is what was made twice: at most the
batches in flight at each kill, of which a worker has two: one it makes and one it measures. Ends
with exit 1 where the table differs from that of the local engine, a file of the journal differs, or
more was made again. POSIX.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import mining_kills
import numpy as np
from mining_kills import BATCH, RACE, PlantedScorer, SlowPictures, kill_plan, same_table

from seedloupe.mining import Journal, MiningPlan, MiningRun, RayEngine, RaySettings
from seedloupe.tables import SeedTable


@dataclass(frozen=True)
class RayKillResult:
    """What a run came to whose workers were killed.

    Attributes:
        kills: workers killed.
        same: whether the table is the local engine's.
        files: whether the journal's files hold what the local engine's hold.
        needed: pictures of the local run.
        made: pictures that workers made.
        batch: pictures in a batch.
        seconds: of the killed run, with the start of the workers.
    """

    kills: int
    same: bool
    files: bool
    needed: int
    made: int
    batch: int
    seconds: float

    @property
    def kept(self) -> bool:
        """Whether no more was made again than the batches in flight at each kill."""
        return self.needed <= self.made <= self.allowed

    @property
    def allowed(self) -> int:
        """Pictures made, with two batches again for each kill."""
        return self.needed + 2 * self.kills * self.batch


def run_ray_kills(
    kills: int,
    *,
    workers: int = 2,
    raced: bool = True,
    pause: float = 0.05,
    tell: Callable[[str], object] = print,
) -> RayKillResult:
    """Mine on ``workers`` workers and kill one of them ``kills`` times."""
    from ray import cloudpickle

    cloudpickle.register_pickle_by_value(mining_kills)  # workers have no benchmarks to import
    plan = kill_plan()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = _local(plan, folder, raced=raced)
        settings = RaySettings(workers=workers, threads=1)
        begun = time.monotonic()
        with RayEngine(plan, _factory(folder, pause), settings, tell=tell) as engine:
            table, done = _killed(plan, folder, engine, kills, raced=raced)
        seconds = time.monotonic() - begun
        needed, made = ((folder / file).stat().st_size for file in ("needed", "made"))
        files = _same_files(folder / "whole", folder / "torn")
    return RayKillResult(done, same_table(whole, table), files, needed, made, BATCH, seconds)


def _factory(folder: Path, pause: float) -> Callable[[], object]:
    """What a worker opens; it leaves the number of its process where the killer looks."""

    def opened() -> object:
        with (folder / "workers").open("a") as file:
            file.write(f"{os.getpid()}\n")
        return SlowPictures(folder / "made", pause), {"planted": PlantedScorer()}

    return opened


def _local(plan: MiningPlan, folder: Path, *, raced: bool) -> SeedTable:
    race = RACE if raced else None
    run = MiningRun(
        plan,
        SlowPictures(folder / "needed", 0.0),
        {"planted": PlantedScorer()},
        journal=Journal(folder / "whole", plan, race=race),
        race=race,
    )
    return _table(run, lambda batches: None)


def _killed(
    plan: MiningPlan, folder: Path, engine: RayEngine, kills: int, *, raced: bool
) -> tuple[SeedTable, int]:
    rng, race = random.Random(1), RACE if raced else None
    killed: set[int] = set()
    batches = (folder / "needed").stat().st_size // BATCH
    every = max(1, batches // (kills + 1))

    def kill(measured: int) -> None:
        alive = {int(line) for line in (folder / "workers").read_text().split()} - killed
        if measured % every == 0 and len(killed) < kills and alive:
            victim = rng.choice(sorted(alive))
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
            killed.add(victim)

    run = MiningRun(
        plan,
        SlowPictures(folder / "nothing", 0.0),  # only workers make pictures
        {"planted": PlantedScorer()},
        journal=Journal(folder / "torn", plan, race=race),
        race=race,
        engine=engine,
    )
    return _table(run, kill), len(killed)


def _table(run: MiningRun, after: Callable[[int], None]) -> SeedTable:
    batches = 0
    for report in run.rounds():
        if report.fresh > batches * BATCH:
            batches = report.fresh // BATCH
            after(batches)
    if run.table is None:
        raise RuntimeError("the run ended without a table")
    return run.table


def _same_files(one: Path, other: Path) -> bool:
    """Whether two journals have the same portions with the same numbers in them."""
    names = sorted(path.name for path in one.glob("*.npz"))
    if names != sorted(path.name for path in other.glob("*.npz")):
        return False
    for name in names:
        with np.load(one / name) as first, np.load(other / name) as second:
            if sorted(first.files) != sorted(second.files):
                return False
            if not all(np.array_equal(first[key], second[key], equal_nan=True) for key in first):
                return False
    return True


def main() -> int:
    """Kill, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--exhaustive", action="store_true")
    args = parser.parse_args()
    found = run_ray_kills(args.kills, workers=args.workers, raced=not args.exhaustive)
    sys.stdout.write(
        f"{found.kills} workers killed, {found.seconds:.0f} s\n"
        f"table as the local engine's: {'yes' if found.same else 'NO'}; "
        f"journal: {'yes' if found.files else 'NO'}\n"
        f"pictures needed {found.needed}, made {found.made}, "
        f"allowed {found.allowed}\n"
    )
    return 0 if found.same and found.files and found.kept else 1


if __name__ == "__main__":
    sys.exit(main())
