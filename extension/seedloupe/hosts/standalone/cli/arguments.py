"""What several commands let a user say, and how it is read."""

from __future__ import annotations

import argparse
import math
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ....errors import InputError, NoiseError, SeedError
from .sampler_arguments import add_sampler

if TYPE_CHECKING:
    from .console import Console

_SEED_LIMIT = 2**64
_MOST = 999_999_999
#: The most ComfyUI draws at, in pixels.
_LONGEST_SIDE = 16_384
_CELL = 8

#: How many seeds or pictures, where nobody says.
DEFAULT_COUNT = 4
STEPS = "1 to 1000 (default: the table's, else 20; for few-step models 4)"
GUIDANCE = "0 to 100, from 1 down none (default: the table's, else 4; for few-step models 1)"


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add ``--model`` and where it runs."""
    parser.add_argument(
        "--model",
        default="seedling",
        metavar="M",
        help="seedling, seedling-fast, seedling-inpainting, seedling-dit, a diffusers folder, a "
        ".safetensors file, or a hub id (uses the network)",
    )
    parser.add_argument("--device", default="auto", metavar="D", help="auto, cpu, cuda:1, mps")


def add_sampling(parser: argparse.ArgumentParser) -> None:
    """Add what decides a picture besides prompt, seed and model."""
    parser.add_argument(
        "--negative", default="", metavar="TEXT", help="what to steer away from (default: nothing)"
    )
    parser.add_argument(
        "--size",
        type=picture_size,
        metavar="WxH",
        help="in pixels (default: the table's, else the model's)",
    )
    parser.add_argument("--steps", type=steps, metavar="N", help=STEPS)
    parser.add_argument("--guidance", type=guidance, metavar="X", help=GUIDANCE)
    add_sampler(parser, default="the table's, else Euler")
    parser.add_argument(
        "--noise", default="cpu", metavar="cpu|nv|cuda:GRID", help="who draws the noise"
    )


def picture_size(text: str) -> tuple[int, int]:
    """Read ``640x480``, a size a picture can be drawn at; a latent cell covers 8 pixels a side."""
    width, height = size(text)
    for side in (width, height):
        if side % _CELL or not _CELL <= side <= _LONGEST_SIDE:
            expected = f"multiples of {_CELL} pixels up to {_LONGEST_SIDE}, such as 640x480"
            raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return width, height


def size(text: str) -> tuple[int, int]:
    """Read ``640x480``."""
    from ....generation.picture_size import parse_size

    try:
        return parse_size(text)
    except InputError as error:
        said = f"expected WxH in pixels, such as 640x480, got {text!r}"
        raise argparse.ArgumentTypeError(said) from error


def shape(text: str) -> tuple[int, ...]:
    """Read ``4,64,64``, or ``16,5,60,104`` with frames: the shape as drawn, not packed tokens."""
    if re.fullmatch(r"\d{1,6}(,\d{1,6}){0,4}", text) is None:
        raise argparse.ArgumentTypeError(f"expected C,H,W, such as 4,64,64, got {text!r}")
    from ....noise import require_drawn_shape

    try:
        return require_drawn_shape([int(side) for side in text.split(",")])
    except NoiseError as error:
        wanted = "expected C,H,W, or C,F,H,W with frames, as drawn and not as packed tokens"
        said = f"{wanted}, got {text!r}. {error.advice}".strip()
        raise argparse.ArgumentTypeError(said) from error


def seed(text: str) -> int:
    """Read one seed."""
    if not re.fullmatch(r"[0-9]{1,20}", text) or int(text) >= _SEED_LIMIT:
        raise argparse.ArgumentTypeError(f"expected a seed from 0 to {_SEED_LIMIT - 1}, got {text}")
    return int(text)


def seeds(text: str) -> tuple[int, ...]:
    """Read ``1,2,5-9`` or ``0:1024``; see :func:`~seedloupe.noise.parse_seeds`."""
    from ....noise import parse_seeds

    try:
        found = parse_seeds(text)
    except SeedError as error:
        raise argparse.ArgumentTypeError(f"expected {error.expected}, got {error.got}") from error
    if not found:
        raise argparse.ArgumentTypeError(f"expected at least one seed, got {text!r}")
    return found


def names(text: str) -> tuple[str, ...]:
    """Read ``a,b``."""
    found = tuple(part.strip() for part in text.split(","))
    if not all(found):
        raise argparse.ArgumentTypeError(f"expected names with commas between, got {text!r}")
    return found


def positive(text: str) -> int:
    """Read a whole number from 1 up."""
    return whole(text, 1, _MOST)


def steps(text: str) -> int:
    """Read a number of steps; models are trained on a thousand."""
    return whole(text, 1, 1000)


def picture_count(text: str) -> int:
    """Read how many pictures or seeds are wanted at once."""
    return whole(text, 1, 10_000)


def training_time(text: str) -> int:
    """Read one of the thousand times a model is trained at."""
    return whole(text, 0, 999)


def guidance(text: str) -> float:
    """Read a strength of guidance, to 100 as in ComfyUI."""
    return number(text, 0, 100)


def fraction(text: str) -> float:
    """Read a share, 0 to 1."""
    return number(text, 0, 1)


def byte_count(text: str) -> int:
    """Read ``50M``, ``1.5G`` or a number of bytes."""
    match = re.fullmatch(r"(\d{1,12}(?:\.\d{1,3})?)([kMG]?)B?", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"expected a size, such as 50M or 1.5G, got {text!r}")
    return int(float(match[1]) * {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}[match[2]])


def count(text: str) -> int:
    """Read a whole number from 0 up."""
    return whole(text, 0, _MOST)


def whole(text: str, least: int, most: int) -> int:
    """Read a whole number from ``least`` to ``most``.

    Raises:
        argparse.ArgumentTypeError: it is none of them.
    """
    if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
        expected = f"a whole number from {least} to {most}"
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return int(text)


def number(text: str, least: float, most: float) -> float:
    """Read a number from ``least`` to ``most``.

    Raises:
        argparse.ArgumentTypeError: it is none of them.
    """
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not least <= found <= most:
        expected = f"a number from {least:g} to {most:g}"
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return found


def port(text: str) -> int:
    """Read a port number."""
    if not re.fullmatch(r"\d{1,5}", text) or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"expected 1 to 65535, got {text!r}")
    return int(text)


def cli_table_folders() -> Sequence[Path]:
    """Where seed tables are: here, in the user's own folders, and what came with Seedloupe."""
    from .... import tables

    users = tables.user_folders(os.environ, sys.platform, Path.home())
    return tables.table_folders([Path.cwd() / "seed_tables"], users)


def say_notes(console: Console, notes: Sequence[str]) -> None:
    """Tell people each note."""
    for note in notes:
        console.note(f"note: {note}")
