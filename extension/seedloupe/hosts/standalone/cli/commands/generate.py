"""``seedloupe generate``: pictures into a folder, each saying how it was made."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError
from .....services.draft_ranking import EARLY
from ..arguments import (
    DEFAULT_COUNT,
    add_model,
    add_sampling,
    byte_count,
    names,
    picture_count,
    positive,
    say_notes,
    seeds,
)
from ..early_picking import add_early, drafted, opened_score
from ..mask_arguments import add_picture
from ..parser import JoinedWords, Parser, command
from ..picking_arguments import RULES, add_layout, add_positions, add_tags
from ..plug_ins import plugins_in_use

if TYPE_CHECKING:
    from .....artifacts import OcrReader
    from .....generation.request import Request
    from .....lens.budget import Recipe
    from .....lens.concepts import ConceptPainter
    from .....plugins import Plugins
    from .....registry import Registry
    from .....services.seed_choice import SeedChoice
    from ...engine.models import Model
    from ..console import Console
    from ..retry_in_folder import CheckSettings
    from ..run_folder import RunFolder

_STOPPED = 3


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "generate", "generate pictures into a folder")
    add_run(parser)
    parser.add_argument(
        "--lens",
        type=names,
        default=(),
        metavar="PANEL",
        help="record these layers while generating: auto, published, a NAME.panel.json, or names "
        "with commas between (default: none)",
    )
    text = parser.add_argument_group("text in what was repainted, with --image and --mask")
    text.add_argument("--check", action="store_true", help="look it over for text nobody wanted")
    text.add_argument(
        "--retries",
        type=positive,
        metavar="N",
        help="try up to N other seeds where there is some (default: 0)",
    )
    text.add_argument(
        "--level", choices=("low", "normal", "high"), help="how suspicious (default: normal)"
    )
    text.add_argument(
        "--reader", metavar="R", help="who reads, from `seedloupe readers` (default: auto)"
    )
    parser.set_defaults(run=run, words=())


def add_run(parser: argparse.ArgumentParser) -> None:
    """Add everything that decides a run of pictures."""
    parser.add_argument(
        "prompt", metavar="PROMPT", nargs="+", action=JoinedWords, help="what to draw"
    )
    add_model(parser)
    parser.add_argument(
        "--pick",
        metavar="|".join(("random", EARLY, *RULES)),
        help="how to choose the seeds: early finishes the best of many drafts, the others ask a "
        "table; also by the name of a picker an installed package brings (default: random)",
    )
    parser.add_argument(
        "--count",
        type=picture_count,
        metavar="N",
        help=f"how many pictures (default: {DEFAULT_COUNT}, or as many as --seeds has)",
    )
    parser.add_argument(
        "--table",
        metavar="T",
        help="seed table to pick from, a file or a name (default: the model's)",
    )
    parser.add_argument(
        "--seeds",
        type=seeds,
        metavar="1,2,3",
        help="these seeds, as 1,2,5-9; with --pick early those to draft (default: as --pick says)",
    )
    parser.add_argument(
        "--carry",
        choices=("middle", "stretch"),
        help="draw the noise at the table's size and take it to this one (default: neither)",
    )
    add_positions(parser)
    add_tags(parser)
    add_layout(parser.add_argument_group("where things should stand, with --pick layout"))
    add_early(parser.add_argument_group("drafts, with --pick early"))
    add_sampling(parser)
    add_picture(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for what is made"
    )
    parser.add_argument(
        "--lens-budget",
        type=byte_count,
        metavar="SIZE",
        help="the most a lens file may take, such as 50M (default: 1G)",
    )
    parser.add_argument(
        "--lens-concepts",
        metavar="FILE",
        help="paint the concepts of a *.concepts.safetensors file, from `seedloupe study sae`, "
        "beside each picture (default: none)",
    )
    parser.add_argument(
        "--lens-channels",
        choices=("all", "others", "massive"),
        default="all",
        help="of each layer, for transformers: all, those that are not massive, or those alone",
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Check everything that can be checked, open the model, and make the pictures."""
    from .....files import check_out_folder
    from .....lens.channels import ChannelChoice
    from ..run_arguments import (
        asked_run,
        check_seed_arguments,
        choose_by_arguments,
        open_table,
    )
    from ..table_match import check_fit, matched

    plugins = plugins_in_use(console)
    check_seed_arguments(args, plugins.pickers)
    checking = _check_settings(args, plugins.readers)
    folder = check_out_folder(args.out)
    opened = open_table(args)
    asked = asked_run(args, opened)
    chosen = choose_by_arguments(args, opened, plugins.pickers)
    check_fit(chosen, asked)

    from ...engine.watching import request_cut_notes
    from ..opening import open_said
    from ..run_folder import RunFolder

    model = open_said(args.model, console, device=args.device)
    request = asked.request(model.info, chosen.seeds)
    said = (*model.notes, *request_cut_notes(model, request))
    say_notes(console, said[len(model.notes) :])
    words = _words(args, model, request)
    concepts = _concepts(args, model)
    layers, recipe = _recorded(args, model, request, console, words=bool(words))
    again = _once_more(args, chosen)
    if args.pick == EARLY:
        chosen, request = _early(args, model, request, chosen, plugins, console)
    chosen = matched(chosen, request)
    job = RunFolder(
        model,
        request,
        chosen,
        folder,
        layers,
        recipe,
        words,
        channels=ChannelChoice(args.lens_channels),
        concepts=concepts,
    )
    document = job.execute(console)
    check = checking is not None and not job.stopped
    found = _check_for_text(checking, job, document, console) if check else []
    unsaid = [note for note in job.notes if note not in said]
    say_notes(console, (*chosen.notes, *unsaid, *job.kept_notes))
    console.result(document, [*_lines(document, folder), *found])
    if job.stopped:
        console.note(f"stopped; the same command {again} makes what is missing")
        return _STOPPED
    return 0


