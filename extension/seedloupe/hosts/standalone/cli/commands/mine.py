"""``seedloupe mine``: find out which seeds do well with a model, and write it down."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError
from ..arguments import add_model, names, number, positive, seeds, steps
from ..measured_grid import add_making, add_measures, grid_request
from ..mine_inpaint import INPAINT, add_repaints, refuse_others, run_inpaint, table_places
from ..mining_engine import add_engine, engine_for, require_engine, scorers_asked
from ..mining_run import drafts_for, journal_beside, planned, say_ended, say_stopped, worked
from ..parser import command
from ..plug_ins import plugins_in_use
from ..sampler_arguments import asked_sampler

if TYPE_CHECKING:
    import torch

    from ..console import Console
    from ..parser import Parser

#: Half precision changes a picture less than another seed does, and may be twice as fast.
_PRECISIONS = ("float32", "bfloat16", "float16")
_UNITS = {"s": 1, "m": 60, "h": 3600}


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "mine", "measure which seeds do well with a model")
    add_model(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="T", help="*.seedtable.safetensors"
    )
    parser.add_argument(
        "--seeds", type=seeds, default=None, metavar="0:1024", help="which (default: 0:1024)"
    )
    parser.add_argument(
        "--prompts",
        type=Path,
        metavar="FILE",
        help=".txt with one a line, .csv, .tsv (PartiPrompts), .json (a list, COCO), or "
        "the word grid: 40 things in 22 guises (default: Seedling's own; other models have none)",
    )
    parser.add_argument(
        "--held-out",
        type=positive,
        metavar="N",
        help="prompts kept to confirm the best (default: a third; of Seedling's own 8)",
    )
    parser.add_argument(
        "--confirm",
        type=positive,
        metavar="N",
        help="best seeds to confirm, and others (default: a tenth, or 6)",
    )
    add_measures(parser, usual="those that need nothing")
    add_making(parser, batch=32)
    parser.add_argument(
        "--precision",
        choices=_PRECISIONS,
        help="what to compute in (default: what generating takes)",
    )
    parser.add_argument(
        "--budget",
        type=budget,
        metavar="30m",
        help="stop after this time; go on with --resume (default: when done)",
    )
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run stopped")
    parser.add_argument("--plan", action="store_true", help="say what it would take, then stop")
    _add_race(parser)
    add_repaints(parser)
    add_engine(parser)
    parser.set_defaults(run=run)


def _add_race(parser: argparse.ArgumentParser) -> None:
    """Add how seeds are chosen, and who shares the work."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--race",
        action="store_true",
        default=None,
        help="let seeds leave that are unlikely to be good (default with 32 seeds and 8 prompts)",
    )
    how.add_argument(
        "--exhaustive", action="store_true", help="make every seed's picture of every prompt"
    )
    parser.add_argument(
        "--detect",
        type=deviations,
        metavar="SD",
        help="the smallest gain of a single seed to race for, in standard deviations between "
        "pictures of one seed (default: what the prompts can show)",
    )
    parser.add_argument(
        "--objective",
        type=names,
        default=(),
        metavar="a,b",
        help="scores to race on, which count alike (default: all)",
    )
    parser.add_argument(
        "--drafts",
        type=steps,
        metavar="STEPS",
        help="race on pictures of so few steps, and make full ones of the best seeds and others; "
        "ends at once where drafts tell too little (default: race on full pictures)",
    )
    parser.add_argument(
        "--shard",
        metavar="i/n",
        help="measure only this part, i from 0; then 'tables merge' joins the parts (default: all)",
    )
    parser.add_argument(
        "--machines",
        type=positive,
        default=1,
        metavar="N",
        help="with --plan: also say what N devices like this one would take",
    )
    parser.add_argument(
        "--rate",
        type=pictures_a_second,
        metavar="X",
        help="with --plan: pictures a second of a device that is not here (default: timed here)",
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Plan; then measure until done, stopped or out of time."""
    refuse_others(args)
    require_engine(args)
    if args.rate is not None and not args.plan:
        raise InputError("rate", expected="--plan", got="--rate without it")
    if args.task == INPAINT:
        return _repaint(args, console)
    from .....mining import Journal, MiningRun, Shard
    from .....services.mining import read_prompts

    journal_folder = journal_beside(args.out, resume=args.resume or args.plan)
    given = None if args.prompts is None else read_prompts(args.prompts)
    shard = Shard() if args.shard is None else Shard.parse(args.shard)

    from ..opening import open_said, say_cut_prompts

    plugins = plugins_in_use(console)
    asked_sampler(args)  # refuses what no model could do, before one is opened
    model = open_said(args.model, console, device=args.device, dtype=_dtype(args.precision))
    from .....services.mining import estimate_mining
    from ...engine.model_pictures import generator_for

    request = grid_request(args, model.info, usual=range(1024))
    plan, race = planned(args, request, given, journal_folder, dtype=model.dtype_name)
    say_cut_prompts(console, model, [*plan.prompts, *plan.confirm_prompts])
    generator = generator_for(model, plan.sampling, plan.noise)
    drafts = drafts_for(args.drafts, model, plan, race)
    if args.plan:
        with console.measuring() as tell:
            found = estimate_mining(
                plan,
                generator,
                race=race,
                drafts=drafts,
                machines=args.machines,
                rate=args.rate,
                tell=tell,
            )
        document = {**found.to_json(), "journal": str(journal_folder)}
        console.result(document, found.lines())
        return 0
    scorers = scorers_asked(args, model, plugins, prompts=len(plan.prompts), console=console)
    journal = Journal(journal_folder, plan, race=race, drafts=args.drafts or 0)
    with engine_for(args, console, plan) as engine:
        mining = MiningRun(
            plan,
            generator,
            scorers,
            journal=journal,
            race=race,
            drafts=drafts,
            shard=shard,
            engine=engine,
            tell=console.note,
        )
        last, why = worked(mining, console, limit=args.budget)
    if why:
        return say_stopped(why, plan.images, journal_folder, console)
    return say_ended(mining, last, args, console)


def _repaint(args: argparse.Namespace, console: Console) -> int:
    """The same for repaints: a table a task."""
    from ..opening import open_said

    places = table_places(args)
    plugins = plugins_in_use(console)
    asked_sampler(args)
    model = open_said(args.model, console, device=args.device, dtype=_dtype(args.precision))
    return run_inpaint(args, console, model, plugins=plugins, places=places)


def budget(text: str) -> float:
    """Read ``90s``, ``30m`` or ``2h`` as seconds."""
    match = re.fullmatch(r"(\d{1,6})([smh])", text)
    if match is None or int(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"expected a time such as 90s, 30m or 2h, got {text!r}")
    return float(int(match[1]) * _UNITS[match[2]])


def pictures_a_second(text: str) -> float:
    """Read how many pictures a device makes in a second."""
    return number(text, 1e-6, 1e6)


def deviations(text: str) -> float:
    """Read a gain in standard deviations, more than 0 and at most 10."""
    if re.fullmatch(r"\d{1,2}(\.\d{1,4})?", text) is None or not 0 < float(text) <= 10:
        raise argparse.ArgumentTypeError(f"expected a number such as 0.5, up to 10, got {text!r}")
    return float(text)


def _dtype(precision: str | None) -> torch.dtype | None:
    import torch

    return None if precision is None else getattr(torch, precision)
