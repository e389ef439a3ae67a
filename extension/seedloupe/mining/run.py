"""A mining run as a stream of reports, which can be stopped and resumed at any batch."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace

import numpy as np

from ..errors import InputError
from ..tables import SeedTable
from .amounts import Pace, race_pictures
from .assemble import assemble
from .block_line import BlockLine, DoneBatch
from .blocks import SeedBlock, Shard, cut, rows
from .drafts import FULL_PROMPTS, PILOT, DraftAgreement, Drafts, draft_agreement
from .engines import BlockEngine
from .instruments import Generator as PictureMaker
from .journal import Journal, Measures
from .measuring import BatchMeasurer, Scorers
from .objective import PictureObjective
from .painting import BatchPainter
from .plan import MiningPlan
from .race_field import RaceField
from .racing import RaceDesign, ScoredRound, SeedState
from .report import MiningReport, MiningStage, leader_board
from .scores import BySeed, best_and_random, count_failed, table_metrics

Reports = Generator[MiningReport, None, bool]
_Gathering = Generator[MiningReport, None, "dict[int, Measures] | None"]
_Racing = Generator[MiningReport, None, "PictureObjective | None"]
_Piloting = Generator[MiningReport, None, "_Pilot | None"]


class _Stopped(Exception):  # noqa: N818 - asked for, which is no error
    """Raised between two batches."""


@dataclass(frozen=True, eq=False)
class _Pilot:
    """What a pilot found: agreement, and what scores full pictures in which units."""

    agreement: DraftAgreement
    objective: PictureObjective
    scores: ScoredRound


class MiningRun:
    """Make, measure and choose; :meth:`rounds` does the work.

    Args:
        plan: seeds, prompts, model and sampling.
        generator: makes pictures.
        scorers: instruments, or scorers by name.
        journal: keeps what was measured; a run with the same plan and journal goes on where the
            last one ended, and ends in the same table.
        race: how to race; None makes all pictures.
        drafts: what makes cheap pictures to race on; full ones are then made of the best seeds and
            of as many others, which is all that the table has.
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
        drafts: Drafts | None = None,
        shard: Shard | None = None,
        engine: BlockEngine | None = None,
        overlap: bool = True,
        tell: Callable[[str], object] = lambda line: None,
    ) -> None:
        if drafts and not (race and plan.confirm and plan.confirm_prompts):
            expected = "a race, and held-out prompts, as drafts only choose"
            raise InputError("drafts", expected=expected, got="none")
        if drafts and engine:
            raise InputError("drafts", expected="pictures made here", got="workers elsewhere")
        self.plan, self.race, self.drafts = plan, race, drafts
        self.table: SeedTable | None = None
        self.journal, self._shard = journal, shard or Shard()
        self._engine = engine
        self._tell, self._notes = tell, queue.SimpleQueue[str]()
        self._painter = BatchPainter(plan, generator, tell=self._notes.put)
        self._drafter = drafts and BatchPainter(plan, drafts.generator, tell=self._notes.put)
        self._measurer = BatchMeasurer(plan, scorers, tell=self._notes.put)
        self._measurer.lose(journal.lost())
        self._stopping = threading.Event()
        self._line = BlockLine(
            journal,
            self._measurer,
            overlap=overlap,
            tell=self._notes.put,
            stopping=self._stopping.is_set,
        )
        self._counted: set[str] = set()  # portions that reports have counted
        self._pace = Pace()
        self._total = race_pictures(plan, race, drafts=drafts is not None)
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
            finished = yield from self._course()
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

    def _course(self) -> Reports:
        if self.drafts and self._drafter:
            return self._drafted(self.drafts, self._drafter)
        return self._raced() if self.race else self._exhaustive()

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
        plan = self.plan
        field = RaceField(plan, self.race or RaceDesign())
        objective = yield from self._race(field, self._painter)
        if objective is None:
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

    def _race(self, field: RaceField, painter: BatchPainter) -> _Racing:
        """The rounds; None where a portion is in others' hands."""
        objective: PictureObjective | None = None
        while (asked := field.race.ask()) is not None:
            found = yield from self._gather(field.blocks(asked), painter)
            if found is None:
                return None
            if objective is None:
                objective = self._objective(found)
            field.tell(asked, found, objective)
            yield self._board(field)
        return objective

    def _drafted(self, drafts: Drafts, drafter: BatchPainter) -> Reports:
        """A pilot of both; a race of drafts; then full pictures of the finalists and of others."""
        plan = self.plan
        self._now = replace(self._now, draft_steps=drafts.steps)
        field = RaceField(plan, self.race or RaceDesign(), phase="draft")
        pilot = yield from self._pilot(field, drafts, drafter)
        if pilot is None:
            return False
        if (yield from self._race(field, drafter)) is None:
            return False
        self._now = replace(self._now, draft_steps=0)
        chosen = field.checked()
        whole = replace(plan, seeds=chosen, prompts=plan.prompts[:FULL_PROMPTS])
        blocks = cut("full", chosen, whole.prompts, size=plan.batch, thumbnails=True)
        mined = yield from self._gather(blocks)
        confirmed = None if mined is None else (yield from self._confirm(chosen))
        if mined is None or confirmed is None:
            return False
        outcome = replace(
            field.outcome(pilot.objective, confirmed, spreads_of=pilot.scores),
            drafts=pilot.agreement,
            pool=len(plan.seeds),
        )
        self._now = replace(self._now, verdict=outcome.verdict)
        self.table = assemble(whole, self._measurer.outputs, mined, confirmed, raced=outcome)
        return True

    def _pilot(self, field: RaceField, drafts: Drafts, drafter: BatchPainter) -> _Piloting:
        """Make the first prompts' pictures of some seeds both ways.

        Raises:
            InputError: drafts tell too little of full pictures.
        """
        first = field.race.ask()
        blocks = field.blocks(first) if first else ()
        enough = [block for block in blocks if self.plan.seeds.index(block.seeds[0]) < PILOT]
        drafted = yield from self._gather(enough, drafter)
        if drafted is None:
            return None
        full = yield from self._gather(
            cut("pilot", tuple(drafted), enough[0].prompts, size=self.plan.batch)
        )
        if full is None:
            return None
        objective = self._objective(full)
        scores = objective.scores(list(full.values()))
        found = draft_agreement(drafts, objective.scores(list(drafted.values())), scores)
        found.require()
        rows, everybody = np.arange(len(full)), np.ones(len(full), bool)
        return _Pilot(found, objective, ScoredRound(rows, everybody, scores))

    def _objective(self, found: Mapping[int, Measures]) -> PictureObjective:
        metrics = table_metrics(self._measurer.all_outputs)
        race = self.race or RaceDesign()
        return PictureObjective(metrics, list(found.values()), race.objective)

    def _gather(
        self, blocks: Sequence[SeedBlock], painter: BatchPainter | None = None
    ) -> _Gathering:
        """Measure those of ``blocks`` that are ours; None where one is in others' hands."""
        new = [block for block in blocks if block.name not in self._counted]
        painter = painter or self._painter
        yield from (
            self._done_elsewhere(blocks) if self._engine else self._done_here(blocks, painter)
        )
        if not all(self.journal.has(block.name) for block in blocks):
            return None
        found = {
            seed: row
            for block in blocks
            for seed, row in zip(
                block.seeds, rows(block, self.journal.read(block.name)), strict=True
            )
        }
        self._counted |= {block.name for block in new}
        seen = {seed: found[seed] for block in new for seed in block.seeds}
        self._now = replace(self._now, failed=self._now.failed + count_failed(seen))
        return found

    def _done_here(
        self, blocks: Sequence[SeedBlock], painter: BatchPainter
    ) -> Iterator[MiningReport]:
        for block in blocks:
            if self._stopping.is_set():
                raise _Stopped
            if self.journal.has(block.name):
                if block.name not in self._counted:
                    yield self._count(DoneBatch(block.pictures, fresh=False))
            elif self._shard.has(block.number):
                claim = ExitStack()
                if claim.enter_context(self.journal.claim(block.name)):
                    yield from self._timed(self._line.measure(block, painter, claim))
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
