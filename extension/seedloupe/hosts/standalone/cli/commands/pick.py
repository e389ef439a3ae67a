"""``seedloupe pick``: seeds from a table, and why these."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .....generation.sampler import ScheduleType
from ..arguments import (
    DEFAULT_COUNT,
    cli_table_folders,
    guidance,
    picture_count,
    picture_size,
    say_notes,
    steps,
)
from ..console import table_lines
from ..parser import Parser, command
from ..picking_arguments import (
    add_clean,
    add_diverse,
    add_golden,
    add_layout,
    add_positions,
    add_tags,
    as_typed,
    seeds_wanted,
)
from ..plug_ins import plugins_in_use
from ..sampler_arguments import add_sampler, asked_sampler
from . import pick_early

if TYPE_CHECKING:
    from .....picking import Pick, Picking
    from .....tables import Match, SamplingSpec, SeedTable, TableUse
    from ..console import Console


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command and its rules."""
    summary = "choose seeds: golden, diverse, by layout or clean from a table, or early by drafts"
    group = commands.add_parser("pick", help=summary, description=summary)
    rules = group.add_subparsers(metavar="RULE", required=True, parser_class=Parser)
    for name, words, add_own in (
        ("golden", "the best seeds, beside what chance would give", add_golden),
        ("diverse", "good seeds whose pictures differ most", add_diverse),
        ("layout", "seeds that put things where you want them", add_layout),
        ("clean", "seeds whose pictures show a flaw least often", add_clean),
    ):
        parser = command(rules, name, words)
        add_own(parser)
        _add_common(parser)
        parser.set_defaults(run=run, rule=name)
    pick_early.add(rules)
    other = command(rules, "by", "seeds another picker chooses, which an installed package brings")
    other.add_argument("rule", metavar="NAME", help="of the picker; `seedloupe doctor` lists them")
    _add_common(other, own_order=True)
    other.set_defaults(run=run)


def _add_common(parser: argparse.ArgumentParser, *, own_order: bool = False) -> None:
    parser.add_argument(
        "--table", required=True, metavar="T", help="a file, or a name like seedling"
    )
    parser.add_argument(
        "--count", type=picture_count, default=DEFAULT_COUNT, metavar="N", help="how many"
    )
    if not own_order:
        add_positions(parser)
        add_tags(parser)
    use = parser.add_argument_group("what the seeds are for (says how well the table fits)")
    use.add_argument("--noise", metavar="cpu|nv|cuda:GRID", help="who draws (default: any)")
    use.add_argument("--size", type=picture_size, metavar="WxH", help="in pixels (default: any)")
    use.add_argument(
        "--model",
        metavar="M",
        help="seedling, seedling-fast, seedling-inpainting, seedling-dit, a diffusers folder, a "
        ".safetensors file, or a hub id, which uses the network (default: any)",
    )
    use.add_argument("--steps", type=steps, metavar="N", help="of generate (default: any)")
    use.add_argument("--guidance", type=guidance, metavar="X", help="of generate (default: any)")
    add_sampler(use, default="any")


def run(args: argparse.Namespace, console: Console) -> int:
    """Pick and explain."""
    from .....picking import pick_seeds
    from .....tables import find_table, read_table

    path = find_table(args.table, cli_table_folders())
    table = read_table(path)
    match = _match(args, table)
    pickers = plugins_in_use(console).pickers
    with as_typed():
        wanted = seeds_wanted(args.rule, args.count, args, pickers=pickers)
        picking = pick_seeds(table, wanted)
    document = {
        "table": str(path),
        "rule_name": args.rule,
        "match": None if match is None else match.to_json(),
        **picking.to_json(),
    }
    # The result has a line of its own for what chance would give.
    say_notes(console, [note for note in picking.notes if note != str(picking.chance)])
    console.result(document, _lines(picking, match))
    return 0


def _match(args: argparse.Namespace, table: SeedTable) -> Match | None:
    """Compare the table with what the user says the seeds are for; refuse other noise."""
    asked = (args.steps, args.sampler, args.guidance, args.schedule)
    sampled = any(one is not None for one in asked)
    if not sampled and (args.noise, args.size, args.model) == (None, None, None):
        return None
    from .....tables import require_match

    return require_match(table, _use(args, table, sampled=sampled))


def _use(args: argparse.Namespace, table: SeedTable, *, sampled: bool) -> TableUse:
    """Return what the seeds are for; the noise may be taken from the table, never the sampling.

    Who says how pictures are sampled means those of ``generate``, whose noise is its generator's
    first draw. Where nobody says so, nobody knows of draws before the noise either.
    """
    from .....noise import NoiseSource
    from .....tables import TableUse
    from ..table_match import shape_at

    spec = table.spec.noise
    source = spec.source if args.noise is None else NoiseSource.parse(args.noise)
    shape = spec.shape if args.size is None else shape_at(args.size, table)
    model = None if args.model is None else _hash(args.model)
    if not sampled:
        return TableUse(source, shape, model, draws_before=spec.draws_before)
    return TableUse(source, shape, model, _sampling(args))


def _sampling(args: argparse.Namespace) -> SamplingSpec:
    from .....tables import SamplingSpec, Task

    name = asked_sampler(args)
    return SamplingSpec(
        Task.TXT2IMG,
        name.sampler.value if args.sampler else None,
        scheduler=(name.schedule or ScheduleType.UNIFORM).value,
        steps=args.steps,
        guidance=args.guidance,
        size=args.size,
    )


def _hash(model: str) -> str:
    from .....files import hash_files
    from ...engine.models import weight_files

    return hash_files(weight_files(model))


def _lines(picking: Picking, match: Match | None) -> list[str]:
    rows = [["SEED", "RANK", "SCORES", "95 % INTERVAL", "NOTE"]]
    rows += [_row(pick) for pick in picking.picks]
    level = "not compared (say --noise, --size or --model)" if match is None else match.level.value
    lines = [*table_lines(rows), "", f"rule   {picking.rule}", f"match  {level}"]
    if match is not None:
        lines += [f"       {reason}" for reason in match.reasons]
    if picking.place:
        lines.append(f"place  {picking.place}")
    if picking.rank_by:
        lines.append(f"rank   by {picking.rank_by}")
    if picking.interval_of:
        lines.append(f"95 %   interval of {picking.interval_of}")
    if picking.chance is not None:
        lines.append(f"chance {picking.chance}")
    if picking.spread is not None:
        lines.append(f"spread {picking.spread}")
    return lines


def _row(pick: Pick) -> list[str]:
    scores = " ".join(f"{name}={value:.4g}" for name, value in pick.scores.items())
    span = "" if pick.interval is None else "{:.4g} to {:.4g}".format(*pick.interval)
    return [str(pick.seed), str(pick.rank or ""), scores, span, pick.note]
