"""What a command line can say about how seeds are to be chosen, and the choice itself."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from ....errors import InputError, PickError
from .arguments import names, positive, seed

if TYPE_CHECKING:
    from ....geometry import Box
    from ....picking import Layout, Picking, SeedPicker, TagFilter
    from ....registry import Registry
    from ....tables import SeedTable

RULES = ("golden", "diverse", "layout", "clean")
_GOLDEN = ("lower_bound", "intersection", "pareto")
_NEAR, _FAR = 0.05, 0.95
_TYPED = {
    "tags.want": "tag",
    "tags.avoid": "no-tag",
    "tag": "flaw",
    "spaces": "space",
    "layout.kind": "kind",
}
"""What fields of a choice are called on a command line, where that is something else."""
_NUMBER = r"\s*([01]?\.?\d+)\s*"


def add_tags(parser: argparse.ArgumentParser) -> None:
    """Add filters by tag."""
    for option, target, words in (
        ("--tag", "tag", "only seeds with this tag; may be repeated"),
        ("--no-tag", "no_tag", "leave out seeds with this tag; may be repeated"),
    ):
        parser.add_argument(
            option, dest=target, action="append", default=[], metavar="NAME", help=words
        )


def add_golden(parser: argparse.ArgumentParser) -> None:
    """Add what golden seeds can be chosen by."""
    parser.add_argument(
        "--rule",
        choices=_GOLDEN,
        default=_GOLDEN[0],
        dest="golden_rule",
        help="lower_bound: what can be expected on other prompts, less one standard deviation, so "
        "that seeds little is known of do not win by luck; intersection: among the best by every "
        "score; pareto: beaten by no other seed (lower_bound)",
    )
    parser.add_argument("--metrics", type=names, metavar="a,b", help="which have a say (all)")
    parser.add_argument("--pool", type=positive, metavar="N", help="top N by each score (quarter)")


def add_diverse(parser: argparse.ArgumentParser) -> None:
    """Add what diverse seeds can be chosen by."""
    parser.add_argument(
        "--space",
        type=names,
        metavar="style,composition",
        help="what difference is measured in (style, where there is one)",
    )
    parser.add_argument(
        "--objective",
        choices=("farthest", "balanced"),
        default="farthest",
        help="each the farthest from those before, or good and far apart (farthest)",
    )
    parser.add_argument(
        "--quality",
        type=float,
        default=0.5,
        metavar="X",
        help="with balanced: how much quality counts beside distance, 0 to 1 (0.5)",
    )
    parser.add_argument("--start", type=seed, metavar="SEED", help="the first (the best)")
    parser.add_argument("--floor", type=float, default=0.5, metavar="X", help="share kept (0.5)")


def add_layout(parser: argparse._ActionsContainer) -> None:
    """Add where things can be asked to stand."""
    parser.add_argument(
        "--box",
        type=parse_box,
        action="append",
        default=[],
        metavar="x0,y0,x1,y1",
        help="in shares of the picture; repeated: a box a picture in turn",
    )
    parser.add_argument("--at", type=point, metavar="x,y", help="centre, in shares of the picture")
    parser.add_argument(
        "--size-near", type=float, metavar="X", help="share of the picture it takes"
    )
    depth = parser.add_mutually_exclusive_group()
    depth.add_argument("--near", action="store_true", help="close by")
    depth.add_argument("--far", action="store_true", help="far away")
    parser.add_argument("--kind", metavar="NAME", help="which object (any)")


def add_clean(parser: argparse.ArgumentParser) -> None:
    """Add which flaw counts."""
    parser.add_argument("--flaw", default="text", metavar="NAME", help="the tag that counts (text)")


def pick_by_arguments(
    table: SeedTable,
    rule: str,
    count: int,
    args: argparse.Namespace,
    *,
    pickers: Registry[SeedPicker],
) -> Picking:
    """Apply a rule with the settings of a command line; those it lacks take their defaults.

    Args:
        table: what is picked from.
        rule: one of ours, or the name of an outside picker, which has no settings.
        count: how many seeds.
        args: the command line.
        pickers: the pickers there are.

    Raises:
        PickError: the table cannot answer; the field is called as it was typed.
        InputError: a layout is wanted and none was given.
        UnknownNameError: there is no such picker.
    """
    if rule not in RULES:
        from ....picking.outside import pick_by_plugin

        return pick_by_plugin(rule, pickers.get(rule), table, count)
    try:
        return _pick(table, rule, count, args)
    except PickError as error:
        raise PickError(
            _TYPED.get(error.field, error.field),
            expected=error.expected,
            got=error.got,
            advice=error.advice,
        ) from error


def _pick(table: SeedTable, rule: str, count: int, args: argparse.Namespace) -> Picking:
    from .... import picking

    tags = tag_filter(args)
    if rule == "golden":
        return picking.pick_golden(
            table,
            count,
            rule=picking.GoldenRule(getattr(args, "golden_rule", _GOLDEN[0])),
            metrics=getattr(args, "metrics", None),
            pool=getattr(args, "pool", None),
            tags=tags,
        )
    if rule == "clean":
        return picking.pick_clean(table, count, tag=getattr(args, "flaw", "text"), tags=tags)
    if rule == "layout":
        return picking.pick_by_layout(table, count, layouts=layouts(args), tags=tags)
    return picking.pick_diverse(
        table,
        count,
        spaces=getattr(args, "space", None) or (picking.usual_space(table),),
        objective=picking.DiverseObjective(getattr(args, "objective", "farthest")),
        start=getattr(args, "start", None),
        floor=getattr(args, "floor", 0.5),
        quality=getattr(args, "quality", 0.5),
        tags=tags,
    )


def tag_filter(args: argparse.Namespace) -> TagFilter:
    """Return which seeds are in the running."""
    from ....picking import TagFilter

    return TagFilter(tuple(getattr(args, "tag", ())), tuple(getattr(args, "no_tag", ())))


def layouts(args: argparse.Namespace) -> tuple[Layout, ...]:
    """Return the layouts asked for, one a box, with whatever else was said of all of them.

    Raises:
        InputError: nothing was said about where things should stand, or two things at once.
    """
    from dataclasses import replace

    from ....picking import Layout

    said: dict[str, float] = {}
    if args.at is not None:
        said |= {"x": args.at[0], "y": args.at[1]}
    if args.size_near is not None:
        said["size"] = args.size_near
    if args.near or args.far:
        said["depth"] = _NEAR if args.near else _FAR
    if args.box and args.at is not None:
        raise InputError("at", expected="either --at or --box", got="both")
    if args.box:
        asked = (Layout.of_box(one, kind=args.kind) for one in args.box)
        return tuple(replace(one, **said) for one in asked)  # type: ignore[arg-type]
    if not said:
        expected = "--box, --at, --size-near, --near or --far"
        raise InputError("layout", expected=expected, got="none of them")
    return (Layout(**said, kind=args.kind),)  # type: ignore[arg-type]


def has_layout(args: argparse.Namespace) -> bool:
    """Tell whether anything was said about where things should stand."""
    said = (args.box, args.near, args.far, args.kind)
    return any(said) or args.at is not None or args.size_near is not None


def parse_box(text: str) -> Box:
    """Read ``0,0.2,0.5,0.8``."""
    from ....geometry import Box

    return Box(*_shares(text, 4, "x0,y0,x1,y1 in shares of the picture, such as 0,0.2,0.5,0.8"))


def point(text: str) -> tuple[float, float]:
    """Read ``0.25,0.5``."""
    x, y = _shares(text, 2, "x,y in shares of the picture, such as 0.25,0.5")
    return x, y


def _shares(text: str, count: int, expected: str) -> list[float]:
    match = re.fullmatch(",".join([_NUMBER] * count), text)
    numbers = [float(number) for number in match.groups()] if match else []
    if not numbers or max(numbers) > 1:
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return numbers
