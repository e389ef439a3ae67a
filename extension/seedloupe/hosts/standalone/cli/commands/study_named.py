"""``seedloupe study layers`` and its like: the studies that share one frame."""

from __future__ import annotations

import argparse
import shlex
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError
from .....studies.names import StudyName
from ..arguments import add_model, names, picture_count, seeds, steps, training_time
from ..parser import command
from ..scorer_sources import add_classes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .....services.picture_measures import PictureMeasures
    from .....services.study_choices import StudiedWith, StudyChoices
    from .....studies.frame import Report
    from ...engine.models import Model
    from ..console import Console
    from ..parser import Parser

_STOPPED = 3
_JOURNAL = "journal.jsonl"


def add(studies: argparse._SubParsersAction[Parser]) -> None:
    """Add every study, and one command that runs them all."""
    for name in StudyName:
        parser = command(studies, name.value, name.summary)
        _arguments(parser, paints=name.paints, judges=name.judges)
        parser.set_defaults(run=partial(run, name=name))
    parser = command(studies, "all", "run them all into one folder, with a page of links")
    _arguments(parser, paints=True, judges=True)
    parser.add_argument(
        "--only", type=study_names, metavar="a,b", help="some of them (default: all)"
    )
    parser.set_defaults(run=run_all)


def _arguments(parser: argparse.ArgumentParser, *, paints: bool, judges: bool) -> None:
    add_model(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder")
    what = parser.add_argument_group("what is asked")
    what.add_argument("--quick", action="store_true", help="as few pictures as say anything")
    what.add_argument(
        "--pictures",
        type=picture_count,
        metavar="N",
        help="how many pictures, pairs or prompts (default: as the study needs)",
    )
    what.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="COCO, Pascal VOC, DAVIS, SPair-71k or a folder a class (default: Seedling's own)",
    )
    what.add_argument(
        "--layers",
        type=names,
        metavar="a,b",
        help="which layers, by name or as a NAME.panel.json (default: most of each kind)",
    )
    what.add_argument(
        "--times",
        type=times,
        metavar="50,200",
        help="training times pictures are noised to (default: 25,100,250,500; quick 50,200)",
    )
    if paints:
        what.add_argument(
            "--prompts",
            type=Path,
            metavar="FILE",
            help="a prompt a line, or a table or JSON as mine reads, or the word grid "
            "(default: Seedling's own)",
        )
        what.add_argument(
            "--seeds", type=seeds, metavar="0:64", help="which (default: as the study needs)"
        )
        what.add_argument(
            "--steps", type=steps, metavar="N", help="of a picture (default: as the study needs)"
        )
    if judges:
        what.add_argument(
            "--scorers",
            type=names,
            metavar="a,b",
            help="judge pictures, the first decides: from seedloupe scorers, as NAME or "
            "NAME=FOLDER with its weights (default: Seedling's critic; for other models those "
            "whose weights your own folder has)",
        )
        add_classes(parser)
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        help="where pictures and features are kept for the other studies (default: cache in --out)",
    )
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run stopped")


def times(text: str) -> tuple[int, ...]:
    """Read ``50,200``."""
    return tuple(sorted({training_time(part) for part in names(text)}))


def study_names(text: str) -> tuple[StudyName, ...]:
    """Read ``layers,probe``."""
    known = {name.value: name for name in StudyName}
    for given in names(text):
        if given not in known:
            expected = f"some of {', '.join(known)}"
            raise argparse.ArgumentTypeError(f"expected {expected}, got {given!r}")
    return tuple(known[given] for given in dict.fromkeys(names(text)))


def run(args: argparse.Namespace, console: Console, *, name: StudyName) -> int:
    """Run one study and write its report."""
    from .....files import check_out_folder

    check_out_folder(args.out)
    choices = _choices(args, args.cache or args.out / "cache")
    _refuse_journal(args.out / _JOURNAL, resume=args.resume)
    model = _studied(args, console, judged=name.judges)
    found = _run_one(name, model, choices, args.out, console)
    if found is None:
        return _stopped(args, console)
    page = args.out / "report.html"
    console.result(
        {**found.to_json(), "finished": True, "report": str(page)},
        [found.sentence, found.control, str(page)],
    )
    return 0


def run_all(args: argparse.Namespace, console: Console) -> int:
    """Run all studies into one folder."""
    from .....files import check_out_folder, write_whole
    from .....studies.frame import index_page

    check_out_folder(args.out)
    if args.folder is not None:
        expected = "nothing: each study takes pictures of another kind"
        raise InputError("folder", expected=expected, got=f"--folder {args.folder}")
    choices = _choices(args, args.cache or args.out / "cache")
    chosen = args.only or tuple(StudyName)
    for name in chosen:
        _refuse_journal(args.out / name.value / _JOURNAL, resume=args.resume)
    model = _studied(args, console, judged=any(name.judges for name in chosen))
    reports: list[tuple[Mapping[str, object], str]] = []
    for name in chosen:
        console.note(f"{name.value}: {name.summary}")
        found = _run_one(name, model, choices, args.out / name.value, console)
        if found is None:
            return _stopped(args, console)
        reports.append((found.to_json(), f"{name.value}/report.html"))
    page = args.out / "index.html"
    write_whole(page, index_page(reports, made=_command()).encode())
    console.result(
        {"finished": True, "studies": [document for document, _ in reports], "page": str(page)},
        [*(f"{document['study']}: {document['sentence']}" for document, _ in reports), str(page)],
    )
    return 0


