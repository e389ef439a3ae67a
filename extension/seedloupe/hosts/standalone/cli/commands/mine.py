"""``seedloupe mine``: find out which seeds do well with a model, and write it down."""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError
from ..arguments import (
    add_model,
    guidance,
    names,
    picture_count,
    picture_size,
    positive,
    seeds,
    steps,
)
from ..parser import command
from ..sampler_arguments import add_sampler, asked_sampler

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from .....generation.model_info import ModelInfo
    from .....generation.request import Request
    from .....mining import MiningPlan
    from .....mining import MiningProgress as Mined
    from ..console import Console
    from ..parser import Parser

_STOPPED = 3
_SCORERS = ("critic", "appearance")
#: Half precision changes a picture less than another seed does, and may be twice as fast.
_PRECISIONS = ("float32", "bfloat16", "float16")
_UNITS = {"s": 1, "m": 60, "h": 3600}


class _OutOfTime(Exception):  # noqa: N818 - the budget is spent, which is no error
    """Raised between two portions, so that all that was measured is kept."""


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
        help="one a line (default: Seedling's own; other models have none)",
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
    parser.add_argument(
        "--scorers",
        type=names,
        metavar="a,b",
        help=f"from {', '.join(_SCORERS)} (default: all that fit)",
    )
    parser.add_argument(
        "--size", type=picture_size, metavar="WxH", help="in pixels (default: the model's)"
    )
    parser.add_argument(
        "--steps", type=steps, metavar="N", help="1 to 1000 (default: 20; for few-step models 4)"
    )
    parser.add_argument(
        "--guidance",
        type=guidance,
        metavar="X",
        help="0 to 100 (default: 4; for few-step models 1)",
    )
    add_sampler(parser)
    parser.add_argument(
        "--noise", default="cpu", metavar="cpu|nv|cuda:GRID", help="who draws the noise"
    )
    parser.add_argument(
        "--precision",
        choices=_PRECISIONS,
        help="what to compute in (default: what generating takes)",
    )
    parser.add_argument(
        "--batch", type=picture_count, default=32, metavar="N", help="pictures at once"
    )
    parser.add_argument(
        "--budget",
        type=budget,
        metavar="30m",
        help="stop after this time; go on with --resume (default: when done)",
    )
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run stopped")
    parser.add_argument("--plan", action="store_true", help="say what it would take, then stop")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Plan; then measure until done, stopped or out of time."""
    from .....services.mining import instruments_for, prompts_for, read_prompts

    journal_folder = _check_out(args)
    given = None if args.prompts is None else read_prompts(args.prompts)

    from ..opening import open_said, say_cut_prompts

    asked_sampler(args)  # refuses what no model could do, before one is opened
    model = open_said(args.model, console, device=args.device, dtype=_dtype(args.precision))
    from .....services.estimate import too_few_confirmed
    from .....services.mining import estimate_mining, mining_plan_for
    from ...engine.sampling import generator_for
    from ...engine.text import pooled_caption

    prompts = prompts_for(model.info, given, args.held_out)
    say_cut_prompts(console, model, [prompt for part in prompts for prompt in part])
    plan = mining_plan_for(
        _request(args, model.info),
        *prompts,
        dtype=model.dtype_name,
        confirm=args.confirm,
        batch=args.batch,
    )
    generator = generator_for(model, plan.sampling, plan.noise)
    if args.plan:
        with console.measuring() as tell:
            found = estimate_mining(plan, generator, tell=tell)
        document = {**found.to_json(), "journal": str(journal_folder)}
        console.result(document, found.lines())
        return 0
    instruments = instruments_for(
        args.scorers, model.info, prompts=len(plan.prompts), pooled=pooled_caption(model)
    )
    from .....mining import Journal, mine
    from .....tables import write_table

    try:
        with console.progress("mining", plan.images, "pictures") as bar:
            table = mine(
                plan,
                generator,
                instruments,
                journal=Journal(journal_folder, plan),
                on_progress=_watch(args.budget, lambda p: bar.at(p.done, skipped=p.done - p.fresh)),
            )
    except (KeyboardInterrupt, _OutOfTime) as error:
        return _stopped(error, plan, journal_folder, console)
    if table is None:
        console.note("another process is still at work on this table and will finish it")
        console.result({"table": None, "finished": False, "journal": str(journal_folder)}, ())
        return 0
    write_table(table, args.out)
    evidence = table.spec.evidence
    verdict = evidence.verdict.value if evidence else "unknown"
    document = {
        "table": str(args.out),
        "finished": True,
        "seeds": len(table),
        "images": plan.images,
        "verdict": verdict,
        "confirmed": plan.confirmed,
        "journal": str(journal_folder),
    }
    words = {"effect": "matters", "no_effect": "was not seen to matter"}
    line = f"the choice of seed {words.get(verdict, 'may or may not matter')} with {model.name}"
    few = too_few_confirmed(plan.confirmed)
    console.result(document, [f"{args.out}: {len(table)} seeds; {line}", *([few] if few else [])])
    return 0


def _request(args: argparse.Namespace, model: ModelInfo) -> Request:
    from .....generation.request import Request
    from .....noise import NoiseSource

    name = asked_sampler(args)
    width, height = args.size or (None, None)
    return Request.of(
        model,
        "",
        tuple(range(1024) if args.seeds is None else args.seeds),
        width=width,
        height=height,
        plan=model.usual.but(name.sampler, args.steps, args.guidance, name.schedule),
        noise=NoiseSource.parse(args.noise),
    )


def budget(text: str) -> float:
    """Read ``90s``, ``30m`` or ``2h`` as seconds."""
    match = re.fullmatch(r"(\d{1,6})([smh])", text)
    if match is None or int(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"expected a time such as 90s, 30m or 2h, got {text!r}")
    return float(int(match[1]) * _UNITS[match[2]])


def _dtype(precision: str | None) -> torch.dtype | None:
    import torch

    return None if precision is None else getattr(torch, precision)


def _check_out(args: argparse.Namespace) -> Path:
    """Return the journal's folder beside the table; one from before wants ``--resume``."""
    from .....files import check_out_file, check_out_folder
    from .....tables import SUFFIX

    check_out_folder(check_out_file(args.out, SUFFIX).parent)
    folder = args.out.with_name(args.out.name.removesuffix(SUFFIX) + ".journal")
    if folder.exists() and not args.resume and not args.plan:
        raise InputError(
            "out",
            expected="a table not begun yet",
            got=f"{folder}, the journal of an earlier run",
            advice="Go on with --resume, or delete the journal.",
        )
    return Path(folder)


def _watch(limit: float | None, show: Callable[[Mined], None]) -> Callable[[Mined], None]:
    begun = time.monotonic()

    def watch(progress: Mined) -> None:
        show(progress)
        out = limit is not None and time.monotonic() - begun > limit
        if out and progress.done < progress.total:
            raise _OutOfTime

    return watch


def _stopped(error: BaseException, plan: MiningPlan, folder: Path, console: Console) -> int:
    why = "out of time" if isinstance(error, _OutOfTime) else "stopped"
    document = {"table": None, "finished": False, "images": plan.images, "journal": str(folder)}
    console.note(f"{why}; the same command with --resume goes on")
    console.result(document, ())
    return _STOPPED
