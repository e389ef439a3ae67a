"""``seedloupe tally``: which seeds write on repainted pictures, counted from every check."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError, TallyError
from .....files import check_out_file, write_whole
from ..arguments import positive
from ..console import one_line, table_lines
from ..parser import Parser, command

if TYPE_CHECKING:
    from .....artifacts import ResultStore, SeedCount, Tally
    from ..console import Console

_LEVELS = ("low", "normal", "high")
_SAID = ("fine", "missed", "nothing")


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command and what can be done with tallies."""
    summary = "which seeds write: list, show, correct, export, merge into a table"
    group = commands.add_parser("tally", help=summary, description=summary)
    actions = group.add_subparsers(metavar="ACTION", required=True, parser_class=Parser)
    _action(actions, "list", "what was counted, for each model and purpose", run_list)
    show = _of_one(actions, "show", "which seeds write, which never did, what to change", run_show)
    show.add_argument("--count", type=positive, default=8, metavar="N", help="seeds to list")
    correct = _of_one(actions, "correct", "say that a verdict was wrong", run_correct)
    correct.add_argument("check", metavar="CHECK", help="the check's id, from export")
    correct.add_argument("said", choices=_SAID, help="no harm; text was missed; take it back")
    export = _of_one(actions, "export", "every check and correction, to pass on", run_export)
    export.add_argument("--csv", type=Path, metavar="FILE", help="a row a check (default: none)")
    export.add_argument(
        "--jsonl", type=Path, metavar="FILE", help="the tally as it is (default: none)"
    )
    merge = _of_one(actions, "merge", "add what was counted to a seed table's rates", run_merge)
    merge.add_argument("--table", required=True, metavar="T", help="of inpainted pictures")
    merge.add_argument(
        "--out", type=Path, required=True, metavar="TABLE", help="where the whole goes"
    )
    merge.add_argument("--mixed", action="store_true", help="also what other readers saw")
    for parser in (show, merge):
        parser.add_argument(
            "--level", choices=_LEVELS, help="judge every check by this level (default: its own)"
        )


def _action(
    actions: argparse._SubParsersAction[Parser],
    name: str,
    summary: str,
    run: Callable[[argparse.Namespace, Console], int],
) -> Parser:
    parser = command(actions, name, summary)
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="where tallies are (default: your own)"
    )
    parser.set_defaults(run=run)
    return parser


def _of_one(
    actions: argparse._SubParsersAction[Parser],
    name: str,
    summary: str,
    run: Callable[[argparse.Namespace, Console], int],
) -> Parser:
    parser = _action(actions, name, summary, run)
    said = "a file, or the beginning of a name in the list"
    parser.add_argument("tally", metavar="TALLY", help=said)
    return parser


def run_list(args: argparse.Namespace, console: Console) -> int:
    """List every tally."""
    from .....artifacts.tally.documents import tally_outline

    rows = [["TALLY", "MODEL", "FOR", "LOOKED AT", "WITH TEXT", "SEEDS", "HIGH RATE"]]
    entries = [tally_outline(tally, _name(args, tally)) for tally in _store(args).tallies()]
    for entry in entries:
        trials = entry["looked_at"]
        share = f"{entry['flagged'] / trials:.1%}" if trials else "-"
        numbers = [str(trials), share, str(entry["seeds"]), str(entry["prone"])]
        rows.append([entry["tally"], one_line(entry["name"]), entry["purpose"], *numbers])
    lines = table_lines(rows) if entries else ["nothing has been counted yet"]
    for path in _store(args).broken():
        console.note(f"{path.name} cannot be read and was left out")
    console.result({"folder": str(_folder(args)), "tallies": entries}, lines)
    return 0


def run_show(args: argparse.Namespace, console: Console) -> int:
    """Show one tally."""
    from .....artifacts import Level
    from .....artifacts.tally.documents import tally_document

    level = None if args.level is None else Level(args.level)
    tally = _find(args)
    document = tally_document(tally, level)
    counts = sorted(tally.seeds(level), key=lambda count: (-count.low, -count.rate, count.seed))
    high, never = tally.high_rate(level), tally.cleanest(level)
    advice = document["advice"]["message"]
    console.result(document, _described(tally, counts, high, never, advice, args.count))
    return 0


def run_correct(args: argparse.Namespace, console: Console) -> int:
    """Keep what a user says to a verdict."""
    from .....artifacts import Correction

    tally = _find(args)
    if args.check not in tally.checks:
        raise TallyError(
            "check",
            expected="the id of a check of this tally",
            got=repr(args.check),
            advice="seedloupe tally export TALLY --csv FILE lists them.",
        )
    said = None if args.said == "nothing" else Correction(args.said)
    _store_of(args).correct(tally.subject, args.check, said)
    line = f"{args.check}: {'no correction' if said is None else said.value}"
    console.result({"check": args.check, "said": None if said is None else said.value}, [line])
    return 0


