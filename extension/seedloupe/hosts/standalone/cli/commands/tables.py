"""``seedloupe tables``: what seed tables there are, what they say, whether they are sound."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError, TableError
from ..arguments import cli_table_folders, picture_size
from ..console import one_line, table_lines
from ..given_files import require_table
from ..parser import Parser, command
from . import tables_export, tables_pair
from .tables_pair import find

if TYPE_CHECKING:
    from .....tables import Evidence, HeldOutGain, SeedTable, TableSpec
    from ..console import Console

_FINDINGS, _BAD = 1, 2
_COLUMNS = ("path", "seeds", "model", "latent", "noise", "effect")


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command and what can be done with tables."""
    summary = "seed tables: list, show, validate, verify, diff, merge, export"
    group = commands.add_parser("tables", help=summary, description=summary)
    actions = group.add_subparsers(metavar="ACTION", required=True, parser_class=Parser)
    every = command(actions, "list", "the tables found here, your own, and Seedloupe's")
    every.set_defaults(run=run_list)
    suited = every.add_argument_group("only what may serve, best first")
    suited.add_argument(
        "--for", dest="model", metavar="M", help="a model, as --model elsewhere (default: any)"
    )
    suited.add_argument(
        "--size", type=picture_size, metavar="WxH", help="in pixels (default: the model's)"
    )
    suited.add_argument("--noise", metavar="cpu|nv|cuda:GRID", help="who draws (default: cpu)")
    show = command(actions, "show", "everything a table says about itself")
    validate = command(actions, "validate", "whether tables are sound; exit 1 when one is not")
    verify = command(actions, "verify", "draw the first seed's noise again and compare")
    for parser, run in ((show, run_show), (validate, run_validate), (verify, run_verify)):
        parser.add_argument("tables", nargs="+", metavar="T", help="a file or a name from the list")
        parser.set_defaults(run=run)
    tables_pair.add(actions)
    tables_export.add(actions)


def run_list(args: argparse.Namespace, console: Console) -> int:
    """List the tables, unreadable ones with the reason; only headers are read."""
    from .....tables import list_tables

    if args.model is not None:
        return _list_suited(args, console)
    if args.size is not None or args.noise is not None:
        got = "nothing"
        raise InputError("for", expected="a model, --for M, beside --size and --noise", got=got)
    entries = [_entry(path) for path in list_tables(cli_table_folders())]
    rows = [["TABLE", "SEEDS", "MODEL", "LATENT", "NOISE", "EFFECT"]]
    rows += [[str(entry.get(key, "")) for key in _COLUMNS] for entry in entries]
    broken = [f"{entry['path']}: {entry['error']}" for entry in entries if "error" in entry]
    lines = table_lines(rows) if entries else ["no seed tables found"]
    console.result({"tables": entries}, [*lines, *broken])
    return 0


def _list_suited(args: argparse.Namespace, console: Console) -> int:
    """List what may serve a model first, with what differs; how it will sample is not known yet."""
    from .....noise import NoiseSource
    from .....tables import TableUse, tables_for
    from ..opening import open_said

    model = open_said(args.model, console, announce=False)
    facts = model.info
    shape = facts.latent_shape(*(args.size or facts.native_size))
    use = TableUse(NoiseSource.parse(args.noise or "cpu"), shape, facts.sha256)
    found = tables_for(use, cli_table_folders())
    entries: list[dict[str, object]] = []
    lines: list[str] = []
    for one in found:
        match = {} if one.match is None else one.match.to_json()
        entries.append({**_entry(one.path), **({"match": match} if match else {})})
        lines.append(f"{one.match.level.value if one.match else 'unreadable'}  {one.path}")
        reasons = [one.problem] if one.match is None else one.match.reasons
        lines += [f"  {one_line(reason)}" for reason in reasons]
    console.result({"tables": entries}, lines or ["no seed tables found"])
    return 0


def run_show(args: argparse.Namespace, console: Console) -> int:
    """Show tables in full."""
    shown = [(path, _read(path)) for path in map(find, args.tables)]
    documents = [_document(path, table) for path, table in shown]
    lines = [line for path, table in shown for line in _describe(path, table)]
    console.result({"tables": documents}, lines)
    return 0


def run_validate(args: argparse.Namespace, console: Console) -> int:
    """Read every table; one that is not sound is a finding, one that is not there bad input."""
    from .....tables import require_plausible

    findings: list[dict[str, object]] = []
    paths = [find(name) for name in args.tables]
    for path in paths:
        try:
            require_table(path)
            table = _read(path)
            table.thumbnail(int(table.seeds[0]))  # decodes the sheet, if there is one
            require_plausible(table)
            findings.append({"path": str(path), "sound": True, "problem": None})
        except InputError as error:
            findings.append({"path": str(path), "sound": False, "problem": _problem(path, error)})
    lines = [f"{f['path']}: {'sound' if f['sound'] else f['problem']}" for f in findings]
    console.result({"tables": findings}, lines)
    return 0 if all(finding["sound"] for finding in findings) else _FINDINGS


