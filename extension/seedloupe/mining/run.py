"""A mining run as a stream of reports, which can be stopped and resumed at any batch."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace

from ..tables import SeedTable
from .assemble import assemble
from .block_line import BlockLine, DoneBatch
from .blocks import SeedBlock, Shard, cut, rows
from .engines import BlockEngine
from .instruments import Generator as PictureMaker
from .journal import Journal, Measures
from .measuring import BatchMeasurer, Scorers
from .objective import PictureObjective
from .painting import BatchPainter
from .plan import MiningPlan
from .race_field import RaceField
from .racing import RaceDesign, SeedState
from .report import MiningReport, MiningStage, leader_board
from .scores import BySeed, best_and_random, count_failed, table_metrics

Reports = Generator[MiningReport, None, bool]
_Gathering = Generator[MiningReport, None, "dict[int, Measures] | None"]
#: How much a new batch counts in the pace.
_PACE = 0.2


class _Stopped(Exception):  # noqa: N818 - asked for, which is no error
    """Raised between two batches."""


class MiningRun:
    """Make, measure and choose; :meth:`rounds` does the work.

    Args:
        plan: seeds, prompts, model and sampling.
        generator: makes pictures.
        scorers: instruments, or scorers by name.
        journal: keeps what was measured; a run with the same plan and journal goes on where the
            last one ended, and ends in the same table.
        race: how to race; None makes all pictures.
        shard: which portions are ours, for processes that share no folder.
        engine: who makes and measures, such as the workers of a cluster; None does it here. The
            generator and the scorers given here must be like those of the workers: they say how
            batches are cut and what the table's columns are.
        overlap: here, measure a batch in a thread of its own while the next is made; the table is
            the same without.
        tell: is told a line when a scorer is lost or memory ran out, by the thread that reads
            :meth:`rounds`.
    """

    def __init__(
        self,
        plan: MiningPlan,
        generator: PictureMaker,
        scorers: Scorers,
        *,
        journal: Journal,
        race: RaceDesign | None = None,
        shard: Shard | None = None,
        engine: BlockEngine | None = None,
        overlap: bool = True,
        tell: Callable[[str], object] = lambda line: None,
    ) -> None:
        self.plan, self.race = plan, race
        self.table: SeedTable | None = None
        self.journal, self._shard = journal, shard or Shard()
        self._engine = engine
        self._tell, self._notes = tell, queue.SimpleQueue[str]()
        self._painter = BatchPainter(plan, generator, tell=self._notes.put)
        self._measurer = BatchMeasurer(plan, scorers, tell=self._notes.put)
        self._measurer.lose(journal.lost())
        self._line = BlockLine(journal, self._measurer, overlap=overlap, tell=self._notes.put)
        self._stopping = threading.Event()
        self._pace = _Pace()
        self._total = race_pictures(plan, race)
        self._now = MiningReport(MiningStage.MINE, left=self._total, batch=plan.batch)

    def stop(self) -> None:
        """End after the batch in flight; may be called from any thread."""
        self._stopping.set()

    def rounds(self) -> Generator[MiningReport, None, None]:
        """Work, and yield how it stands after every batch and round.

        The last report is ``DONE`` with :attr:`table` made, ``WAITING`` where portions are in the
        hands of others, or ``STOPPED``.

        Raises:
            InputError: the journal is damaged or cannot be written, memory does not suffice for
                one picture, or no scorer is left.
        """
        try:
            finished = yield from (self._raced() if self.race else self._exhaustive())
        except _Stopped:
            for done in self._line.drain():
                yield self._count(done)
            yield self._say(stage=MiningStage.STOPPED)
            return
        finally:
            self._line.close()
            self._pass_on()
        if finished:
            yield self._say(stage=MiningStage.DONE, left=0, seconds_left=0.0)
        else:
            yield self._say(stage=MiningStage.WAITING)

    def _exhaustive(self) -> Reports:
        """Every seed with every prompt; then the best, and as many others, with the held-out."""
        plan = self.plan
        blocks = cut("mine", plan.seeds, plan.prompts, size=plan.batch, thumbnails=True)
        mined = yield from self._gather(blocks)
        if mined is None:
            return False
        confirmed: BySeed = {}
        if plan.confirm and plan.confirm_prompts:
            metrics = table_metrics(self._measurer.outputs)
            chosen = best_and_random(plan, metrics, mined)
            found = yield from self._confirm(chosen)
            if found is None:
                return False
            confirmed = found
        self.table = assemble(plan, self._measurer.outputs, mined, confirmed)
        return True

    def _raced(self) -> Reports:
        """Rounds until every seed is decided; then the finalists with the held-out prompts."""
        plan, design = self.plan, self.race or RaceDesign()
        field = RaceField(plan, design)
        objective: PictureObjective | None = None
        while (asked := field.race.ask()) is not None:
            found = yield from self._gather(field.blocks(asked))
            if found is None:
                return False
            if objective is None:
                metrics = table_metrics(self._measurer.all_outputs)
                objective = PictureObjective(metrics, list(found.values()), design.objective)
            field.tell(asked, found, objective)
            yield self._board(field)
        if objective is None:  # no prompt, which no plan has
            return False
        confirmed: BySeed = {}
        if plan.confirm and plan.confirm_prompts:
            found = yield from self._confirm(field.checked())
            if found is None:
                return False
            confirmed = found
        outcome = field.outcome(objective, confirmed)
        self._now = replace(self._now, verdict=outcome.verdict)
        self.table = assemble(plan, self._measurer.outputs, field.mined, confirmed, raced=outcome)
        return True

    def _gather(self, blocks: Sequence[SeedBlock]) -> _Gathering:
        """Measure those of ``blocks`` that are ours; None where one is in others' hands."""
        yield from (self._done_elsewhere(blocks) if self._engine else self._done_here(blocks))
        if not all(self.journal.has(block.name) for block in blocks):
            return None
        found = {
            seed: row
            for block in blocks
            for seed, row in zip(
                block.seeds, rows(block, self.journal.read(block.name)), strict=True
            )
        }
        failed = self._now.failed + count_failed(found)
        self._now = replace(self._now, failed=failed)
        return found

    def _done_here(self, blocks: Sequence[SeedBlock]) -> Iterator[MiningReport]:
        for block in blocks:
            if self._stopping.is_set():
                raise _Stopped
            if self.journal.has(block.name):
                yield self._count(DoneBatch(block.pictures, fresh=False))
            elif self._shard.has(block.number):
                claim = ExitStack()
                if claim.enter_context(self.journal.claim(block.name)):
                    yield from self._timed(self._line.measure(block, self._painter, claim))
        yield from self._timed(self._line.drain())

    def _done_elsewhere(self, blocks: Sequence[SeedBlock]) -> Iterator[MiningReport]:
        assert self._engine is not None
        if self._stopping.is_set():
            raise _Stopped
        ours = [one for one in blocks if self._shard.has(one.number) or self.journal.has(one.name)]
        measured = self._engine.measure(ours, self.journal, self._painter, self._measurer)
        with closing(measured) as batches:
            yield from self._timed(batches)

    def _timed(self, batches: Iterator[DoneBatch]) -> Iterator[MiningReport]:
        begun = time.perf_counter()
        for done in batches:
            if done.fresh:
                self._pace.add(done.pictures, time.perf_counter() - begun)
            yield self._count(done)
            if self._stopping.is_set():
                raise _Stopped
            begun = time.perf_counter()

    def _confirm(self, chosen: tuple[int, ...]) -> _Gathering:
        self._now = replace(self._now, stage=MiningStage.CONFIRM)
        blocks = cut("confirm", chosen, self.plan.confirm_prompts, size=self.plan.batch)
        return self._gather(blocks)

    def _count(self, done: DoneBatch) -> MiningReport:
        made = self._now.made + done.pictures
        return self._say(made=made, fresh=self._now.fresh + (done.pictures if done.fresh else 0))

    def _pass_on(self) -> None:
        """Tell what threads had to say, where whoever listens expects it."""
        while not self._notes.empty():
            self._tell(self._notes.get())

    def _board(self, field: RaceField) -> MiningReport:
        standing = field.race.standing
        return self._say(
            round=standing.round,
            prompts=standing.prompts,
            leaders=leader_board(standing, self.plan.seeds),
            racing=len(standing.rows(SeedState.RACING)),
            better=len(standing.rows(SeedState.BETTER)),
            dropped=len(standing.rows(SeedState.DROPPED)),
        )

    def _say(self, **changes: object) -> MiningReport:
        self._pass_on()
        now = replace(self._now, **changes)  # type: ignore[arg-type]
        left = max(self._total - now.made, now.racing, 0) if "left" not in changes else now.left
        seconds = self._pace.seconds(left) if "seconds_left" not in changes else now.seconds_left
        batch = min(self._painter.batch, self._measurer.batch)
        self._now = replace(
            now, left=left, seconds_left=seconds, batch=batch, lost=self._measurer.lost
        )
        return self._now


def race_pictures(plan: MiningPlan, race: RaceDesign | None) -> int:
    """About how many pictures a run makes; exactly, where all are made."""
    if race is None:
        return plan.images
    checked = plan.images - len(plan.seeds) * len(plan.prompts)
    return race.pictures(len(plan.seeds), len(plan.prompts)) + checked


class _Pace:
    """Seconds a picture, the latest batches counting most."""

    def __init__(self) -> None:
        self._each: float | None = None

    def add(self, pictures: int, seconds: float) -> None:
        each = seconds / max(pictures, 1)
        self._each = each if self._each is None else (1 - _PACE) * self._each + _PACE * each

    def seconds(self, pictures: int) -> float | None:
        return None if self._each is None else self._each * pictures
