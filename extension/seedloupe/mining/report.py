"""What a run says of itself while it goes on: one frozen value after every batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from ..tables import SeedEffect
from .racing import RaceStanding, SeedState

#: Seeds a leader board shows.
LEADERS = 10


class MiningStage(str, Enum):
    """What the pictures being made are for."""

    MINE = "mine"
    CONFIRM = "confirm"
    DONE = "done"
    WAITING = "waiting"
    STOPPED = "stopped"


@dataclass(frozen=True)
class SeedLeader:
    """One line of the leader board.

    Args:
        seed: which.
        gain: over the mean seed, in standard deviations between pictures of one seed.
        low: lower bound of its 95 % interval.
        high: upper bound.
        pictures: measured for it.
        state: what the race knows of it.
    """

    seed: int
    gain: float
    low: float
    high: float
    pictures: int
    state: SeedState


@dataclass(frozen=True)
class MiningReport:
    """How a run stands.

    Args:
        stage: what is being done; ``WAITING`` where other processes or shards still work on the
            round, ``STOPPED`` after :meth:`MiningRun.stop`.
        round: rounds of the race decided.
        prompts: prompts used of those to mine with.
        leaders: the best seeds, best first; empty before the first round is decided.
        racing: seeds not decided.
        better: seeds declared better than the mean seed.
        dropped: seeds that left.
        made: pictures measured so far, earlier runs of the journal included.
        fresh: those of them made by this run.
        left: about how many are still to be made; an upper bound where all are made.
        seconds_left: about how long that takes here; None before a picture was timed.
        failed: pictures that were not finite; they are counted and not scored.
        batch: pictures made at once; less than asked for after memory ran out.
        lost: scorers that failed, each with the reason.
        verdict: whether seeds matter, as far as held-out pictures tell; undecided before.
        draft_steps: of the drafts that leaders were told from; 0 where full pictures told.
    """

    stage: MiningStage
    round: int = 0
    prompts: int = 0
    leaders: tuple[SeedLeader, ...] = ()
    racing: int = 0
    better: int = 0
    dropped: int = 0
    made: int = 0
    fresh: int = 0
    left: int = 0
    seconds_left: float | None = None
    failed: int = 0
    batch: int = 0
    lost: Mapping[str, str] = field(default_factory=dict)
    verdict: SeedEffect = SeedEffect.UNDECIDED
    draft_steps: int = 0

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values, seeds as decimal strings."""
        plain = {**vars(self), "stage": self.stage.value, "verdict": self.verdict.value}
        board = [
            {**vars(one), "seed": str(one.seed), "state": one.state.value} for one in self.leaders
        ]
        return {**plain, "leaders": board, "lost": dict(self.lost)}


def leader_board(standing: RaceStanding, seeds: tuple[int, ...]) -> tuple[SeedLeader, ...]:
    """The surest seeds of a race, best first; none before a round is decided."""
    if not standing.round:
        return ()
    rows = standing.best_first()[:LEADERS]
    return tuple(
        SeedLeader(
            seeds[row],
            float(standing.gain[row]),
            float(standing.gain[row] - standing.reach[row]),
            float(standing.gain[row] + standing.reach[row]),
            int(standing.pictures[row]),
            SeedState(str(standing.states[row])),
        )
        for row in rows.tolist()
    )