def _once_more(args: argparse.Namespace, chosen: SeedChoice) -> str:
    """Return how the same command makes what is missing: with its random seeds, all that came."""
    given = ",".join(str(seed) for seed in chosen.seeds)
    return f"with --seeds {given}" if chosen.how == "random" else "once more"


def _early(
    args: argparse.Namespace,
    model: Model,
    request: Request,
    chosen: SeedChoice,
    plugins: Plugins,
    console: Console,
) -> tuple[SeedChoice, Request]:
    """Draft the seeds of ``request``, and return the best with the request that finishes them.

    Raises:
        InputError: or one of its kinds: drafts cannot be drawn or judged here.
        KeyboardInterrupt: the user has seen enough.
    """
    from dataclasses import replace

    from .....services.seed_choice import SeedChoice

    score = opened_score(args, model, plugins)
    console.note(f"{len(request.seeds)} drafts are judged by {score.name}: {score.words}")
    ranking = drafted(args, model, request, score, console)
    early = SeedChoice.by_drafts(ranking, otherwise=chosen.how)
    console.note(f"finishing {ranking.rule}")
    return early, replace(request, seeds=early.seeds)


def _check_settings(args: argparse.Namespace, readers: Registry[OcrReader]) -> CheckSettings | None:
    """Return how repaints are to be checked, or None where they are not; before any is drawn.

    Raises:
        InputError: there is no repainted part to check, a setting of the check is given without
            it, or there is no such reader.
    """
    # The lens's own command shares this one's run, and has no such settings.
    check, retries = getattr(args, "check", False), getattr(args, "retries", None)
    for name in ("level", "reader"):
        if getattr(args, name, None) is not None and not (check or retries):
            raise InputError(name, expected=f"--check beside --{name}", got="none")
    if not (check or retries):
        return None
    if args.mask is None:
        expected = "--image and --mask beside --check and --retries"
        raise InputError("check", expected=expected, got="no repainted part")
    from .....artifacts import Level, choose_reader
    from .....artifacts.retry import MOST_RETRIES
    from ..retry_in_folder import CheckSettings

    if (retries or 0) > MOST_RETRIES:
        raise InputError("retries", expected=f"at most {MOST_RETRIES}", got=str(retries))

    reader = choose_reader(args.reader or "auto", registry=readers)
    return CheckSettings(reader, Level(args.level or Level.NORMAL.value), retries or 0)


def _check_for_text(
    settings: CheckSettings, job: RunFolder, document: dict[str, object], console: Console
) -> list[str]:
    """Check what was made, and keep what was found in ``run.json``."""
    from .....files import write_json
    from ..retry_in_folder import artifact_check_of

    check = artifact_check_of(job, settings)
    document["text"] = check.execute(console)
    job.notes += check.notes
    document["stopped"], document["notes"] = job.stopped, job.notes
    if job.images:
        write_json(job.folder / "run.json", document)
    return check.lines()


def _recorded(
    args: argparse.Namespace, model: Model, request: Request, console: Console, *, words: bool
) -> tuple[tuple[str, ...], Recipe | None]:
    """Say what the lens will take before anything runs, and cut it to its budget."""
    if not args.lens:
        return (), None
    from .....lens.budget import megabytes
    from .....lens.run_record import DEFAULT_BUDGET, panel_of
    from ...engine.watching import recording_budget

    layers = panel_of(model.unet, args.lens)
    budget = DEFAULT_BUDGET if args.lens_budget is None else args.lens_budget
    made = recording_budget(model, request, layers, budget=budget, words=words)
    console.note(f"each lens file will take about {megabytes(made.wish.file_bytes)}")
    say_notes(console, made.notes)
    return made.layers, made.wish.recipe


def _concepts(args: argparse.Namespace, model: Model) -> ConceptPainter | None:
    """Open the concepts asked for.

    Raises:
        ConceptFileError: there are none of that name, or they are not of this model.
    """
    if args.lens_concepts is None:
        return None
    from .....lens.concepts import ConceptPainter, concepts_of
    from .....places import own_folder
    from .....services.concept_files import concept_folders, find_concepts

    own = own_folder(os.environ, sys.platform, Path.home())
    path = find_concepts(args.lens_concepts, concept_folders(own))
    return ConceptPainter(concepts_of(model.unet, path, model_sha256=model.info.sha256))


def _words(args: argparse.Namespace, model: Model, request: Request) -> tuple[str, ...]:
    from .....lens.words.clip_words import words_to_show
    from ...engine.watching import tokens_of

    return words_to_show(tokens_of(model, request.prompt), args.words) if args.words else ()


def _lines(document: dict[str, object], folder: Path) -> list[str]:
    images = document["images"]
    assert isinstance(images, list)
    return [f"{folder / image['file']}  seed {image['seed']}" for image in images]
