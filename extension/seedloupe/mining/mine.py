"""Make every picture of a plan once, measure it, and keep only the measurements.

The paper (Xu et al., 2024, sec. 3) makes 20,000 pictures a seed; this makes as many as
the plan asks for, or with a race no more than it takes, and says with each number how sure it is.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from ..tables import SeedTable
from .engines import BlockEngine
from .instruments import Generator
from .journal import Journal
from .measuring import Scorers
from .plan import MiningPlan
from .racing import RaceDesign
from .run import MiningRun


@dataclass(frozen=True)
class MiningProgress:
    """How far a run is: pictures measured so far (earlier runs included), of all."""

    done: int
    total: int
    fresh: int


def mine(
    plan: MiningPlan,
    generator: Generator,
    scorers: Scorers,
    *,
    journal: Journal,
    race: RaceDesign | None = None,
    engine: BlockEngine | None = None,
    on_progress: Callable[[MiningProgress], None] = lambda progress: None,
) -> SeedTable | None:
    """Measure what the journal lacks and assemble the table.

    :class:`~.run.MiningRun` does the same step by step, for who shows it.

    Args:
        plan: seeds, prompts, model and sampling.
        generator: makes pictures.
        scorers: instruments, or scorers by name.
        journal: keeps what was measured.
        race: how to race; None makes all pictures.
        engine: who makes and measures; None does it here.
        on_progress: is told after every batch; what it raises ends the run, with all batches kept.

    Returns:
        None when another process still works on some portion: it will assemble.

    Raises:
        InputError: the journal is damaged, no picture fits into memory, or no scorer is left.
    """
    run = MiningRun(plan, generator, scorers, journal=journal, race=race, engine=engine)
    with closing(run.rounds()) as reports:  # what on_progress raises loses no batch in flight
        for report in reports:
            total = max(report.made + report.left, report.made)
            on_progress(MiningProgress(report.made, total, report.fresh))
    return run.table
