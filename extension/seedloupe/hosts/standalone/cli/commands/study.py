"""``seedloupe study NAME``: the papers' experiments on a model of your own."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from . import study_inpaint, study_named

if TYPE_CHECKING:
    from ..parser import Parser

#: One file an experiment, in the order ``--help`` lists them.
STUDIES = (study_inpaint, study_named)


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command with one subcommand an experiment."""
    from ..parser import Parser as OurParser

    summary = "repeat an experiment of a paper on a model of your own"
    parser = commands.add_parser("study", help=summary, description=summary)
    names = parser.add_subparsers(metavar="NAME", required=True, parser_class=OurParser)
    for study in STUDIES:
        study.add(names)
