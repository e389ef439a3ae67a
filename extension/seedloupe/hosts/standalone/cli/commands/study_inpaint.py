"""``seedloupe study inpaint``: do some seeds paint text that nobody asked for?"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError
from ..arguments import add_model, guidance, names, seeds, steps
from ..parser import command
from ..plug_ins import plugins_in_use
from ..repaint_arguments import AUTO, LEVEL, READERS, TASKS, add_level, add_pairs, add_strength
from ..sampler_arguments import add_sampler, asked_sampler

if TYPE_CHECKING:
    from .....generation.model_info import ModelInfo
    from .....generation.request import Request
    from .....studies.inpaint import InpaintPlan, Looker, Painter, Pair
    from .....studies.journal import StudyJournal
    from ..console import Console
    from ..parser import Parser

_STOPPED = 3
_JOURNAL = "journal.jsonl"


def add(studies: argparse._SubParsersAction[Parser]) -> None:
    """Add the experiment."""
    parser = command(studies, "inpaint", "do some seeds paint text where a picture is repainted?")
    add_model(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder")
    source = parser.add_argument_group("what is repainted")
    add_pairs(source, pairs=24)
    source.add_argument(
        "--seeds", type=seeds, default=None, metavar="0:64", help="which (default: 0:64)"
    )
    how = parser.add_argument_group("how")
    how.add_argument(
        "--steps", type=steps, metavar="N", help="1 to 1000 (default: 20; for few-step models 4)"
    )
    how.add_argument(
        "--guidance",
        type=guidance,
        metavar="X",
        help="0 to 100 (default: 4; for few-step models 1)",
    )
    add_sampler(how)
    add_strength(how)
    how.add_argument(
        "--noise", default="cpu", metavar="cpu|nv|cuda:GRID", help="who draws the noise"
    )
    how.add_argument(
        "--reader",
        type=names,
        default=(AUTO,),
        metavar="a,b",
        help=f"who looks for text, the first one for the verdict: {READERS}",
    )
    add_level(how)
    parser.add_argument(
        "--table",
        type=Path,
        metavar="T",
        help="also write a *.seedtable.safetensors a task (default: none)",
    )
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run stopped")
    parser.add_argument("--plan", action="store_true", help="say what it would take, then stop")
    parser.set_defaults(run=run, tasks=TASKS, strength=1.0, level=LEVEL)


def run(args: argparse.Namespace, console: Console) -> int:
    """Plan; then paint and look until done or stopped; then report."""
    _check_out(args)

    from .....services.inpaint_study import (
        estimate_study,
        lookers_for,
        painter_for,
        pairs_for,
        study_plan_for,
    )
    from ...engine.sampling import generated_images
    from ..opening import open_said, say_cut_prompts

    asked_sampler(args)  # refuses what no model could do, before one is opened
    model = open_said(args.model, console, device=args.device)
    readers = plugins_in_use(console).readers
    lookers = lookers_for(args.reader, args.level, model.info, readers=readers)
    from .....studies.inpaint import InpaintTask, MaskKind

    wanted = tuple(InpaintTask(name) for name in args.tasks)
    mask = None if args.mask is None else MaskKind(args.mask)
    pairs, origin = pairs_for(model.info, wanted, folder=args.folder, count=args.pairs, mask=mask)
    request = _request(args, model.info, pairs[0])
    plan = study_plan_for(request, pairs, wanted, origin, dtype=model.dtype_name)
    told = dict.fromkeys(task.prompt(pair) for pair in pairs for task in wanted)
    say_cut_prompts(console, model, tuple(told))
    paint = painter_for(request, partial(generated_images, model))
    from .....studies.journal import StudyJournal

    settings = plan.settings({looker.name: looker.settings for looker in lookers})
    path = args.out / _JOURNAL
    if args.plan:
        done = len(StudyJournal.peek(path, settings)) if args.resume else 0
        with console.measuring() as tell:
            found = estimate_study(plan, paint, lookers, done=done, tell=tell)
        console.result({**found.to_json(), "out": str(args.out)}, found.lines())
        return 0
    with StudyJournal(path, settings) as journal:
        return _study(args, console, plan, paint, lookers, journal)


def _request(args: argparse.Namespace, model: ModelInfo, pair: Pair) -> Request:
    from .....generation.request import Request
    from .....noise import NoiseSource
    from .....services.inpaint_study import seeds_for

    noise, name = NoiseSource.parse(args.noise), asked_sampler(args)
    return Request.of(
        model,
        "",
        seeds_for(args.seeds, noise),
        plan=model.usual.but(name.sampler, args.steps, args.guidance, name.schedule),
        noise=noise,
        image=pair.picture,
        mask=pair.mask,
        strength=args.strength,
    )


def _study(
    args: argparse.Namespace,
    console: Console,
    plan: InpaintPlan,
    paint: Painter,
    lookers: tuple[Looker, ...],
    journal: StudyJournal,
) -> int:
    from .....services.inpaint_study import keeper
    from .....studies.inpaint import measure

    try:
        with console.progress("repainting", plan.images, "pictures") as bar:
            measured = measure(
                plan,
                paint,
                lookers,
                journal=journal,
                keep=keeper(args.out / "pictures"),
                on_progress=lambda p: bar.at(p.done, skipped=p.done - p.fresh),
            )
    except KeyboardInterrupt:
        console.note("stopped; the same command with --resume goes on")
        document = {"finished": False, "images": plan.images, "out": str(args.out)}
        console.result(document, ())
        return _STOPPED
    from ..study_report import report

    report(args, console, measured, lookers, known=args.folder is None)
    return 0


def _check_out(args: argparse.Namespace) -> None:
    """Refuse what cannot be written, and a folder with a journal that was not asked for."""
    from .....files import check_out_folder

    check_out_folder(args.out)
    if args.table is not None:
        from .....files import check_out_file
        from .....tables import SUFFIX

        check_out_folder(check_out_file(args.table, SUFFIX, field="table").parent, field="table")
    journal = args.out / _JOURNAL
    if journal.exists() and not args.resume and not args.plan:
        raise InputError(
            "out",
            expected="a folder without a study",
            got=f"{journal}, the journal of an earlier run",
            advice="Go on with --resume, or name another folder.",
        )
