"""``seedloupe scorers``: what mining can measure here, and what each scorer needs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..console import table_lines
from ..parser import command
from ..plug_ins import plugins_in_use
from ..scorer_sources import offered_sources

if TYPE_CHECKING:
    from ..console import Console
    from ..parser import Parser


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "scorers", "what mining can measure here, and what each needs")
    parser.add_argument(
        "--weights",
        action="append",
        default=[],
        metavar="NAME=FOLDER",
        help="where a scorer's weights are; may be given more than once "
        "(default: scorers/NAME in your own folder)",
    )
    parser.add_argument(
        "--reference",
        type=Path,
        metavar="PATH",
        help="pictures to compare with, or their statistics in .npz (default: none)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Ask every scorer; nothing is opened or fetched."""
    from .....services.scorers import scorers_of, survey_scorers

    plugins = plugins_in_use(console, apart=False)
    sources = offered_sources(args, plugins)
    found = survey_scorers(scorers_of(plugins.scorers, None), sources)
    rows = [["SCORER", "USABLE", "WHAT IT MEASURES"]]
    rows += [[one.name, "no" if one.lacks else "yes", one.measures] for one in found]
    lines = table_lines(rows)
    absent = [f"{one.name} lacks: {one.lacks}" for one in found if one.lacks]
    console.result(
        {"scorers": [one.to_json() for one in found]}, [*lines, *([""] if absent else []), *absent]
    )
    return 0
