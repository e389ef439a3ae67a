"""``seedloupe tables export``: a table as rows for a spreadsheet, or as a page to look at."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError
from .....files import check_out_file, write_whole
from ..parser import Parser, command
from .tables_pair import find

if TYPE_CHECKING:
    from ..console import Console

_STDOUT = "-"


def add(actions: argparse._SubParsersAction[Parser]) -> None:
    """Add the command."""
    parser = command(actions, "export", "a table as a page to look at, or as rows")
    parser.add_argument("table", metavar="T", help="a file or a name from the list")
    parser.add_argument(
        "--csv", metavar="FILE|-", help="a row a seed; - prints them (default: none)"
    )
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="one self-contained page (default: none)"
    )
    parser.add_argument(
        "--features", action="store_true", help="with --csv: also where seeds lie in each space"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Write what was asked for."""
    from .....tables import SUFFIX, read_table
    from .....tables.report import table_csv, table_page

    _check(args)
    path = find(args.table)
    table = read_table(path)
    written = []
    if args.html is not None:
        write_whole(args.html, table_page(table, path.name.removesuffix(SUFFIX)).encode())
        written.append(str(args.html))
    if args.csv == _STDOUT:
        # As bytes, so that lines end as RFC 4180 has it on every system.
        sys.stdout.buffer.write(table_csv(table, features=args.features).encode())
        sys.stdout.buffer.flush()
        return 0
    if args.csv is not None:
        write_whole(Path(args.csv), table_csv(table, features=args.features).encode())
        written.append(args.csv)
    console.result({"table": str(path), "written": written}, written)
    return 0


def _check(args: argparse.Namespace) -> None:
    """Refuse what cannot be, before a table is read."""
    if args.csv is None and args.html is None:
        raise InputError("export", expected="--csv FILE or --html FILE", got="neither")
    if args.csv == _STDOUT and args.json:
        raise InputError("csv", expected="a file beside --json", got="stdout for both")
    if args.features and args.csv is None:
        raise InputError("features", expected="--csv beside it", got="none")
    if args.html is not None:
        check_out_file(args.html, ".html", field="html")
    if args.csv not in (None, _STDOUT):
        check_out_file(Path(args.csv), ".csv", field="csv")
