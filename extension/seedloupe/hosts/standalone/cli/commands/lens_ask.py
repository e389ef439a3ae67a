"""``seedloupe lens show FILE --like``, ``--groups``, ``--renderer``: asking a recorded run."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .....errors import InputError
from ..arguments import count
from ..console import table_lines
from ..parser import Parser
from ..picking_arguments import point
from ..plug_ins import plugins_in_use

if TYPE_CHECKING:
    from .....lens.questions import Health
    from .....lens.record import LensKey, LensRecord
    from .....lens.views import Excess, Segmentation, Similarity, Spot
    from ..console import Console

_Answer = TypeVar("_Answer")

#: Below it groups hardly stand apart (Rousseeuw, 1987).
_HARDLY = 0.25
_MEASURES = ("cosine", "centred-cosine", "l2", "l1", "dot", "relative-norm")


def add_questions(show: Parser) -> None:
    """Add what can be asked of a lens file besides its colours."""
    asked = show.add_argument_group("asking, where the file keeps more than colours")
    one = asked.add_mutually_exclusive_group()
    one.add_argument(
        "--like",
        type=point,
        action="append",
        metavar="x,y",
        help="what is like this spot, in shares of the picture; of several their mean "
        "(default: not asked)",
    )
    one.add_argument(
        "--groups",
        type=group_count,
        metavar="K|auto",
        help="which cells belong together (default: not asked)",
    )
    one.add_argument(
        "--renderer",
        metavar="NAME",
        help="paint with it: pca, clusters, or one an installed package brings "
        "(default: the colours the file keeps)",
    )
    one.add_argument(
        "--health", action="store_true", help="noise, grain and locality of each layer, warnings"
    )
    asked.add_argument(
        "--measure", type=measure_name, default="cosine", metavar="M", help=", ".join(_MEASURES)
    )
    asked.add_argument(
        "--stretch", action="store_true", help="paint likeness from each map's least to its most"
    )
    asked.add_argument(
        "--step",
        type=count,
        metavar="N",
        help="one step only, from 0 (default: all; with --health the last)",
    )


def is_asked(args: argparse.Namespace) -> bool:
    """Tell whether something is asked besides the colours."""
    asked = (args.like, args.groups, args.renderer)
    return any(one is not None for one in asked) or args.health


def require_sense(args: argparse.Namespace) -> None:
    """Refuse what would be passed over in silence.

    Raises:
        InputError: an option stands without the question it belongs to, or with another one.
    """
    for told, name, beside in (
        (
            args.step is not None and not is_asked(args),
            "step",
            "--like, --groups, --renderer or --health",
        ),
        (args.stretch and args.like is None, "stretch", "--like"),
        (args.measure != _MEASURES[0] and args.like is None, "measure", "--like"),
    ):
        if told:
            raise InputError(name, expected=f"{beside} beside it", got="none")
    if args.words and is_asked(args):
        raise InputError("word", expected="words or a question, one at a time", got="both")
    if args.health and args.out is not None:
        raise InputError("out", expected="no --out, as --health paints nothing", got=str(args.out))


def suffix_of(args: argparse.Namespace) -> str:
    """Return what an answer's file is called after the lens file's own name."""
    if args.renderer is not None:
        return ".rendered.png"
    return ".like.png" if args.like is not None else ".groups.png"


def run(args: argparse.Namespace, console: Console, out: Path) -> int:
    """Answer from the file; pictures go to ``out``."""
    from .....lens.file import read_lens

    record = read_lens(args.file)
    if args.health:
        return _tell_health(record, args, console)
    if args.like is not None:
        return _tell_likeness(record, args, console, out)
    if args.renderer is not None:
        return _tell_rendered(record, args, console, out)
    return _tell_groups(record, args, console, out)


def _tell_likeness(
    record: LensRecord, args: argparse.Namespace, console: Console, out: Path
) -> int:
    from .....lens.questions import asked_keys, painted_likeness, spot_likeness
    from .....lens.sheets import paint_layers
    from .....lens.views import Measure, Spot

    spots = [Spot(x, y) for x, y in args.like]
    keys = asked_keys(record, step=args.step)
    found = spot_likeness(record, spots, keys, measure=Measure(args.measure))
    paint_layers(painted_likeness(record, found, spots, stretch=args.stretch), out)
    answers = [_likeness(record, key, found[key], spots) for key in keys]
    asked = {"like": [[spot.x, spot.y] for spot in spots], "measure": args.measure}
    document = _document(args, out, answers) | asked
    rows = [["LAYER", "CELLS", "USUAL", "MOST ALIKE ELSEWHERE", "AT"]]
    rows += [
        [
            key.layer,
            _cells(record, key),
            f"{answer['median']:.3g}",
            "" if answer["best"] is None else f"{answer['best']:.3g}",
            "" if answer["at"] is None else "{:.2f},{:.2f}".format(*answer["at"]),
        ]
        for key, answer in _last(keys, answers)
    ]
    console.result(document, [_headline(out, keys), *table_lines(rows)])
    return 0


def _likeness(
    record: LensRecord, key: LensKey, found: Similarity, spots: Sequence[Spot]
) -> dict[str, Any]:
    """Say what is usual in a map, and where else it is most like what was asked."""
    from .....lens.questions import elsewhere

    values = found.values[found.values.isfinite()]
    best = elsewhere(found, spots)
    where = None if best is None else [best.x, best.y]
    value = None if best is None else float(found.values[best.cell(*found.values.shape)])
    return _place(record, key) | {"median": float(values.median()), "best": value, "at": where}


def _tell_groups(record: LensRecord, args: argparse.Namespace, console: Console, out: Path) -> int:
    from .....lens.questions import asked_keys, groups, painted_groups
    from .....lens.sheets import paint_layers

    keys = asked_keys(record, step=args.step)
    found = groups(record, keys, clusters=args.groups or None)
    paint_layers(painted_groups(record, found), out)
    answers = [_place(record, key) | _grouping(found[key]) for key in keys]
    rows = [["LAYER", "CELLS", "GROUPS", "SILHOUETTE", "NOTE"]]
    rows += [
        [
            key.layer,
            _cells(record, key),
            str(answer["groups"]),
            f"{answer['silhouette']:.2f}",
            "hardly stand apart" if answer["silhouette"] < _HARDLY else "",
        ]
        for key, answer in _last(keys, answers)
    ]
    console.result(_document(args, out, answers), [_headline(out, keys), *table_lines(rows)])
    return 0


def _tell_rendered(
    record: LensRecord, args: argparse.Namespace, console: Console, out: Path
) -> int:
    from .....lens.questions import asked_keys, painted_by
    from .....lens.rendering import RunRenderer
    from .....lens.sheets import paint_layers

    renderer = RunRenderer(plugins_in_use(console).renderers, args.renderer)
    keys = asked_keys(record, step=args.step)
    paint_layers(painted_by(record, keys, renderer), out)
    document = _document(args, out, [_place(record, key) for key in keys])
    console.result(document | {"renderer": renderer.name}, [_headline(out, keys).rstrip(":")])
    return 0


def _grouping(found: Segmentation) -> dict[str, Any]:
    numbers = found.labels[found.labels >= 0]
    return {"groups": len(numbers.unique()), "silhouette": found.silhouette}


def _tell_health(record: LensRecord, args: argparse.Namespace, console: Console) -> int:
    from .....lens.questions import asked_keys, diagnostics_of

    keys = asked_keys(record, step=args.step)
    if args.step is None:
        keys = tuple(key for key, _ in _last(keys, keys))
    found = diagnostics_of(record, keys)
    answers = [_place(record, key) | _condition(found[key]) for key in keys]
    known = any(one.massive for one in found.values())
    heads = ["NOISE", "PATCH", "LOCALITY", *(["MASSIVE"] if known else []), "WARNINGS"]
    rows = [["LAYER", "STEP", "CELLS", *heads]]
    for key in keys:
        figures = _figures(found[key], massive=known)
        rows.append([key.layer, str(key.step), _cells(record, key), *figures])
    console.result({"file": str(args.file), "answers": answers}, table_lines(rows))
    return 0


def _figures(one: Health, *, massive: bool) -> list[str]:
    properties = one.properties
    numbers = ["", "", ""]
    if properties is not None:
        numbers = [f"{properties.noise:.2f}", f"{properties.patch:.1f}"]
        numbers.append(f"{properties.locality:.2f}")
    if massive:
        channels, share = one.massive or (0, 0.0)
        numbers.append(f"{channels} ({share:.0%})" if channels else "0" if one.massive else "")
    said = [*one.guards.warnings]
    if one.guards.unanswered:
        said.append(f"Too few cells to tell: {', '.join(one.guards.unanswered)}.")
    return [*numbers, " ".join(said)]


def _condition(one: Health) -> dict[str, Any]:
    properties, guards = one.properties, one.guards
    named = ("noise", "patch", "patch_share", "locality")
    position = guards.position
    return {
        **{name: None if properties is None else getattr(properties, name) for name in named},
        "massive": None if one.massive is None else one.massive[0],
        "massive_share": None if one.massive is None else one.massive[1],
        "position": None if position is None else {"score": position.score, "far": position.far},
        "corners": _excess(guards.corners),
        "borders": _excess(guards.borders),
        "high_norms": int(guards.norms.tokens.sum()),
        "largest_norm": guards.norms.largest,
        "not_finite": guards.rejected,
        "warnings": list(guards.warnings),
        "unanswered": list(guards.unanswered),
    }


def _excess(found: Excess | None) -> dict[str, float] | None:
    if found is None:
        return None
    return {name: getattr(found, name) for name in ("similarity", "expected", "highest")}


def _place(record: LensRecord, key: LensKey) -> dict[str, Any]:
    layer = record.layer(key)
    sigma = record.moment(key).sigma
    place = {"layer": key.layer, "pass": key.track, "step": key.step, "sigma": sigma}
    return place | {"height": layer.height, "width": layer.width}


def _document(
    args: argparse.Namespace, out: Path, answers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    return {"file": str(args.file), "out": str(out), "answers": list(answers)}


def _last(keys: Sequence[LensKey], answers: Sequence[_Answer]) -> Iterator[tuple[LensKey, _Answer]]:
    """Go through the last step of each layer and pass; what stands before is in the picture."""
    last = {(key.track, key.layer): key for key in keys}
    yield from (pair for pair in zip(keys, answers, strict=True) if pair[0] in last.values())


def _cells(record: LensRecord, key: LensKey) -> str:
    layer = record.layer(key)
    return f"{layer.width}x{layer.height}"


def _headline(out: Path, keys: Sequence[LensKey]) -> str:
    """Say what was painted, and which step the lines below are about."""
    steps = sorted({key.step for key in keys})
    when = f"step {steps[0]}" if len(steps) == 1 else f"{len(steps)} steps; at step {steps[-1]}"
    return f"{out}: {len({key.layer for key in keys})} layers at {when}:"


def group_count(text: str) -> int:
    """Read ``4`` or ``auto``, which is 0."""
    if text != "auto" and not re.fullmatch(r"[1-9]\d{0,2}", text):
        expected = "auto or a whole number from 1 to 999"
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return 0 if text == "auto" else int(text)


def measure_name(text: str) -> str:
    """Read the name of a measure, of which ``centred`` stands for ``centred-cosine``."""
    name = "centred-cosine" if text == "centred" else text
    if name not in _MEASURES:
        raise argparse.ArgumentTypeError(f"expected {', '.join(_MEASURES)}, got {text!r}")
    return name