def run_export(args: argparse.Namespace, console: Console) -> int:
    """Write a tally for a spreadsheet, or as it is."""
    if args.csv is None and args.jsonl is None:
        raise InputError("export", expected="--csv FILE or --jsonl FILE", got="neither")
    for path, suffix in ((args.csv, ".csv"), (args.jsonl, ".jsonl")):
        if path is not None:
            check_out_file(path, suffix, field=suffix[1:])
    from .....artifacts.tally.rows import tally_csv

    tally, written = _find(args), []
    if args.csv is not None:
        write_whole(args.csv, tally_csv(tally).encode())
        written.append(str(args.csv))
    if args.jsonl is not None:
        write_whole(args.jsonl, _store_of(args).path(tally.subject).read_bytes())
        written.append(str(args.jsonl))
    console.result({"written": written}, written)
    return 0


def run_merge(args: argparse.Namespace, console: Console) -> int:
    """Add a tally to a table; the table itself stays as it is."""
    from .....artifacts import Level, fold_into_table
    from .....tables import SUFFIX, read_table, write_table
    from .tables_pair import find

    check_out_file(args.out, SUFFIX)
    tally = _find(args)
    folded = fold_into_table(
        read_table(find(args.table)),
        tally,
        Level(args.level or Level.NORMAL.value),
        mixed=args.mixed,
    )
    write_table(folded.table, args.out)
    document = {
        "out": str(args.out),
        "added": folded.counted,
        "left_out": folded.left_out,
        "held_before": folded.before,
    }
    lines = [f"{args.out}: {_checks(folded.counted)} added"]
    if folded.before:
        lines.append(f"  {_checks(folded.before)} were in the table already")
    if folded.left_out:
        lines.append(f"  {_checks(folded.left_out)} of seeds the table does not have left out")
    console.result(document, lines)
    return 0


def _described(
    tally: Tally,
    counts: list[SeedCount],
    high: tuple[SeedCount, ...],
    never: tuple[SeedCount, ...],
    advice: str,
    most: int,
) -> list[str]:
    from .....artifacts.tally.counts import LEAST_TRIALS

    subject, (flagged, trials) = tally.subject, tally.usual()
    lines = [
        f"{one_line(subject.name)}, {subject.purpose.value}, {subject.noise.label} noise "
        f"{'x'.join(str(side) for side in subject.shape)}: text in {flagged} of {trials} pictures"
    ]
    if high:
        lines.append(f"high text rate, left out by retries: {_seeds(high, most)}")
    else:
        lines.append(f"no seed has a high text rate (that takes {LEAST_TRIALS} pictures of it)")
    if never:
        lines.append(f"never wrote so far: {_seeds(never, most)}")
    rows = [["SEED", "TEXT IN", "LOOKED AT", "95 % INTERVAL", "MASK COVERED"]]
    rows += [
        [
            str(c.seed),
            str(c.flagged),
            str(c.trials),
            f"{c.low:.0%} to {c.high:.0%}",
            f"{c.text_in_mask:.1%}",
        ]
        for c in counts[:most]
    ]
    lines += table_lines(rows) if counts else []
    if len(counts) > most:
        lines.append(f"and {len(counts) - most} more seeds (--count)")
    if tally.damaged:
        lines.append(f"{tally.damaged} damaged lines were skipped")
    return [*lines, advice] if advice else lines


def _find(args: argparse.Namespace) -> Tally:
    """Return the tally a user means: a file, or the beginning of a name in the list."""
    from .....artifacts.tally.result_store import SUFFIX, read_tally

    path = Path(args.tally)
    if args.tally.endswith(SUFFIX) and path.is_file():
        return read_tally(path)
    tallies = {_name(args, tally): tally for tally in _store(args).tallies()}
    found = [name for name in tallies if name.startswith(args.tally)]
    if args.tally in tallies:
        found = [args.tally]
    if len(found) == 1:
        return tallies[found[0]]
    known = ", ".join(found or tallies) or "none; nothing has been counted yet"
    raise TallyError("tally", expected=f"one of {known}", got=repr(args.tally))


def _name(args: argparse.Namespace, tally: Tally) -> str:
    from .....artifacts.tally.result_store import SUFFIX

    return _store(args).path(tally.subject).name.removesuffix(SUFFIX)


def _store_of(args: argparse.Namespace) -> ResultStore:
    """The store the tally a user named is in: a file's folder, else the folder in use."""
    from .....artifacts import ResultStore
    from .....artifacts.tally.result_store import SUFFIX

    path = Path(args.tally)
    named = args.tally.endswith(SUFFIX) and path.is_file()
    return ResultStore(path.parent) if named else _store(args)


def _store(args: argparse.Namespace) -> ResultStore:
    from .....artifacts import ResultStore

    return ResultStore(_folder(args))


def _folder(args: argparse.Namespace) -> Path:
    from .....artifacts import tally_folder

    if args.folder is not None:
        return Path(args.folder)
    return tally_folder(os.environ, sys.platform, Path.home())


def _seeds(counts: tuple[SeedCount, ...], most: int) -> str:
    named = ", ".join(str(count.seed) for count in counts[:most])
    more = len(counts) - most
    return f"{named} and {more} more" if more > 0 else named


def _checks(count: int) -> str:
    return "1 check" if count == 1 else f"{count} checks"
