"""``seedloupe check``: text that a repainted picture should not contain."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError
from ..mask_arguments import MaskBox, mask_place, read_given_mask
from ..parser import command
from ..plug_ins import plugins_in_use
from .check_batch import is_batch, require_apart, run_batch

if TYPE_CHECKING:
    from .....artifacts import ArtifactReport, OcrReader
    from .....errors import InputError
    from .....registry import Registry
    from ..console import Console
from ..parser import Parser

_FINDINGS = 1


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "check", "flag text artifacts; exit 1 when there are any")
    parser.add_argument(
        "images", type=Path, metavar="IMAGE_OR_FOLDER", nargs="+", help="what to check"
    )
    parser.add_argument("--recursive", action="store_true", help="also the folders within")
    parser.add_argument(
        "--mask",
        type=mask_place,
        metavar="MASK",
        help="white where the picture was repainted, or x0,y0,x1,y1 in shares of it, or a folder "
        "of masks, named as the pictures are (default: everywhere; of many pictures NAME-mask.png "
        "beside each)",
    )
    parser.add_argument(
        "--soft-mask",
        action="store_true",
        help="take the greys of a mask as they are, also where it looks like a photograph",
    )
    parser.add_argument(
        "--before",
        type=Path,
        metavar="SOURCE",
        help="the picture before it was, or a folder of such "
        "(default: none; of many pictures NAME-before.png beside each)",
    )
    parser.add_argument(
        "--prompt",
        metavar="TEXT",
        help="what was asked for (default: nothing; of many pictures what each says of itself)",
    )
    parser.add_argument(
        "--negative",
        default="",
        metavar="TEXT",
        help="the negative prompt beside --prompt; what it refuses was not asked for "
        "(default: nothing)",
    )
    parser.add_argument(
        "--reader",
        default="auto",
        metavar="R",
        help="who reads: auto, none, or one from `seedloupe readers`",
    )
    parser.add_argument(
        "--level", choices=("low", "normal", "high"), default="normal", help="how suspicious"
    )
    parser.add_argument(
        "--overlay",
        type=Path,
        metavar="OUT",
        help="write the picture with frames; many to a folder (default: not)",
    )
    parser.add_argument(
        "--report",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="write a page, rows or all as .html, .csv or .json; may be given again; what an "
        "earlier report of the same settings says of unchanged pictures is kept (default: none)",
    )
    parser.add_argument(
        "--tally",
        action="store_true",
        help="count which seeds write, from repaints that say which seed and model drew them",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Look for text, report it, and draw it where asked to."""
    batch = is_batch(args)
    # Of many pictures one may make an engine hang or crash.
    readers = plugins_in_use(console, apart=batch).readers
    if batch:
        from .....artifacts.readers.require import require_reader

        reader = None if args.reader == "none" else require_reader(args.reader, readers)
        return _run_batch(args, console, reader)
    return _run_one(args, args.images[0], console, readers)


def _run_batch(args: argparse.Namespace, console: Console, reader: OcrReader | None) -> int:
    if isinstance(args.mask, MaskBox):
        expected = "masks of their own for many pictures, or for a report"
        raise InputError("mask", expected=expected, got=f"the box {args.mask}")
    if not args.tally:
        return run_batch(args, console, reader)
    from .....artifacts import ResultStore, tally_folder
    from .....artifacts.batch import Counting

    counting = Counting(ResultStore(tally_folder(os.environ, sys.platform, Path.home())))
    code = run_batch(args, console, reader, observe=counting)
    said = f"{counting.added} counted for their seeds in {counting.store.folder}"
    console.note(f"{said}; {counting.problem}" if counting.problem else said)
    return code


def _run_one(
    args: argparse.Namespace, path: Path, console: Console, readers: Registry[OcrReader]
) -> int:
    from .....artifacts import (
        Level,
        Verdict,
        check_text_artifacts,
        draw_overlay,
        flag_text_artifacts,
    )
    from .....artifacts.mask_doubt import ask_about_mask
    from .....artifacts.readers.require import require_reader
    from .....files import check_out_file
    from .....images import read_image, save_plain, to_pil

    if args.overlay is not None:
        check_out_file(args.overlay, ".png", field="overlay")
        require_apart(args.overlay, [path, args.mask, args.before])
    image = read_image(path)
    width, height = image.shape[2], image.shape[1]
    mask = None if args.mask is None else read_given_mask(args.mask, (width, height))
    if mask is not None and not args.soft_mask:
        ask_about_mask(mask, field=str(args.mask))
    before = None if args.before is None else read_image(args.before)
    settings = {
        "before": before,
        "prompt": args.prompt or "",
        "negative": args.negative,
        "level": Level(args.level),
    }
    if args.reader == "none":
        report = check_text_artifacts(image, mask, None, **settings)
    else:
        report = flag_text_artifacts(image, mask, require_reader(args.reader, readers), **settings)
    if args.overlay is not None:
        shown = draw_overlay(image, report, mask)
        save_plain(to_pil(shown), args.overlay)
    console.result(_document(args, report), _lines(report))
    return _FINDINGS if report.verdict is Verdict.FLAGGED else 0


def _document(args: argparse.Namespace, report: ArtifactReport) -> dict[str, object]:
    files = {
        "image": args.images[0],
        "mask": args.mask,
        "before": args.before,
        "overlay": args.overlay,
    }
    paths = {name: None if path is None else str(path) for name, path in files.items()}
    return {**paths, **report.to_json()}


def _lines(report: ArtifactReport) -> list[str]:
    lines = [f"{report.label}: {report.message}"]
    for flag in report.flags:
        x0, y0 = flag.region.quad.min(axis=0)
        x1, y1 = flag.region.quad.max(axis=0)
        where = f"x {x0:.0f} to {x1:.0f}, y {y0:.0f} to {y1:.0f}"
        lines.append(f"  {flag.region.text!r} at {where}: {flag.reason}")
    if report.reader:
        lines.append(
            f"  text covers {report.text_in_mask:.1%} of {report.part}, new text "
            f"{report.new_text:.1%} (read by {report.reader}, level {report.level.value})"
        )
    return lines
