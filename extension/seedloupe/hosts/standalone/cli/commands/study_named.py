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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .....services.studies import StudiedWith, StudyChoices
    from .....studies.frame import Report, Study
    from ..console import Console
    from ..parser import Parser

_STOPPED = 3
_JOURNAL = "journal.jsonl"


def add(studies: argparse._SubParsersAction[Parser]) -> None:
    """Add every study, and one command that runs them all."""
    for name in StudyName:
        parser = command(studies, name.value, name.summary)
        _arguments(parser, paints=name.paints)
        parser.set_defaults(run=partial(run, name=name))
    parser = command(studies, "all", "run them all into one folder, with a page of links")
    _arguments(parser, paints=True)
    parser.add_argument(
        "--only", type=study_names, metavar="a,b", help="some of them (default: all)"
    )
    parser.set_defaults(run=run_all)


def _arguments(parser: argparse.ArgumentParser, *, paints: bool) -> None:
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
        "--layers", type=names, metavar="a,b", help="which layers (default: most of each kind)"
    )
    what.add_argument(
        "--times",
        type=times,
        metavar="50,200",
        help="training times pictures are noised to (default: 25,100,250,500; quick 50,200)",
    )
    if paints:
        what.add_argument(
            "--prompts", type=Path, metavar="TXT", help="a prompt a line (default: Seedling's own)"
        )
        what.add_argument(
            "--seeds", type=seeds, metavar="0:64", help="which (default: as the study needs)"
        )
        what.add_argument(
            "--steps", type=steps, metavar="N", help="of a picture (default: as the study needs)"
        )
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
    model = _studied(args, console)
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
    model = _studied(args, console)
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
    from .....services.studies import build_study
    from .....studies.frame import run_study
    from .....studies.journal import StudyJournal

    study = build_study(name, model, choices)
    try:
        with (
            StudyJournal(out / _JOURNAL, study.settings) as journal,
            console.progress(name.value, len(study.cells()), "cells") as bar,
        ):
            found = run_study(
                study,
                journal,
                on_progress=lambda done, total, fresh: bar.at(done, skipped=done - fresh),
            )
    except KeyboardInterrupt:
        return None
    _write(found, study, model, out)
    return found


def _write(found: Report, study: Study, model: StudiedWith, out: Path) -> None:
    from .....files import write_json, write_whole
    from .....studies.frame import report_page

    command_line = _command()
    document = {**found.to_json(), "command": command_line, "settings": dict(study.settings)}
    write_json(out / "report.json", document)
    made = {"command": command_line, "model": model.subject.name}
    write_whole(out / "report.html", report_page(found, model=model.info.name, made=made).encode())


def _studied(args: argparse.Namespace, console: Console) -> StudiedWith:
    from .....services.studies import studied_with
    from ...engine.studied import StudiedModel
    from ...engine.text import pooled_caption
    from ..opening import open_said

    model = open_said(args.model, console, device=args.device)
    return studied_with(model.info, StudiedModel(model), pooled_caption(model))


def _choices(args: argparse.Namespace, cache: Path) -> StudyChoices:
    from .....services.studies import StudyChoices

    prompts = getattr(args, "prompts", None)
    return StudyChoices(
        quick=args.quick,
        folder=args.folder,
        pictures=args.pictures,
        prompts=None if prompts is None else _read_prompts(prompts),
        seeds=getattr(args, "seeds", None),
        layers=args.layers,
        times=args.times,
        steps=getattr(args, "steps", None),
        cache=cache,
    )


def _read_prompts(path: Path) -> tuple[str, ...]:
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
