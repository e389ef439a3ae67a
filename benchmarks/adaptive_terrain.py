"""A positive control from outside: mine a trained one-step model, in which seeds decide nearly all.

    pip install --no-deps adaptive-terrain-diffusion onnxruntime
    python benchmarks/adaptive_terrain.py [--seeds 256] [--difficulties 24] [--folder terrain]

Makes all pictures of all seeds with two thirds of the difficulties and confirms the best seeds on
the others; then races for each score over the same pictures (they lie in ``--folder``, so none is
made twice, and a run that was stopped goes on). Prints, for each score, split-half reliability, the
gain on held-out difficulties, what the race made and found beside what is known from all pictures,
and the share of the variance that is the seed's. 4,600 pictures take 25 minutes of one core.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from terrain_model import (
    DIFFICULTIES,
    SIDE,
    KeptPictures,
    TerrainGenerator,
    TerrainScorer,
    open_denoiser,
    weights_file,
)

from seedloupe.errors import SeedloupeError
from seedloupe.mining import Journal, MiningPlan, RaceDesign, mine
from seedloupe.mining.racing.residuals import spread_within
from seedloupe.mining.scorers import ScorerPanel
from seedloupe.mining.variance import conclude_variance, measure_grid
from seedloupe.noise import NoiseSource
from seedloupe.services.prompt_files import split_prompts
from seedloupe.tables import ModelSpec, SamplingSpec, SeedTable, Task, write_table

SCORES = ("roughness", "height", "balance")
#: Seeds whose variance is parted; with all of them the shuffles take an hour.
_PARTED = 48


def main() -> int:
    """Mine, race, part the variance; print what was found."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--seeds", type=int, default=256)
    words.add_argument("--difficulties", type=int, default=24)
    words.add_argument("--folder", type=Path, default=Path("terrain"))
    args = words.parse_args()
    try:
        weights = weights_file()
        sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
        pictures = KeptPictures(args.folder / "pictures", TerrainGenerator(open_denoiser(weights)))
        plan = terrain_plan(args.seeds, args.difficulties, sha256)
        _mine_all(plan, pictures, args.folder)
    except SeedloupeError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def terrain_plan(seeds: int, difficulties: int, sha256: str | None) -> MiningPlan:
    """Return the plan: difficulties over the whole range, a third of them held out by hash."""
    listed = np.linspace(1, DIFFICULTIES, difficulties).round().astype(int)
    mined, held_out = split_prompts(tuple(map(str, listed)), max(1, difficulties // 3))
    return MiningPlan(
        seeds=tuple(range(seeds)),
        prompts=mined,
        confirm_prompts=held_out,
        confirm=max(6, seeds // 10),
        shape=(1, SIDE, SIDE),
        noise=NoiseSource(),
        model=ModelSpec("terrain", "adaptive-terrain-diffusion 0.4.2", sha256, 1, "sample"),
        sampling=SamplingSpec(Task.TXT2IMG, "consistency", steps=1, size=(SIDE, SIDE)),
        batch=16,
    )


def _mine_all(plan: MiningPlan, pictures: KeptPictures, folder: Path) -> None:
    begun = time.process_time()
    scorers = {"terrain": TerrainScorer()}
    full = mine(plan, pictures, scorers, journal=Journal(_journal(folder, plan), plan))
    assert full is not None
    write_table(full, folder / "all.seedtable.safetensors")
    _say(
        f"{len(plan.seeds)} seeds x {len(plan.prompts)} difficulties, {len(plan.confirm_prompts)} "
        f"held out: {pictures.asked} pictures measured, {pictures.made} made now, "
        f"{time.process_time() - begun:.0f} CPU s"
    )
    _say(_evidence(full))
    grid = measure_grid(
        plan.seeds,
        plan.prompts,
        pictures,
        ScorerPanel(scorers),
        shape=plan.shape,
        noise=plan.noise,
    )
    for name in SCORES:
        race = RaceDesign.reaching(len(plan.prompts), objective=(name,))
        journal = Journal(_journal(folder, plan, name), plan, race=race)
        raced = mine(plan, pictures, scorers, journal=journal, race=race)
        assert raced is not None
        write_table(raced, folder / f"race-{name}.seedtable.safetensors")
        known = grid.values[f"score.{name}"][..., 0].astype(np.float64)
        _say(_compared(plan, race, known, raced).line(name))
    parted = {key: values[:_PARTED] for key, values in grid.values.items()}
    for line in conclude_variance(replace(grid, values=parted), np.random.default_rng(0)).lines():
        _say(line)


def _journal(folder: Path, plan: MiningPlan, race: str = "all") -> Path:
    return folder / f"{race}-{plan.fingerprint[:12]}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _evidence(table: SeedTable) -> str:
    evidence = table.spec.evidence
    assert evidence is not None
    gains = {gain.metric: gain for gain in evidence.held_out_gain}
    rows = [
        f"{name}: split-half reliability {evidence.split_half[name]:.3f}, held-out gain of the "
        f"best by mean rank {gains[name].mean:.3f} ({gains[name].low:.3f} to "
        f"{gains[name].high:.3f})"
        for name in SCORES
    ]
    return "\n".join([*rows, f"verdict: {evidence.verdict.value}"])


@dataclass(frozen=True)
class RaceBesideAll:
    """A race over pictures all of which are known.

    Attributes:
        detect: the gain it looked for, in deviations between pictures of one seed.
        spread: deviation between seeds' means, in the same unit.
        true: seeds better than the mean seed by the gain looked for, from all pictures.
        declared: seeds it declared better.
        found: of the true ones, how many it declared.
        false: declared ones that are below the mean seed.
        best: of the best ``confirmed`` by all pictures, how many it confirmed.
        confirmed: how many it confirmed.
        made: pictures a seed in its rounds.
        gain: of those it confirmed, on held-out difficulties, with its interval.
        verdict: what it said.
    """

    detect: float
    spread: float
    true: int
    declared: int
    found: int
    false: int
    best: int
    confirmed: int
    made: float
    gain: tuple[float, ...]
    verdict: str

    def line(self, name: str) -> str:
        """Say it."""
        gain = f"{self.gain[0]:.1f} sd ({self.gain[1]:.1f} to {self.gain[2]:.1f})"
        return (
            f"race on {name} for {self.detect:g} sd, where seeds differ by {self.spread:.1f} sd: "
            f"{self.made:.1f} pictures a seed; {self.true} seeds are so much better, "
            f"{self.declared} declared, {self.found} of those among them and {self.false} below "
            f"the mean; of the best {self.confirmed} by all pictures {self.best} confirmed; "
            f"held-out gain {gain}; verdict: {self.verdict}"
        )


def _compared(
    plan: MiningPlan, race: RaceDesign, known: np.ndarray, raced: SeedTable
) -> RaceBesideAll:
    """Hold a race against the scores ``(S, P)`` of all pictures."""
    evidence = raced.spec.evidence
    assert evidence is not None
    said = evidence.extra["race"]
    assert isinstance(said, dict)
    gains = (known - known.mean(0)).mean(1) / spread_within(known)
    true = set(np.flatnonzero(gains >= race.detect).tolist())
    declared, finalists = (
        {plan.seeds.index(int(seed)) for seed in said[key]} for key in ("better", "finalists")
    )
    best = set(np.argsort(-gains)[: len(finalists)].tolist())
    return RaceBesideAll(
        detect=race.detect,
        spread=float(gains.std()),
        true=len(true),
        declared=len(declared),
        found=len(declared & true),
        false=sum(gains[row] <= 0 for row in declared),
        best=len(best & finalists),
        confirmed=len(finalists),
        made=said["pictures"] / len(plan.seeds),
        gain=tuple(said["held_out_gain_sd"]),
        verdict=evidence.verdict.value,
    )


if __name__ == "__main__":
    sys.exit(main())