def _run_one(
    name: StudyName, model: StudiedWith, choices: StudyChoices, out: Path, console: Console
) -> Report | None:
    """Run a study and write its report; nothing where it was stopped."""
    from .....services.studies import build_study, judged_settings
    from .....studies.frame import run_study
    from .....studies.journal import StudyJournal

    study = build_study(name, model, choices)
    settings = judged_settings(name, study, model)
    try:
        with (
            StudyJournal(out / _JOURNAL, settings) as journal,
            console.progress(name.value, len(study.cells()), "cells") as bar,
        ):
            found = run_study(
                study,
                journal,
                on_progress=lambda done, total, fresh: bar.at(done, skipped=done - fresh),
            )
    except KeyboardInterrupt:
        return None
    _write(found, settings, model, out, judged=model.judging.told if name.judges else "")
    return found


def _write(
    found: Report, settings: Mapping[str, object], model: StudiedWith, out: Path, *, judged: str
) -> None:
    from .....files import write_json, write_whole
    from .....studies.frame import report_page

    command_line = _command()
    document = {**found.to_json(), "command": command_line, "settings": dict(settings)}
    write_json(out / "report.json", document)
    _write_panel(found, model, out / f"{found.name}.panel.json", command_line)
    made = {"command": command_line, "model": model.subject.name}
    if judged:
        made["pictures are judged by"] = judged
    write_whole(out / "report.html", report_page(found, model=model.info.name, made=made).encode())


def _write_panel(found: Report, model: StudiedWith, path: Path, command_line: str) -> None:
    """Keep the layers a study found best, for the lens to show."""
    from .....lens.layer_panel import LayerPanel, write_panel

    if found.winner is not None:
        best, info = found.winner, model.info
        panel = LayerPanel(
            best.layers,
            found.name,
            info.name,
            model_sha256=info.sha256 or "",
            time=best.time,
            finding=best.finding,
            command=command_line,
        )
        write_panel(panel, path)


def _studied(args: argparse.Namespace, console: Console, *, judged: bool) -> StudiedWith:
    from .....services.study_choices import StudiedWith
    from ...engine.studied import StudiedModel
    from ..opening import open_said

    model = open_said(args.model, console, device=args.device)
    measures = _measures(args, console, model) if judged else None
    return StudiedWith(model.info, StudiedModel(model), measures)


def _measures(args: argparse.Namespace, console: Console, model: Model) -> PictureMeasures:
    from .....services.picture_measures import picture_measures
    from .....services.scorers import ScorerWish, open_scorers, scorers_of, with_weights
    from ...engine.text import pooled_caption
    from ..plug_ins import plugins_in_use
    from ..scorer_sources import offered_sources

    given = args.scorers
    wishes = None if given is None else [ScorerWish.parse(text) for text in given]
    plugins = plugins_in_use(console)
    sources = with_weights(offered_sources(args, plugins, model), wishes or (), None)
    registry = scorers_of(plugins.scorers, model.info, pooled=pooled_caption(model), prompts=1)
    opened = open_scorers(wishes, registry, sources, tell=console.note)
    return picture_measures(opened, asked=given is not None)


def _choices(args: argparse.Namespace, cache: Path) -> StudyChoices:
    from .....services.study_choices import StudyChoices

    prompts = getattr(args, "prompts", None)
    return StudyChoices(
        quick=args.quick,
        folder=args.folder,
        pictures=args.pictures,
        prompts=None if prompts is None else _read_prompts(prompts),
        seeds=getattr(args, "seeds", None),
        layers=_layers(args.layers),
        times=args.times,
        steps=getattr(args, "steps", None),
        cache=cache,
    )


def _layers(words: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Read a panel where that is what was named; the study refuses layers the model has not."""
    from .....lens.layer_panel import PANEL_SUFFIX, read_panel

    if words is None or len(words) != 1 or not words[0].endswith(PANEL_SUFFIX):
        return words
    return read_panel(Path(words[0])).layers


def _read_prompts(path: Path) -> tuple[str, ...]:
    from .....services.prompt_files import GRID, read_prompts

    if str(path) == GRID or path.suffix.lower() in {".csv", ".tsv", ".json"}:
        return read_prompts(path)
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("prompts", expected="a text file", got=f"{path.name}: {error}") from error
    found = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not found:
        raise InputError("prompts", expected="a prompt a line", got=f"nothing in {path.name}")
    return found


def _refuse_journal(journal: Path, *, resume: bool) -> None:
    if journal.exists() and not resume:
        raise InputError(
            "out",
            expected="a folder without a study",
            got=f"{journal}, the journal of an earlier run",
            advice="Go on with --resume, or name another folder.",
        )


def _stopped(args: argparse.Namespace, console: Console) -> int:
    console.note("stopped; the same command with --resume goes on")
    console.result({"finished": False, "out": str(args.out)}, ())
    return _STOPPED


def _command() -> str:
    return shlex.join(["seedloupe", *sys.argv[1:]])
