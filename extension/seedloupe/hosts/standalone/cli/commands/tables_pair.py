"""``seedloupe tables diff`` and ``merge``: two tables beside each other, several as one."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import TableError
from .....files import check_out_file
from ..arguments import cli_table_folders, say_notes
from ..console import one_line
from ..parser import Parser, command

if TYPE_CHECKING:
    from .....tables import ColumnDifference, EntryDifference, TableDifference
    from ..console import Console

_FINDINGS = 1
_MOST_SEEDS = 12
_JOURNAL = ".journal"


def add(actions: argparse._SubParsersAction[Parser]) -> None:
    """Add both commands."""
    diff = command(actions, "diff", "in what two tables differ; exit 1 when they do")
    diff.add_argument("first", metavar="A", help="a file or a name from the list")
    diff.add_argument("second", metavar="B", help="another")
    diff.set_defaults(run=run_diff)
    merge = command(actions, "merge", "tables of the same noise, model and sampling as one")
    merge.add_argument(
        "tables",
        nargs="+",
        metavar="T",
        help="two or more files or names; or the .journal folders of the shards of a mining run",
    )
    merge.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="T",
        help="where the whole goes; of journals a .journal folder",
    )
    merge.set_defaults(run=run_merge)


def find(name: str) -> Path:
    """Take any existing file at its word, so that one with a wrong name can be validated."""
    from .....tables import find_table

    path = Path(name)
    with suppress(OSError):  # a name no system can have; the look-up says so
        if path.is_file():
            return path
    return find_table(name, cli_table_folders())


def run_diff(args: argparse.Namespace, console: Console) -> int:
    """Compare two tables; any difference is a finding."""
    from .....tables import diff_tables, read_table

    first, second = find(args.first), find(args.second)
    found = diff_tables(read_table(first), read_table(second))
    document: dict[str, object] = {
        "first": str(first),
        "second": str(second),
        "same": not found,
        **_document(found),
    }
    console.result(document, list(_lines(found)) if found else ["no difference"])
    return _FINDINGS if found else 0


def run_merge(args: argparse.Namespace, console: Console) -> int:
    """Merge tables into a new file."""
    from .....tables import SUFFIX, merge_tables, read_table, write_table

    if args.out.suffix == _JOURNAL:
        return _join(args, console)
    if len(args.tables) < 2:
        raise TableError("tables", expected="two or more tables to merge", got="one")
    check_out_file(args.out, SUFFIX)
    paths = [find(name) for name in args.tables]
    _require_new(args.out, paths)
    merged = merge_tables([read_table(path) for path in paths])
    write_table(merged.table, args.out)
    say_notes(console, merged.notes)
    document = {
        "out": str(args.out),
        "merged": [str(path) for path in paths],
        "seeds": len(merged.table),
        "notes": list(merged.notes),
    }
    console.result(document, [f"{args.out}: {len(merged.table)} seeds of {len(paths)} tables"])
    return 0


def _join(args: argparse.Namespace, console: Console) -> int:
    """Join the journals of a run's shards."""
    from .....mining import join_journals

    sources = [Path(name) for name in args.tables]
    joined = join_journals(sources, args.out)
    document = {"out": str(args.out), "merged": [str(path) for path in sources], **vars(joined)}
    table = args.out.name.removesuffix(_JOURNAL) + ".seedtable.safetensors"
    lines = [
        f"{args.out}: {joined.portions} portions, {joined.added} of them new; go on with "
        f"'seedloupe mine ... --out {table} --resume', or give it to every shard first"
    ]
    console.result(document, lines)
    return 0


def _require_new(out: Path, inputs: Sequence[Path]) -> None:
    """Refuse to write over a table that is merged, by whatever name.

    Raises:
        TableError: ``out`` is one of ``inputs``.
    """
    if out.exists() and any(out.samefile(path) for path in inputs):
        raise TableError(
            "out",
            expected="another file than the tables to merge",
            got=str(out),
            advice="The whole would take the place of one of its parts.",
        )


def _document(found: TableDifference) -> dict[str, object]:
    return {
        "entries": [_entry(entry) for entry in found.entries],
        "seeds_only_in_first": [str(seed) for seed in found.seeds_first],
        "seeds_only_in_second": [str(seed) for seed in found.seeds_second],
        "tensors_only_in_first": list(found.tensors_first),
        "tensors_only_in_second": list(found.tensors_second),
        "columns": [
            {
                "name": column.name,
                "count": column.count,
                "largest": column.largest,
                "gaps": column.gaps,
                "first": column.first,
                "second": column.second,
            }
            for column in found.columns
        ],
    }


def _entry(entry: EntryDifference) -> dict[str, object]:
    """Write an entry with the values it has; one that is not there has no key."""
    values = {"first": entry.first, "second": entry.second}
    known = {side: json.loads(text) for side, text in values.items() if text is not None}
    return {"path": entry.path, **known}


def _lines(found: TableDifference) -> Iterator[str]:
    for entry in found.entries:
        first, second = (entry.first or "nothing"), (entry.second or "nothing")
        yield f"{one_line(entry.path)}: {_short(first)} | {_short(second)}"
    for side, seeds in (("first", found.seeds_first), ("second", found.seeds_second)):
        if seeds:
            few = ", ".join(map(str, seeds[:_MOST_SEEDS]))
            more = ", …" if len(seeds) > _MOST_SEEDS else ""
            yield f"seeds only in the {side}: {len(seeds)} ({few}{more})"
    for side, names in (("first", found.tensors_first), ("second", found.tensors_second)):
        if names:
            yield f"tensors only in the {side}: {one_line(', '.join(names))}"
    for column in found.columns:
        if column.first != column.second:
            yield f"{one_line(column.name)}: {column.first} | {column.second}"
        else:
            yield f"{one_line(column.name)}: {_how_far(column)}"


def _how_far(column: ColumnDifference) -> str:
    one = column.count == 1
    parts = ["1 value differs" if one else f"{column.count} values differ"]
    if column.largest is not None:
        parts.append(f"{'by' if one else 'the largest by'} {column.largest:.6g}")
    if column.gaps:
        parts.append(f"{column.gaps} measured in one only")
    return ", ".join(parts)


def _short(text: str, most: int = 80) -> str:
    words = one_line(text)
    return words if len(words) <= most else f"{words[:most]}…"
