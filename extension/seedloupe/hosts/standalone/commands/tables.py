"""``seedloupe tables``: what seed tables there are, what they say, whether they are sound."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ....errors import InputError, TableError
from ..arguments import Parser, command, table_folders
from ..console import table_lines

if TYPE_CHECKING:
    from ....tables import SeedTable
    from ..console import Console

_FINDINGS = 1


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command and what can be done with tables."""
    summary = "seed tables: list, show, validate, verify"
    group = commands.add_parser("tables", help=summary, description=summary)
    actions = group.add_subparsers(metavar="ACTION", required=True, parser_class=Parser)
    every = command(actions, "list", "the tables found here and those that came with Seedloupe")
    every.set_defaults(run=run_list)
    show = command(actions, "show", "everything a table says about itself")
    validate = command(actions, "validate", "whether tables are sound; exit 1 when one is not")
    verify = command(actions, "verify", "draw the first seed's noise again and compare")
    for parser, run in ((show, run_show), (validate, run_validate), (verify, run_verify)):
        parser.add_argument("tables", nargs="+", metavar="T", help="a file or a name from the list")
        parser.set_defaults(run=run)


def run_list(args: argparse.Namespace, console: Console) -> int:
    """List the tables, unreadable ones with the reason."""
    from ....tables import list_tables

    entries = [_entry(path) for path in list_tables(table_folders())]
    rows = [["TABLE", "SEEDS", "MODEL", "LATENT", "NOISE", "EFFECT"]]
    rows += [[str(entry.get(key, "")) for key in _COLUMNS] for entry in entries]
    broken = [f"{entry['path']}: {entry['error']}" for entry in entries if "error" in entry]
    lines = table_lines(rows) if entries else ["no seed tables found"]
    console.result({"tables": entries}, [*lines, *broken])
    return 0


def run_show(args: argparse.Namespace, console: Console) -> int:
    """Show tables in full."""
    shown = [(path, _read(path)) for path in map(_find, args.tables)]
    documents = [_document(path, table) for path, table in shown]
    lines = [line for path, table in shown for line in _describe(path, table)]
    console.result({"tables": documents}, lines)
    return 0


def run_validate(args: argparse.Namespace, console: Console) -> int:
    """Read every table; one that is not sound is a finding, one that is not there bad input."""
    findings: list[dict[str, object]] = []
    paths = [_find(name) for name in args.tables]
    for path in paths:
        try:
            _read(path)
            findings.append({"path": str(path), "sound": True, "problem": None})
        except InputError as error:
            findings.append({"path": str(path), "sound": False, "problem": str(error)})
    lines = [f"{f['path']}: {'sound' if f['sound'] else f['problem']}" for f in findings]
    console.result({"tables": findings}, lines)
    return 0 if all(finding["sound"] for finding in findings) else _FINDINGS


def run_verify(args: argparse.Namespace, console: Console) -> int:
    """Draw the noise of each table's first seed again; another noise is an error."""
    from ....tables import verify_noise

    verified: list[dict[str, object]] = []
    for path in map(_find, args.tables):
        table = _read(path)
        verify_noise(table)
        verified.append({"path": str(path), "seed": str(table.seeds[0]), "agrees": True})
    lines = [f"{v['path']}: the noise of seed {v['seed']} agrees" for v in verified]
    console.result({"tables": verified}, lines)
    return 0


_COLUMNS = ("path", "seeds", "model", "latent", "noise", "effect")


def _find(name: str) -> Path:
    """Take any existing file at its word, so that one with a wrong name can be validated."""
    from ....tables import find_table

    path = Path(name)
    return path if path.is_file() else find_table(name, table_folders())


def _read(path: Path) -> SeedTable:
    from ....tables import read_table

    return read_table(path)


def _entry(path: Path) -> dict[str, object]:
    try:
        table = _read(path)
    except TableError as error:
        return {"path": str(path), "error": str(error)}
    spec = table.spec
    return {
        "path": str(path),
        "seeds": len(table),
        "model": spec.model.name,
        "latent": "x".join(str(side) for side in spec.noise.shape),
        "noise": spec.noise.source.label,
        "effect": spec.evidence.verdict.value if spec.evidence else "unknown",
        "metrics": list(table.metrics()),
        "spaces": list(table.spaces()),
        "tags": list(table.tags()),
        "status": spec.provenance.status.value,
    }


def _document(path: Path, table: SeedTable) -> dict[str, object]:
    tensors = {
        name: {"dtype": str(values.dtype), "shape": list(values.shape)}
        for name, values in table.tensors.items()
    }
    seeds = {"first": str(table.seeds[0]), "last": str(table.seeds[-1])}
    return {
        **_entry(path),
        "first_and_last_seed": seeds,
        "tensors": tensors,
        "spec": table.spec.to_json(),
    }


def _describe(path: Path, table: SeedTable) -> list[str]:
    spec, evidence = table.spec, table.spec.evidence
    made = spec.sampling
    lines = [
        str(path),
        f"  seeds      {len(table)}, from {table.seeds[0]} to {table.seeds[-1]}",
        f"  model      {spec.model.name} ({spec.model.family}), "
        f"sha256 {(spec.model.sha256 or 'unknown')[:12]}",
        f"  noise      {spec.noise.source.label}, latent {spec.noise.shape}",
        f"  scores     {', '.join(table.metrics()) or 'none'}",
        f"  spaces     {', '.join(table.spaces()) or 'none'}",
        f"  tags       {', '.join(table.tags()) or 'none'}",
        f"  made by    {spec.provenance.creator}, {spec.provenance.date}, "
        f"{spec.provenance.licence} ({spec.provenance.status.value})",
    ]
    if made is not None:
        size = "x".join(map(str, made.size)) if made.size else "any size"
        how = f"{made.sampler}, {made.steps} steps, guidance {made.guidance}, {size}"
        lines.insert(4, f"  sampling   {made.task.value}, {how}")
    if evidence is not None:
        lines += [f"  rule       {evidence.rule}", f"  verdict    {evidence.verdict.value}"]
    lines += [
        f"  held out   {gain.metric} {gain.mean:+.3g} ({gain.low:+.3g} to {gain.high:+.3g})"
        for gain in (evidence.held_out_gain if evidence else ())
    ]
    return lines
