"""What racing finds, and with how many pictures, on seeds whose truth is known.

    python benchmarks/mining_racing.py [--seeds 1024] [--runs 20] [--null 100] [--unseen]

For each way pictures scatter: power, false discovery rate and pictures a seed (held-out ones
included) with one seed in twenty half a deviation better, beside the smallest design that makes
equally many pictures of each seed, its threshold set by an oracle: *fixed* finds four of five at a
false discovery rate of a tenth, *same* has the race's power and rate. Then, with no
seed better, how often an effect is claimed. ``--unseen`` takes ways to scatter that no setting of
the race was chosen on.
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np
from simulated_seeds import (
    Law,
    RaceResult,
    SimulatedSeeds,
    UnseenLaw,
    run_race,
    simulate,
    simulate_unseen,
)

from seedloupe.mining import RaceDesign
from seedloupe.mining.racing.residuals import ScoredRound, residuals_of
from seedloupe.tables import SeedEffect

PROMPTS, HELD_OUT, POWER, FALSE = 120, 8, 0.8, 0.1


def main() -> None:
    """Print a table a law, and the null."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--seeds", type=int, default=1024)
    words.add_argument("--runs", type=int, default=20)
    words.add_argument("--null", type=int, default=100)
    words.add_argument("--null-seeds", type=int, default=256)
    words.add_argument("--unseen", action="store_true")
    args = words.parse_args()
    _say(f"{args.seeds} seeds, {args.runs} runs each, {PROMPTS} prompts and {HELD_OUT} held out")
    _say(f"{'pictures scatter':64}  power    FDR  pictures  fixed         same         effect said")
    for law in UnseenLaw if args.unseen else Law:
        _law(law, args.seeds, args.runs)
    if args.null:
        _null(args.null_seeds, args.null, unseen=args.unseen)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _law(law: Law | UnseenLaw, seeds: int, runs: int) -> None:
    begun, rng = time.process_time(), np.random.default_rng(1)
    worlds = [_world(rng, law, seeds=seeds, prompts=PROMPTS + HELD_OUT) for _ in range(runs)]
    found = [run_race(world, RaceDesign(detect=0.5), held_out=HELD_OUT) for world in worlds]
    power, false_share = _mean(found, "power"), _mean(found, "false_share")
    fixed = smallest_fixed(worlds, POWER, FALSE)
    same = smallest_fixed(worlds, power, false_share)
    pictures = _mean(found, "pictures")
    effect = np.mean([one.verdict is SeedEffect.EFFECT for one in found])
    _say(
        f"{law.value:64}  {power:.3f}  {false_share:.3f}  "
        f"{pictures:8.1f}  {fixed:5d} ({pictures / fixed:3.0%})  {same:5d} ({pictures / same:3.0%})"
        f"  {effect:11.0%}"
        f"   ({time.process_time() - begun:.0f} s)"
    )


def _world(rng: np.random.Generator, law: Law | UnseenLaw, **size: float) -> SimulatedSeeds:
    if isinstance(law, UnseenLaw):
        return simulate_unseen(rng, law, **size)  # type: ignore[arg-type]
    return simulate(rng, law, **size)  # type: ignore[arg-type]


def smallest_fixed(worlds: list[SimulatedSeeds], power: float, false_share: float) -> int:
    """Pictures a seed with which an oracle's threshold finds that share at that FDR.

    The better of plain means and means of scores drawn in as the race draws them in.
    """
    good = np.concatenate([world.good for world in worlds])
    for count in range(8, PROMPTS):
        for mean in (_plain, _drawn_in):
            means = np.concatenate([mean(world.scores[:, :count]) for world in worlds])
            order = np.argsort(-means)
            hits = good[order].cumsum()
            false = 1 - hits / np.arange(1, len(order) + 1)
            reached = hits >= power * good.sum()
            if (reached & (false <= false_share)).any():
                return count
    return PROMPTS


def _plain(scores: np.ndarray) -> np.ndarray:
    return (scores - scores.mean(0)).mean(1)


def _drawn_in(scores: np.ndarray) -> np.ndarray:
    everybody = np.arange(len(scores))
    turn = ScoredRound(everybody, np.ones(len(scores), bool), {"score": scores})
    return residuals_of([turn])[0].values.mean(1)


def _null(seeds: int, runs: int, *, unseen: bool) -> None:
    chosen = (Law.GAUSSIAN, Law.HEAVY_TAILS, Law.SKEWED)
    other = (UnseenLaw.LAPLACE, UnseenLaw.DOWNWARDS, UnseenLaw.UNEVEN)
    for law in other if unseen else chosen:
        rng = np.random.default_rng(2)
        found = [
            run_race(
                _world(rng, law, seeds=seeds, prompts=PROMPTS + HELD_OUT, share=0.0),
                RaceDesign(detect=0.5),
                held_out=HELD_OUT,
            )
            for _ in range(runs)
        ]
        said = {verdict: sum(one.verdict is verdict for one in found) for verdict in SeedEffect}
        declared = sum(one.declared > 0 for one in found)
        _say(
            f"no seed better, {seeds} seeds, {law.value}: of {runs} runs "
            f"{said[SeedEffect.NO_EFFECT]} say no effect, {said[SeedEffect.UNDECIDED]} undecided, "
            f"{said[SeedEffect.EFFECT]} an effect; {declared} declare some seed better; "
            f"{_mean(found, 'pictures'):.1f} pictures a seed"
        )


def _mean(found: list[RaceResult], name: str) -> float:
    return float(np.mean([getattr(one, name) for one in found]))


if __name__ == "__main__":
    main()
