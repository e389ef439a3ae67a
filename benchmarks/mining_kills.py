"""Kill a mining run at random moments, resume it, and compare its table with that of a whole run.

    python benchmarks/mining_kills.py [--kills 100]

A process mines 64 toy seeds by racing and is killed (SIGKILL) after a random time, again and again
in the same journal; what is left is then finished. Counted is what was made twice: at most the
batch being made at each kill, and seldom the one being measured beside it. Ends with exit 1 where a
table differs or more than two batches a kill was made again. POSIX.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from seedloupe.mining import Journal, MiningPlan, MiningRun, RaceDesign
from seedloupe.mining.scorers import OutputKind, PictureBatch, ScorerOutput
from seedloupe.noise import NoiseSource
from seedloupe.tables import MetricSpec, ModelSpec, SamplingSpec, SeedTable, Task

RACE, BATCH = RaceDesign(detect=1.0), 8


@dataclass(frozen=True)
class KillResult:
    """What a killed and resumed run came to.

    Attributes:
        kills: how often it was killed before it had ended.
        same: whether its table is that of a run never killed.
        needed: pictures of the run never killed.
        made: pictures made in all.
        batch: pictures in a batch.
    """

    kills: int
    same: bool
    needed: int
    made: int
    batch: int

    @property
    def kept(self) -> bool:
        """Whether no more was lost at each kill than the batches made and measured just then."""
        return self.made <= self.needed + 2 * self.kills * self.batch


class SlowPictures:
    """Gray pictures; writes down each it makes before handing it out."""

    def __init__(self, count: Path, seconds: float) -> None:
        self._count, self._seconds = count, seconds

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        """Noise ``(B, C, H, W)`` to pictures ``(B, 3, 16, 16)``."""
        with self._count.open("ab") as file:
            file.write(b"." * len(seeds))
        time.sleep(self._seconds)
        return torch.full((len(seeds), 3, 16, 16), 0.5)


class PlantedScorer:
    """A number a picture, higher for every tenth seed."""

    outputs = (ScorerOutput(OutputKind.SCORE, "planted", metric=MetricSpec("planted", "1", True)),)

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        """Measure."""
        rows = zip(batch.seeds, batch.prompts, strict=True)
        values = [
            np.random.default_rng([seed, *prompt.encode()]).normal() + 2.0 * (seed % 10 == 0)
            for seed, prompt in rows
        ]
        return {"score.planted": torch.tensor(values, dtype=torch.float32)}


def run_kills(kills: int, *, longest: float = 0.4, seed: int = 0) -> KillResult:
    """Kill a run ``kills`` times, each after up to ``longest`` seconds, then let it end."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = _run(folder / "whole", folder / "needed", 0.0)
        done = 0
        for _ in range(kills):
            done += _killed(folder / "torn", folder / "made", rng.uniform(0.0, longest))
        torn = _run(folder / "torn", folder / "made", 0.0)
        needed, made = ((folder / file).stat().st_size for file in ("needed", "made"))
    return KillResult(done, same_table(whole, torn), needed, made, BATCH)


def kill_plan() -> MiningPlan:
    """What is mined while somebody kills."""
    return MiningPlan(
        seeds=tuple(range(64)),
        prompts=tuple(f"prompt {index}" for index in range(24)),
        confirm_prompts=tuple(f"held out {index}" for index in range(6)),
        confirm=8,
        shape=(4, 2, 2),
        noise=NoiseSource(),
        model=ModelSpec("toy", "toy", None, 4, "epsilon"),
        sampling=SamplingSpec(Task.TXT2IMG, steps=1, size=(16, 16)),
        batch=BATCH,
    )


def _run(journal: Path, count: Path, seconds: float) -> SeedTable:
    plan = kill_plan()
    run = MiningRun(
        plan,
        SlowPictures(count, seconds),
        {"planted": PlantedScorer()},
        journal=Journal(journal, plan, race=RACE),
        race=RACE,
    )
    for _ in run.rounds():
        pass
    if run.table is None:
        raise RuntimeError("the run ended without a table")
    return run.table


def _killed(journal: Path, count: Path, after: float) -> bool:
    """Mine in a process of its own and kill it; False where it had ended before."""
    child = os.fork()
    if child == 0:
        try:
            _run(journal, count, 0.02)
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def same_table(one: SeedTable, other: SeedTable) -> bool:
    """Whether two tables hold the same to the bit."""
    return one.spec == other.spec and all(
        np.array_equal(values, other.tensors[name], equal_nan=values.dtype.kind == "f")
        for name, values in one.tensors.items()
    )


def main() -> int:
    """Kill, resume, compare."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--kills", type=int, default=100)
    words.add_argument("--runs", type=int, default=5, help="journals the kills are spread over")
    args = words.parse_args()
    each = max(1, args.kills // args.runs)
    found = [run_kills(each, seed=index) for index in range(args.runs)]
    kills = sum(one.kills for one in found)
    again = sum(one.made - one.needed for one in found)
    good = all(one.same and one.kept for one in found)
    sys.stdout.write(
        f"{kills} kills in {len(found)} runs of {found[0].needed} pictures in batches of {BATCH}: "
        f"{sum(one.same for one in found)} tables the same, {again} pictures made again, at most "
        f"{kills * BATCH} allowed\n"
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
