"""What is repainted and who looks for text in it: the arguments of whatever repaints many pairs."""

from __future__ import annotations

import argparse
from pathlib import Path

from .arguments import fraction, names, picture_count

TASKS = ("removal", "completion")
"""What pairs are repainted for, where nobody says."""
AUTO = "auto"
"""Whichever reader can be used here."""
LEVEL = "normal"
"""How suspicious readers are, where nobody says."""
READERS = "auto, names from `seedloupe readers`, and with Seedling its critic"
"""Who can look for text, in words."""


def add_pairs(group: argparse._ArgumentGroup, *, pairs: int) -> None:
    """Add what is repainted.

    Args:
        group: of arguments.
        pairs: so many of Seedling's own where nobody says.
    """
    group.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="NAME.png with NAME.mask.png (default: Seedling's own)",
    )
    group.add_argument(
        "--pairs",
        type=picture_count,
        metavar="N",
        help=f"so many of Seedling's own pictures (default: {pairs})",
    )
    group.add_argument(
        "--mask",
        choices=("box", "object"),
        help="how an object of Seedling's is masked (default: box)",
    )
    group.add_argument(
        "--tasks",
        type=tasks,
        metavar="T",
        help=f"either or both (default: {','.join(TASKS)})",
    )


def add_strength(group: argparse._ArgumentGroup) -> None:
    """Add how much of the picture is forgotten."""
    group.add_argument(
        "--strength",
        type=fraction,
        metavar="X",
        help="how much is forgotten, 0 to 1 (default: 1.0)",
    )


def add_level(group: argparse._ArgumentGroup) -> None:
    """Add how suspicious readers are."""
    group.add_argument(
        "--level",
        choices=("low", "normal", "high"),
        help=f"how suspicious (default: {LEVEL})",
    )


def tasks(text: str) -> tuple[str, ...]:
    """Read ``removal,completion`` or one of them."""
    found = tuple(dict.fromkeys(names(text)))
    for name in found:
        if name not in TASKS:
            expected = f"some of {', '.join(TASKS)}"
            raise argparse.ArgumentTypeError(f"expected {expected}, got {name!r}")
    return found
