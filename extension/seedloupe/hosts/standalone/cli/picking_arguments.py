"""What a command line can say about how seeds are to be chosen, and the choice itself."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ....errors import InputError, PickError
from .arguments import count, fraction, names, positive, seed

if TYPE_CHECKING:
    from ....geometry import Box
    from ....picking import Layout, PickRequest, PluginRequest, SeedPicker
    from ....registry import Registry

RULES = ("golden", "diverse", "layout", "clean")
_GOLDEN = ("lower_bound", "intersection", "pareto")
ORDERS = ("best", "turning")
_TYPED = {
    "position": "from",
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
        ("--tag", "tag", "only seeds with this tag; may be repeated (default: all seeds)"),
        ("--no-tag", "no_tag", "leave out seeds with this tag; may be repeated (default: none)"),
    ):
        parser.add_argument(
            option, dest=target, action="append", default=[], metavar="NAME", help=words
        )


def add_positions(parser: argparse.ArgumentParser) -> None:
    """Add from where on seeds are taken, and in which order."""
    parser.add_argument(
        "--from",
        dest="position",
        type=count,
        metavar="N",
        help="leave out the first N seeds; what was N on a picture comes first (default: 0)",
    )
    parser.add_argument(
        "--order",
        choices=ORDERS,
        help="best: the best first, each once; turning: a pool of good ones in a fixed shuffled "
        "order, none twice before all have come, then again (default: best)",
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
        "score; pareto: beaten by no other seed",
    )
    parser.add_argument(
        "--metrics", type=names, metavar="a,b", help="which have a say (default: all)"
    )
    parser.add_argument(
        "--pool", type=positive, metavar="N", help="top N by each score (default: a quarter)"
    )


def add_diverse(parser: argparse.ArgumentParser) -> None:
    """Add what diverse seeds can be chosen by."""
    parser.add_argument(
        "--space",
        type=names,
        metavar="style,composition",
        help="what difference is measured in (default: style, where there is one)",
    )
    parser.add_argument(
        "--objective",
        choices=("farthest", "balanced"),
        default="farthest",
        help="each the farthest from those before, or good and far apart",
    )
    parser.add_argument(
        "--quality",
        type=fraction,
        default=0.5,
        metavar="X",
        help="with balanced: how much quality counts beside distance, 0 to 1",
    )
    parser.add_argument("--start", type=seed, metavar="SEED", help="the first (default: the best)")
    parser.add_argument("--floor", type=fraction, default=0.5, metavar="X", help="share kept")


def add_layout(parser: argparse._ActionsContainer) -> None:
    """Add where things can be asked to stand."""
    parser.add_argument(
        "--box",
        type=parse_box,
        action="append",
        default=[],
        metavar="x0,y0,x1,y1",
        help="in shares of the picture; repeated: a box a picture in turn (default: none)",
    )
    parser.add_argument("--at", type=point, metavar="x,y", help="centre, in shares (default: any)")
    parser.add_argument(
        "--size-near",
        type=fraction,
        metavar="X",
        help="share of the picture it takes (default: any)",
    )
    depth = parser.add_mutually_exclusive_group()
    depth.add_argument("--near", action="store_true", help="close by")
    depth.add_argument("--far", action="store_true", help="far away")
    parser.add_argument("--kind", metavar="NAME", help="which object (default: any)")


def add_clean(parser: argparse.ArgumentParser) -> None:
    """Add which flaw counts."""
    parser.add_argument("--flaw", default="text", metavar="NAME", help="the tag that counts")


@contextmanager
def as_typed() -> Iterator[None]:
    """Call the field of a wish nobody can fulfil as it was typed.

    Raises:
        PickError: with that field.
    """
    try:
        yield
    except PickError as error:
        raise PickError(
            _TYPED.get(error.field, error.field),
            expected=error.expected,
            got=error.got,
            advice=error.advice,
        ) from error


def seeds_wanted(
    rule: str, number: int, args: argparse.Namespace, *, pickers: Registry[SeedPicker]
) -> PickRequest | PluginRequest:
    """Translate a command line into what is wanted, and of whom.

    Args:
        rule: one of ours, or the name of an outside picker, which has no settings.
        number: how many seeds.
        args: the command line.
        pickers: the pickers there are.

    Raises:
        PickError: a tag is wanted and avoided at once.
        InputError: a layout is wanted and none was given.
        UnknownNameError: there is no such picker.
    """
    if rule in RULES:
        return pick_request(rule, number, args)
    from ....picking import PluginRequest

    return PluginRequest(rule, pickers.get(rule), number)


def pick_request(rule: str, number: int, args: argparse.Namespace) -> PickRequest:
    """Translate a command line into what is wanted of our rules; what it lacks takes its default.

    Raises:
        PickError: a tag is wanted and avoided at once.
        InputError: a layout is wanted and none was given.
    """
    from .... import picking

    convert: dict[str, tuple[str, Callable[[Any], object]]] = {
        "position": ("position", int),
        "order": ("order", picking.PickOrder),
        "golden_rule": ("golden_rule", picking.GoldenRule),
        "metrics": ("metrics", tuple),
        "pool": ("pool", int),
        "space": ("spaces", tuple),
        "objective": ("objective", picking.DiverseObjective),
        "quality": ("quality", float),
        "floor": ("floor", float),
        "start": ("start", int),
        "flaw": ("flaw", str),
    }
    typed = {name: getattr(args, name, None) for name in convert}
    wanted = {
        convert[name][0]: convert[name][1](value)
        for name, value in typed.items()
        if value is not None
    }
    asked = layouts(args) if rule == picking.PickRule.LAYOUT.value else ()
    tags = picking.TagFilter(tuple(getattr(args, "tag", ())), tuple(getattr(args, "no_tag", ())))
    return picking.PickRequest(
        picking.PickRule(rule),
        number,
        tags=tags,
        layouts=asked,
        **wanted,  # type: ignore[arg-type]
    )


def layouts(args: argparse.Namespace) -> tuple[Layout, ...]:
    """Return the layouts asked for, one a box, with whatever else was said of all of them.

    Raises:
        InputError: nothing was said about where things should stand, or two things at once.
    """
    from ....picking import Depth, layouts_of

    if args.box and args.at is not None:
        raise InputError("at", expected="either --at or --box", got="both")
    depth = Depth.NEAR if args.near else Depth.FAR if args.far else None
    if not args.box and args.at is None and args.size_near is None and depth is None:
        expected = "--box, --at, --size-near, --near or --far"
        raise InputError("layout", expected=expected, got="none of them")
    return layouts_of(boxes=args.box, at=args.at, size=args.size_near, depth=depth, kind=args.kind)


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