def run_verify(args: argparse.Namespace, console: Console) -> int:
    """Draw the noise of each table's first seed again; what was not seen to agree is bad input."""
    from .....tables import NoiseVerdict, check_noise

    verified: list[dict[str, object]] = []
    lines = []
    for name in args.tables:
        try:
            path = find(name)
            require_table(path)
            check = check_noise(_read(path))
        except InputError as error:
            verified.append(_unread(name, error))
            lines.append(f"{one_line(name)}: cannot be read; {one_line(_problem(name, error))}")
            continue
        agrees = check.verdict is NoiseVerdict.AGREES
        problem = f"{check.field}: expected {check.expected}, got {check.got}"
        verified.append(
            {
                "path": str(path),
                "seed": str(check.seed),
                "agrees": agrees,
                "verdict": check.verdict.value,
                "largest_difference": check.largest,
                "problem": None if agrees else problem,
            }
        )
        words = _VERDICT_WORDS[check.verdict.value]
        tail = "" if agrees else f"; {one_line(problem)}"
        lines.append(f"{path}: the noise of seed {check.seed} {words}{tail}")
    console.result({"tables": verified}, lines)
    return 0 if all(one["agrees"] for one in verified) else _BAD


def _unread(name: str, error: InputError) -> dict[str, object]:
    """Say of a table that cannot be read what is said of others, so that none is lost."""
    return {
        "path": name,
        "seed": None,
        "agrees": False,
        "verdict": "unreadable",
        "largest_difference": None,
        "problem": str(error),
    }


def _problem(path: str | Path, error: InputError) -> str:
    """Say what is wrong with a file that is named beside it."""
    return str(error).removeprefix(f"{path}: ")


_VERDICT_WORDS = {
    "agrees": "agrees",
    "differs": "is another one",
    "cannot_say": "cannot be checked",
}


def _read(path: Path) -> SeedTable:
    from .....tables import read_table

    return read_table(path)


def _entry(path: Path) -> dict[str, object]:
    from .....tables import read_outline

    try:
        outline = read_outline(path)
    except TableError as error:
        return {"path": str(path), "error": str(error)}
    spec = outline.spec
    scored = outline.names_of("score")
    return {
        "path": str(path),
        "seeds": len(outline),
        "model": one_line(spec.model.name),
        "latent": _or_unstated(spec, "shape", "x".join(map(str, spec.noise.shape))),
        "noise": _or_unstated(spec, "rng", spec.noise.source.label),
        "effect": spec.evidence.verdict.value if spec.evidence else "unknown",
        "metrics": [metric.name for metric in spec.metrics if metric.name in scored],
        "spaces": list(outline.names_of("feature")),
        "tags": list(outline.names_of("rate")),
        "status": spec.provenance.status.value,
    }


def _or_unstated(spec: TableSpec, entry: str, value: str) -> str:
    return "not stated" if entry in spec.noise.unstated else value


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


def _overlap_lines(evidence: Evidence) -> list[str]:
    """Say how many seeds are best by every metric only beside what chance would give."""
    if evidence.overlap is None or evidence.chance_overlap is None:
        return []
    places = 0 if evidence.chance_overlap >= 10 else 1
    spread = "" if evidence.chance_sd is None else f" ± {evidence.chance_sd:.{places}f}"
    best = "" if evidence.top is None else f" of the best {evidence.top} of each"
    said = (
        f"{evidence.overlap}{best}, against {evidence.chance_overlap:.{places}f}{spread} by chance"
    )
    return [f"  shared     {said}"]


def _gain_line(table: SeedTable, gain: HeldOutGain) -> str:
    """Write a gain to a hundredth of its interval, no finer than a thousandth of the score has."""
    import numpy as np

    scores = table.score(gain.metric) if table.has_score(gain.metric) else np.zeros(1)
    least = 1e-3 * float(np.nan_to_num(np.abs(scores)).max()) or 1e-3
    places = max(0, 2 - math.floor(math.log10(max(gain.high - gain.low, least))))
    mean, low, high = (
        f"{round(value, places) + 0.0:+.{places}f}" for value in (gain.mean, gain.low, gain.high)
    )
    return f"  held out   {gain.metric} {mean} ({low} to {high})"


def _describe(path: Path, table: SeedTable) -> list[str]:
    from .....tables import sampling_words

    spec, evidence = table.spec, table.spec.evidence
    rng = _or_unstated(spec, "rng", spec.noise.source.label)
    latent = _or_unstated(spec, "shape", f"{spec.noise.shape}")
    lines = [
        str(path),
        f"  seeds      {len(table)}, from {table.seeds[0]} to {table.seeds[-1]}",
        f"  model      {spec.model.name} ({spec.model.family}), "
        f"sha256 {(spec.model.sha256 or 'unknown')[:12]}",
        f"  noise      {rng}, latent {latent}",
        f"  scores     {', '.join(table.metrics()) or 'none'}",
        f"  spaces     {', '.join(table.spaces()) or 'none'}",
        f"  tags       {', '.join(table.tags()) or 'none'}",
        f"  made by    {spec.provenance.creator}, {spec.provenance.date}, "
        f"{spec.provenance.licence} ({spec.provenance.status.value})",
    ]
    if spec.sampling is not None:
        lines.insert(4, f"  sampling   {sampling_words(spec.sampling)}")
    if evidence is not None:
        lines += [f"  rule       {evidence.rule}", f"  verdict    {evidence.verdict.value}"]
        lines += [f"             {warning}" for warning in evidence.warnings]
        lines += _overlap_lines(evidence)
        lines += [_gain_line(table, gain) for gain in evidence.held_out_gain]
    if spec.noise.unstated:
        lines.insert(4, f"  not stated {', '.join(spec.noise.unstated)}: the noise is assumed")
    return [one_line(line) for line in lines]
