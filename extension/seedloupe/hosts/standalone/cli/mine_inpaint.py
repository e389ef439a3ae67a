"""``seedloupe mine --task inpaint``: which seeds paint no text where a picture is repainted."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ....errors import InputError
from .mining_run import STOPPED, ended, journal_beside, worked
from .repaint_arguments import (
    AUTO,
    LEVEL,
    READERS,
    TASKS,
    add_level,
    add_pairs,
    add_strength,
)
from .sampler_arguments import asked_sampler

if TYPE_CHECKING:
    from ....artifacts.repaints import Looker, Pair
    from ....generation.request import Request
    from ....mining.scorers import Scorer
    from ....plugins import Plugins
    from ....services.inpaint_mining import InpaintMining
    from ..engine.models import Model
    from .console import Console

INPAINT = "inpaint"
"""What ``--task`` is called for repaints."""
#: What only repaints take, by the names of the arguments, and what only new pictures do.
_ONLY_REPAINTS = ("folder", "pairs", "mask", "tasks", "strength", "reader", "level")
_ONLY_NEW = ("prompts", "size", "drafts")
#: Pairs of Seedling's world where none are given; as in the service, which is not loaded for help.
_OWN_PAIRS = 48


def add_repaints(parser: argparse.ArgumentParser) -> None:
    """Add what is mined for, and what repaints take."""
    parser.add_argument(
        "--task",
        choices=("txt2img", INPAINT),
        default="txt2img",
        help="new pictures, or repaints of pictures with a mask: which seeds paint no text there",
    )
    group = parser.add_argument_group("with --task inpaint")
    add_pairs(group, pairs=_OWN_PAIRS)
    add_strength(group)
    group.add_argument(
        "--reader",
        metavar="NAME",
        help=f"who looks for text: {READERS} (default: {AUTO})",
    )
    add_level(group)


def refuse_others(args: argparse.Namespace) -> None:
    """Refuse arguments that the task does not take, rather than pass over them.

    Raises:
        InputError: there is one.
    """
    repaints = args.task == INPAINT
    given = [one for one in (_ONLY_NEW if repaints else _ONLY_REPAINTS) if getattr(args, one)]
    if not given:
        return
    expected = "nothing with --task inpaint" if repaints else "nothing without --task inpaint"
    advice = "Pictures with their masks come from --folder." if repaints else ""
    raise InputError(given[0], expected=expected, got=f"--{given[0]}", advice=advice)


def run_inpaint(
    args: argparse.Namespace,
    console: Console,
    model: Model,
    *,
    plugins: Plugins,
    places: Sequence[Path],
) -> int:
    """Plan each task; then repaint and look until all are done, or out of time.

    Args:
        args: of the command.
        console: told what goes on.
        model: repaints.
        plugins: whose readers and scorers there are.
        places: where the tables go, from :func:`table_places`.

    Raises:
        InputError: or one of its kinds: pairs, reader or scorers cannot be used.
    """
    from ....services.inpaint_study import lookers_for

    wanted, level = (args.reader or AUTO,), args.level or LEVEL
    (looker,) = lookers_for(wanted, level, model.info, readers=plugins.readers)
    minings = _settled(args, console, model, looker)
    if args.plan:
        return _say_plan(args, console, minings, places)
    return _mine(args, console, minings, places, _scorers(args, console, model, plugins, looker))


def table_places(args: argparse.Namespace) -> tuple[Path, ...]:
    """Return where each task's table goes, before a model is opened.

    Raises:
        InputError: one was begun already or cannot be written, or there is no such shard.
    """
    from ....artifacts.repaints import InpaintTask
    from ....mining import Shard
    from .study_report import task_table_path

    if args.shard is not None:
        Shard.parse(args.shard)
    tasks = [InpaintTask(name) for name in args.tasks or TASKS]
    places = tuple(task_table_path(args.out, task, len(tasks)) for task in tasks)
    for place in places:
        journal_beside(place, resume=args.resume or args.plan)
    return places


def _settled(
    args: argparse.Namespace, console: Console, model: Model, looker: Looker
) -> tuple[InpaintMining, ...]:
    from ....artifacts.repaints import InpaintTask
    from ....services.inpaint_mining import OWN_PAIRS, inpaint_mining_for
    from ....services.inpaint_study import painter_for, pairs_for
    from ....studies.inpaint import MaskKind
    from ..engine.repaint_batch import batched_images
    from .opening import say_cut_prompts

    tasks = tuple(InpaintTask(name) for name in args.tasks or TASKS)
    mask = None if args.mask is None else MaskKind(args.mask)
    pairs, origin = pairs_for(
        model.info, tasks, folder=args.folder, count=args.pairs, mask=mask, usual=OWN_PAIRS
    )
    request = _request(args, model, pairs[0])
    minings = inpaint_mining_for(
        request,
        pairs,
        tasks,
        origin=origin,
        paint=painter_for(request, partial(batched_images, model)),
        looker=looker,
        dtype=model.dtype_name,
        held_out=args.held_out,
        confirm=args.confirm,
        batch=args.batch,
    )
    told = dict.fromkeys(prompt for mining in minings for prompt in mining.prompts)
    say_cut_prompts(console, model, tuple(told))
    return minings


def _request(args: argparse.Namespace, model: Model, pair: Pair) -> Request:
    from ....generation.request import Request
    from ....noise import NoiseSource, canonical_seed

    noise, name = NoiseSource.parse(args.noise), asked_sampler(args)
    given = range(1024) if args.seeds is None else args.seeds
    return Request.of(
        model.info,
        "",
        tuple(sorted({canonical_seed(seed, noise) for seed in given})),
        plan=model.info.usual.but(name.sampler, args.steps, args.guidance, name.schedule),
        noise=noise,
        image=pair.picture,
        mask=pair.mask,
        strength=1.0 if args.strength is None else args.strength,
    )


def _scorers(
    args: argparse.Namespace, console: Console, model: Model, plugins: Plugins, looker: Looker
) -> Mapping[str, Scorer]:
    from ....services.inpaint_mining import repaint_sources
    from ....services.mining import instruments_for
    from ..engine.text import pooled_caption
    from .scorer_sources import offered_sources

    return instruments_for(
        args.scorers or ("text",),
        model.info,
        prompts=1,
        pooled=pooled_caption(model),
        registry=plugins.scorers,
        sources=repaint_sources(offered_sources(args, plugins, model), looker),
        tell=console.note,
    )


def _say_plan(
    args: argparse.Namespace,
    console: Console,
    minings: Sequence[InpaintMining],
    places: Sequence[Path],
) -> int:
    from ....services.mining import estimate_mining, race_for

    documents: dict[str, object] = {}
    lines: list[str] = []
    for mining, place in zip(minings, places, strict=True):
        race = race_for(
            mining.plan, _raced(args), detect=args.detect, objective=tuple(args.objective)
        )
        with console.measuring() as tell:
            found = estimate_mining(
                mining.plan,
                mining.generator,
                race=race,
                machines=args.machines,
                rate=args.rate,
                tell=tell,
            )
        journal = str(journal_beside(place, resume=True))
        documents[mining.task.value] = {**found.to_json(), "journal": journal}
        lines += [f"{mining.task.value}, a pair counting as a prompt:"]
        lines += [f"  {line}" for line in found.lines()]
    console.result({"task": args.task, "tasks": documents}, lines)
    return 0


def _mine(
    args: argparse.Namespace,
    console: Console,
    minings: Sequence[InpaintMining],
    places: Sequence[Path],
    scorers: Mapping[str, Scorer],
) -> int:
    from ....mining import Journal, MiningRun, Shard
    from ....services.mining import race_for

    shard = Shard() if args.shard is None else Shard.parse(args.shard)
    begun, left = time.monotonic(), args.budget
    documents: dict[str, object] = {}
    lines: list[str] = []
    for mining, place in zip(minings, places, strict=True):
        plan = mining.plan
        race = race_for(plan, _raced(args), detect=args.detect, objective=tuple(args.objective))
        journal = Journal(journal_beside(place, resume=True), plan, race=race)
        looker = plan.repainted.looker if plan.repainted else ""
        console.note(f"{mining.task.value}: {len(plan.prompts)} pairs, seen by {looker}")
        run = MiningRun(
            plan,
            mining.generator,
            scorers,
            journal=journal,
            race=race,
            shard=shard,
            tell=console.note,
        )
        if args.budget is not None:
            left = max(0.0, args.budget - (time.monotonic() - begun))
        last, why = worked(run, console, limit=left)
        if why:
            console.note(f"{why}; the same command with --resume goes on")
            stopped = {"table": None, "finished": False, "journal": str(journal.folder)}
            documents[mining.task.value] = stopped
            console.result(_whole(args, documents, finished=False), lines)
            return STOPPED
        document, said = ended(run, last, out=place, shard=args.shard, tell=console.note)
        documents[mining.task.value] = document
        lines += said
    done = all(isinstance(one, dict) and one["finished"] for one in documents.values())
    console.result(_whole(args, documents, finished=done), lines)
    return 0


def _whole(
    args: argparse.Namespace, documents: Mapping[str, object], *, finished: bool
) -> dict[str, object]:
    return {"task": args.task, "finished": finished, "tasks": dict(documents)}


def _raced(args: argparse.Namespace) -> bool | None:
    return False if args.exhaustive else args.race
