"""Whether seeds differ, beside what chance alone would give.

Everything here is about a grid of numbers ``(P, S)``: one for each of ``P`` pictures to start from
and ``S`` seeds. Were seeds all alike, the numbers of a row could as well stand in any other order,
whatever the rows are like. Shuffling within rows is therefore an exact control (Fisher, 1935),
however skewed the numbers, and most shares of text are nought.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..chance import NORMAL_95, wilson_bounds
from ..errors import InputError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SHUFFLES = 2000
"""Shuffles behind a chance; fewer where the grid is huge."""

_MOST_NUMBERS = 200_000_000
_FEWEST_SHUFFLES = 200
_SPLITS = 24
_RESAMPLES = 4000


@dataclass(frozen=True, eq=False)
class Rates:
    """What is known of each seed.

    Attributes:
        mean: ``(S,)`` mean over the rows.
        error: ``(S,)`` its standard error; NaN where there is one row.
        rate: ``(S,)`` share of rows that are flagged.
        low: ``(S,)`` lower end of Wilson's 95 % interval of the rate.
        high: ``(S,)`` its upper end.
        rows: how many rows.
    """

    mean: Floats
    error: Floats
    rate: Floats
    low: Floats
    high: Floats
    rows: int


@dataclass(frozen=True)
class SeedSpread:
    """How far seeds differ, against shuffled seeds.

    Attributes:
        ratio: variance of the seeds' means over what shuffled seeds give; 1 where seeds are alike.
        p: how often shuffled seeds differ as much.
        shuffled_high: the ratio that shuffled seeds reach in one case of 20.
    """

    ratio: float
    p: float
    shuffled_high: float


@dataclass(frozen=True)
class Repeat:
    """Whether one half of the rows orders the seeds as the other half does.

    Attributes:
        correlation: of the seeds' means over disjoint halves, averaged over many halvings.
        reliability: of the mean over all rows (Spearman-Brown), from 0 to 1.
        p: how often shuffled seeds correlate as much.
        shuffled: mean correlation of shuffled seeds.
    """

    correlation: float
    reliability: float
    p: float
    shuffled: float


@dataclass(frozen=True)
class HeldOut:
    """What chosen seeds do on rows they were not chosen by, against all seeds.

    Attributes:
        count: how many seeds were chosen by each half.
        chosen_by: seeds in the choice of the first half and of the second.
        there: mean of the chosen seeds on the rows that chose them.
        mean: their mean on the other rows.
        all: mean of all seeds.
        gap: ``mean - all``.
        low: lower end of the gap's 95 % interval.
        high: its upper end.
        p: how often seeds drawn at random have as large a gap, of this sign.
    """

    count: int
    chosen_by: tuple[tuple[int, ...], tuple[int, ...]]
    there: float
    mean: float
    all: float
    gap: float
    low: float
    high: float
    p: float


def rates(shares: Floats, flagged: Flags) -> Rates:
    """Return each seed's mean, its error, and the share that is flagged.

    Args:
        shares: ``(P, S)``.
        flagged: ``(P, S)``.

    Raises:
        InputError: the grids are empty or of different shapes.
    """
    rows, _ = _require_grid(shares)
    if flagged.shape != shares.shape:
        raise InputError("flagged", expected=f"shape {shares.shape}", got=f"{flagged.shape}")
    spread = shares.std(0, ddof=1) if rows > 1 else np.full(shares.shape[1], np.nan)
    hits = flagged.sum(0).astype(np.float64)
    low, high = wilson_bounds(hits, np.full(len(hits), float(rows)), width=NORMAL_95)
    return Rates(shares.mean(0), spread / np.sqrt(rows), hits / rows, low, high, rows)


def seed_spread(shares: Floats, rng: np.random.Generator) -> SeedSpread:
    """Compare how far seeds differ with how far shuffled seeds do.

    Args:
        shares: ``(P, S)``.
        rng: shuffles.
    """
    _require_grid(shares)
    seen = float(shares.mean(0).var())
    shuffled = np.array([_shuffle(shares, rng).mean(0).var() for _ in range(_count(shares))])
    usual = float(shuffled.mean())
    if usual <= 0:
        return SeedSpread(1.0, 1.0, 1.0)
    return SeedSpread(
        seen / usual,
        chance_of(shuffled >= seen * (1 - 1e-12)),
        float(np.quantile(shuffled, 0.95)) / usual,
    )


def ordered_by_luck(shares: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return between which bounds the seeds' means lie in 95 of 100 cases if seeds are alike.

    Args:
        shares: ``(P, S)``.
        rng: shuffles.

    Returns:
        lower and upper bound ``(S,)`` of the smallest mean, the next one, and so on.
    """
    _require_grid(shares)
    count = max(_FEWEST_SHUFFLES, _count(shares) // 4)
    drawn = np.sort([_shuffle(shares, rng).mean(0) for _ in range(count)], axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return low, high


def repeat(shares: Floats, rng: np.random.Generator) -> Repeat:
    """Ask whether a seed that is bad on some rows is bad on others.

    Args:
        shares: ``(P, S)`` with two rows or more.
        rng: halves and shuffles.
    """
    rows, _ = _require_grid(shares)
    halvings = np.zeros((_SPLITS, rows))
    for halving in halvings:
        halving[rng.permutation(rows)[: rows // 2]] = 1
    seen = _halves_agree(shares, halvings)
    count = max(_FEWEST_SHUFFLES, _count(shares) // 4)
    shuffled = np.array([_halves_agree(_shuffle(shares, rng), halvings) for _ in range(count)])
    whole = max(0.0, 2 * seen / (1 + seen)) if seen > -1 else 0.0
    return Repeat(seen, whole, chance_of(shuffled >= seen - 1e-12), float(shuffled.mean()))


def held_out(shares: Floats, count: int, rng: np.random.Generator, *, worst: bool) -> HeldOut:
    """Choose seeds by half of the rows and see what they do on the other half, and the other way.

    Equal seeds are taken at random. The interval is the wider, at each end, of a bootstrap over
    rows and of how far the gap of shuffled seeds scatters: where text is rare a bootstrap alone
    takes the few that were seen for all there is. The chance ``p`` is that of shuffled seeds.

    Args:
        shares: ``(P, S)`` with four rows or more.
        count: how many seeds, fewer than there are.
        rng: halves, random draws, resamples and shuffles.
        worst: choose those with the largest means, else with the smallest.

    Raises:
        InputError: there are too few rows or seeds.
    """
    rows, seeds = _require_grid(shares)
    if rows < 4 or not 0 < count < seeds:
        raise InputError(
            "pairs", expected=f"4 or more, and more than {count} seeds", got=f"{rows}, {seeds}"
        )
    halves = np.array_split(rng.permutation(rows), 2)
    first, second = (top_places(shares[half].mean(0), count, rng, worst=worst) for half in halves)
    gaps = np.empty(rows)
    gaps[halves[1]] = _gap(shares[halves[1]], first)
    gaps[halves[0]] = _gap(shares[halves[0]], second)
    resampled = gaps[rng.integers(rows, size=(_RESAMPLES, rows))].mean(1)
    low, high = np.quantile(resampled, [0.025, 0.975])
    by_lot = _gaps_by_lot(shares, halves, count, rng, worst=worst)
    reach = float(np.quantile(np.abs(by_lot - by_lot.mean()), 0.95))
    there = (shares[halves[0]][:, first].mean() + shares[halves[1]][:, second].mean()) / 2
    gap, usual = float(gaps.mean()), float(shares.mean())
    return HeldOut(
        count,
        (tuple(sorted(first.tolist())), tuple(sorted(second.tolist()))),
        float(there),
        usual + gap,
        usual,
        gap,
        min(float(low), gap - reach),
        max(float(high), gap + reach),
        chance_of(by_lot >= gap - 1e-12 if worst else by_lot <= gap + 1e-12),
    )


def _require_grid(shares: Floats) -> tuple[int, int]:
    if shares.ndim != 2 or not shares.size or not np.isfinite(shares).all():
        raise InputError("shares", expected="finite numbers (P, S)", got=f"{shares.shape}")
    return shares.shape[0], shares.shape[1]


def _count(shares: Floats) -> int:
    return int(np.clip(_MOST_NUMBERS // shares.size, _FEWEST_SHUFFLES, SHUFFLES))


def _shuffle(shares: Floats, rng: np.random.Generator) -> Floats:
    """Shuffle the seeds of every row on its own."""
    return rng.permuted(shares, axis=1)


def chance_of(as_extreme: Flags) -> float:
    """Return how often chance did as much, what was seen included, so that it is never nought.

    After Phipson and Smyth (2010), "Permutation p-values should never be zero".

    Args:
        as_extreme: ``(N,)`` whether each shuffle came as far as what was seen.
    """
    return float((1 + as_extreme.sum()) / (1 + len(as_extreme)))


def _halves_agree(shares: Floats, halvings: Floats) -> float:
    one = halvings @ shares / halvings.sum(1, keepdims=True)
    rest = 1 - halvings
    other = rest @ shares / np.maximum(rest.sum(1, keepdims=True), 1)
    one, other = (means - means.mean(1, keepdims=True) for means in (one, other))
    scale = np.sqrt((one**2).sum(1) * (other**2).sum(1))
    return float(np.where(scale > 0, (one * other).sum(1) / np.maximum(scale, 1e-300), 0).mean())


def top_places(
    means: Floats, count: int, rng: np.random.Generator, *, worst: bool
) -> NDArray[np.int64]:
    """Return the ``count`` places with the largest means, or the smallest; equal ones at random."""
    order = rng.permutation(len(means))
    return np.lexsort((order, -means if worst else means))[:count]


def _gap(shares: Floats, chosen: NDArray[np.int64]) -> Floats:
    gap: Floats = shares[:, chosen].mean(1) - shares.mean(1)
    return gap


def _gaps_by_lot(
    shares: Floats,
    halves: list[NDArray[np.int64]],
    count: int,
    rng: np.random.Generator,
    *,
    worst: bool,
) -> Floats:
    """Return the gaps the same choice leaves among shuffled seeds, one a shuffle."""
    weights = np.array([len(half) for half in halves]) / len(shares)
    found = np.empty(_count(shares))
    for turn in range(len(found)):
        mixed = _shuffle(shares, rng)
        means = [mixed[half].mean(0) for half in halves]
        found[turn] = sum(
            weights[1 - side]
            * (other[top_places(own, count, rng, worst=worst)].mean() - other.mean())
            for side, (own, other) in enumerate((means, means[::-1]))
        )
    return found
