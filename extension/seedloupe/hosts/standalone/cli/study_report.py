"""Writing down what a study found: a page, a document, and seed tables."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ....files import write_json, write_whole
from ....services.inpaint_study import picture_file
from ....studies.inpaint import (
    Findings,
    InpaintTask,
    Looker,
    Measured,
    PictureKey,
    check_known_text,
    conclude,
    study_page,
    table_of,
)
from ....tables import SUFFIX, write_table

if TYPE_CHECKING:
    from PIL.Image import Image

    from .console import Console

_VERDICTS = {
    "effect": "some seeds paint more text than others",
    "no_effect": "seeds were not seen to differ in the text they paint",
    "undecided": "these pictures cannot tell whether seeds differ in the text they paint",
}


def report(
    args: argparse.Namespace,
    console: Console,
    measured: Measured,
    lookers: Sequence[Looker],
    *,
    known: bool,
) -> None:
    """Write ``report.json``, ``report.html`` and the tables asked for, and say what came out.

    Args:
        args: the command line.
        console: told the verdict.
        measured: a whole run.
        lookers: who looked.
        known: whether the pairs are out of Seedling's world, so that lookers can be tested.
    """
    console.note("working out what was found")
    findings = conclude(measured)
    pairs = measured.plan.pairs
    checks = {one.name: check_known_text(one, pairs) for one in lookers} if known else {}
    settings = measured.plan.settings({one.name: one.settings for one in lookers})
    tables = _write_tables(args, findings)
    document = {
        **findings.to_json(),
        "reader_checks": {name: vars(found) for name, found in checks.items()},
        "command": _command(),
        "settings": settings,
    }
    write_json(args.out / "report.json", document)
    page = study_page(
        findings,
        picture_of=lambda picture: open_picture(args.out / "pictures", picture),
        reading={one.name: one.reads_words for one in lookers},
        checks=checks,
        made={"command": _command(), **_words(settings)},
    )
    write_whole(args.out / "report.html", page.encode())
    verdict = findings.main.verdict.value
    console.result(
        {
            "finished": True,
            "verdict": verdict,
            "looker": findings.main.looker,
            "images": measured.plan.images,
            "report": str(args.out / "report.html"),
            "document": str(args.out / "report.json"),
            "tables": [str(path) for path in tables],
        },
        [
            f"{_VERDICTS[verdict]} (seen by {findings.main.looker})",
            *(f"  {task.value}: {one.why}" for task, one in findings.main.tasks.items()),
            str(args.out / "report.html"),
            *map(str, tables),
        ],
    )


def open_picture(folder: Path, picture: PictureKey) -> Image | None:
    """Return a kept picture; None where it is gone or damaged, which costs the page one cell."""
    from PIL import Image

    try:
        with Image.open(picture_file(folder, picture), formats=["WEBP"]) as found:
            return found.convert("RGB")
    except OSError:
        return None


def task_table_path(path: Path, task: InpaintTask, tasks: int) -> Path:
    """Return where a task's table goes: of several, each has the task's name in its own."""
    if tasks == 1:
        return path
    return path.with_name(f"{path.name.removesuffix(SUFFIX)}-{task.value}{SUFFIX}")


def _write_tables(args: argparse.Namespace, findings: Findings) -> list[Path]:
    if args.table is None:
        return []
    plan = findings.measured.plan
    written = []
    for task in plan.tasks:
        first = [PictureKey(task, 0, seed) for seed in plan.seeds]
        tiles = [open_picture(args.out / "pictures", picture) for picture in first]
        kept = [tile for tile in tiles if tile is not None]
        path = task_table_path(args.table, task, len(plan.tasks))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(table_of(findings, task, tiles=kept if len(kept) == len(first) else ()), path)
        written.append(path)
    return written


def _command() -> str:
    """Return the command line as it can be given again."""
    return shlex.join(["seedloupe", *sys.argv[1:]])


def _words(settings: Mapping[str, object]) -> dict[str, str]:
    """Write settings for people: lists short, hashes of pairs left out."""
    words = {}
    for name, value in settings.items():
        if name in ("study", "pairs"):
            continue
        if isinstance(value, Mapping):
            words[name] = ", ".join(f"{key} {_plain(part)}" for key, part in value.items())
        elif isinstance(value, Sequence) and not isinstance(value, str):
            words[name] = _plain(value)
        else:
            words[name] = str(value)
    return words


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{key} {part}" for key, part in value.items()) + ")"
    if isinstance(value, list | tuple):
        shown = ", ".join(map(str, value[:4]))
        return f"{shown}, … {value[-1]}" if len(value) > 5 else ", ".join(map(str, value))
    return str(value)
