"""A mining run on the command line: how it is settled, watched and told of."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ....errors import InputError

if TYPE_CHECKING:
    import argparse

    from ....generation.request import Request
    from ....mining import Drafts, MiningPlan, MiningReport, MiningRun, RaceDesign
    from ....services.mining import PromptSplit
    from ..engine.models import Model
    from .console import Console

STOPPED = 3
"""The exit code of a run that can be gone on with."""


def planned(
    args: argparse.Namespace,
    request: Request,
    given: tuple[str, ...] | None,
    journal: Path,
    *,
    dtype: str,
) -> tuple[MiningPlan, RaceDesign | None]:
    """Settle a run; a journal begun when prompts were split otherwise is gone on with.

    Args:
        args: of the command.
        request: model, seeds and sampling.
        given: prompts, where some were named.
        journal: the folder of the journal.
        dtype: what the model computes in.

    Raises:
        InputError: prompts or the race asked for do not fit.
    """
    from ....mining.journal import is_of
    from ....services.mining import PromptSplit, mining_plan_for, prompts_for, race_for

    wanted = False if args.exhaustive else args.race

    def settled(split: PromptSplit, wanted: bool | None) -> tuple[MiningPlan, RaceDesign | None]:
        raced = may_race(request, wanted)
        prompts = prompts_for(request.model, given, args.held_out, raced=raced, split=split)
        plan = mining_plan_for(
            request, *prompts, dtype=dtype, confirm=args.confirm, batch=args.batch
        )
        return plan, race_for(plan, wanted, detect=args.detect, objective=tuple(args.objective))

    found = settled(PromptSplit.HASH, wanted)
    if args.resume and not is_of(journal, found[0]):
        for split in (PromptSplit.HASH, PromptSplit.LAST):
            earlier = settled(split, False) if not wanted and not args.objective else found
            if is_of(journal, earlier[0]):
                return earlier
    return found


def journal_beside(out: Path, *, resume: bool) -> Path:
    """Return the journal's folder beside a table; one from before wants ``--resume``.

    Args:
        out: the table.
        resume: whether an earlier journal may be there.

    Raises:
        InputError: the table cannot be written there, or was begun already.
    """
    from ....errors import InputError
    from ....files import check_out_file, check_out_folder
    from ....tables import SUFFIX

    check_out_folder(check_out_file(out, SUFFIX).parent)
    folder = out.with_name(out.name.removesuffix(SUFFIX) + ".journal")
    if folder.exists() and not resume:
        raise InputError(
            "out",
            expected="a table not begun yet",
            got=f"{folder}, the journal of an earlier run",
            advice="Go on with --resume, or delete the journal.",
        )
    return folder


def drafts_for(
    count: int | None, model: Model, plan: MiningPlan, race: RaceDesign | None
) -> Drafts | None:
    """Return what makes drafts, the same way in fewer steps; None where nobody asked for any.

    Args:
        count: steps of a draft.
        model: makes them.
        plan: of the full pictures.
        race: how seeds race; None where all pictures are made.

    Raises:
        InputError: nothing races, or a draft would take no fewer steps.
    """
    from ....mining import Drafts
    from ..engine.model_pictures import generator_for

    if count is None:
        return None
    if race is None:
        raise InputError(
            "drafts",
            expected="seeds that race",
            got="all pictures",
            advice="Without a race there is nothing that drafts could spare.",
        )
    few = replace(plan.sampling, steps=count)
    return Drafts(generator_for(model, few, plan.noise), count, plan.sampling.steps or 1)


def may_race(request: Request, wanted: bool | None) -> bool:
    """Whether seeds may race, so that as many prompts as that takes are wanted."""
    from ....mining.racing import FEWEST_SEEDS

    return wanted is not False and len(request.seeds) >= FEWEST_SEEDS


def worked(
    mining: MiningRun, console: Console, *, limit: float | None
) -> tuple[MiningReport | None, str]:
    """Work until done, stopped or out of time; return the last report, and why it stopped."""
    from ....mining import MiningStage, race_pictures

    begun, last, why = time.monotonic(), None, ""
    total = race_pictures(mining.plan, mining.race, drafts=mining.drafts is not None)
    with console.progress("mining", total, "pictures") as bar:
        try:
            for report in mining.rounds():
                last = report
                bar.at(
                    report.made,
                    skipped=report.made - report.fresh,
                    total=report.made + report.left,
                )
                if report.stage is MiningStage.STOPPED:
                    why = "out of time"
                elif limit is not None and time.monotonic() - begun > limit and report.left:
                    mining.stop()
        except KeyboardInterrupt:
            why = "stopped"
    return last, why


def say_stopped(why: str, images: int, journal: Path, console: Console) -> int:
    """Say that the run goes on with ``--resume``."""
    document = {"table": None, "finished": False, "images": images, "journal": str(journal)}
    console.note(f"{why}; the same command with --resume goes on")
    console.result(document, ())
    return STOPPED


def say_ended(
    mining: MiningRun, last: MiningReport | None, args: argparse.Namespace, console: Console
) -> int:
    """Write the table and say what was found, or that others are still at work."""
    document, lines = ended(mining, last, out=args.out, shard=args.shard, tell=console.note)
    console.result(document, lines)
    return 0


def ended(
    mining: MiningRun,
    last: MiningReport | None,
    *,
    out: Path,
    shard: str | None,
    tell: Callable[[str], object],
) -> tuple[dict[str, object], list[str]]:
    """Write the table; return what was found as a document and in lines.

    Args:
        mining: a run that ended.
        last: its last report.
        out: where the table goes.
        shard: which part this was.
        tell: is told where others are still at work.
    """
    from ....services.estimate import too_few_confirmed
    from ....tables import write_table

    plan, table = mining.plan, mining.table
    journal = str(mining.journal.folder)
    if table is None:
        tell(_waiting(shard, last))
        return {"table": None, "finished": False, "journal": journal}, []
    write_table(table, out)
    evidence = table.spec.evidence
    verdict = evidence.verdict.value if evidence else "unknown"
    document: dict[str, object] = {
        "table": str(out),
        "finished": True,
        "seeds": len(table),
        "images": plan.images if last is None or mining.race is None else last.made,
        "verdict": verdict,
        "confirmed": plan.confirmed,
        "journal": journal,
    }
    if evidence and "race" in evidence.extra:
        document["race"] = evidence.extra["race"]
    words = {"effect": "matters", "no_effect": "was not seen to matter"}
    line = (
        f"the choice of seed {words.get(verdict, 'may or may not matter')} with {plan.model.name}"
    )
    few = too_few_confirmed(plan.confirmed)
    warned = evidence.warnings if evidence else ()
    lines = [*warned, f"{out}: {len(table)} seeds; {line}", *_raced(mining, last)]
    return document, [*lines, *([few] if few else [])]


def _raced(mining: MiningRun, last: MiningReport | None) -> list[str]:
    if mining.race is None or last is None:
        return []
    lost = [f"{name} was left out: {reason}" for name, reason in last.lost.items()]
    failed = [f"{last.failed} pictures were not finite and not scored"] if last.failed else []
    better = "seed was" if last.better == 1 else "seeds were"
    drafts = f", drafts of {mining.drafts.steps} steps among them" if mining.drafts else ""
    return [
        f"{last.better} {better} declared better than the mean seed by {last.made} pictures"
        f"{drafts}; all would have been {mining.plan.images}",
        *failed,
        *lost,
    ]


def _waiting(shard: str | None, last: MiningReport | None) -> str:
    if shard is None:
        return "another process is still at work on this table and will finish it"
    number = 0 if last is None else last.round
    return (
        f"this shard's part of round {number + 1} is measured; join all shards' journals with "
        "'seedloupe tables merge', then the same commands with --resume go on"
    )
