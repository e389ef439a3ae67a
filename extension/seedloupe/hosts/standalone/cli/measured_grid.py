"""What commands share that make pictures of many seeds and prompts and measure them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import guidance, names, picture_count, picture_size, steps
from .sampler_arguments import add_sampler, asked_sampler
from .scorer_sources import add_classes

if TYPE_CHECKING:
    from ....generation.model_info import ModelInfo
    from ....generation.request import Request


def add_measures(parser: argparse.ArgumentParser, *, usual: str) -> None:
    """Add what is measured.

    Args:
        parser: takes the arguments.
        usual: what is measured where nobody says, in words.
    """
    parser.add_argument(
        "--scorers",
        type=names,
        metavar="a,b",
        help=f"from seedloupe scorers, as NAME or NAME=FOLDER with its weights (default: {usual})",
    )
    parser.add_argument(
        "--reference",
        type=Path,
        metavar="PATH",
        help="pictures to compare with, or their statistics in .npz (default: none)",
    )
    add_classes(parser)


def add_making(parser: argparse.ArgumentParser, *, batch: int) -> None:
    """Add how pictures are made.

    Args:
        parser: takes the arguments.
        batch: pictures at once where nobody says.
    """
    parser.add_argument(
        "--size", type=picture_size, metavar="WxH", help="in pixels (default: the model's)"
    )
    parser.add_argument(
        "--steps", type=steps, metavar="N", help="1 to 1000 (default: 20; for few-step models 4)"
    )
    parser.add_argument(
        "--guidance",
        type=guidance,
        metavar="X",
        help="0 to 100 (default: 4; for few-step models 1)",
    )
    add_sampler(parser)
    parser.add_argument(
        "--noise", default="cpu", metavar="cpu|nv|cuda:GRID", help="who draws the noise"
    )
    parser.add_argument(
        "--batch", type=picture_count, default=batch, metavar="N", help="pictures at once"
    )


def grid_request(args: argparse.Namespace, model: ModelInfo, *, usual: Sequence[int]) -> Request:
    """Return which seeds are asked for, and how their pictures are made; without a prompt.

    Args:
        args: with ``seeds`` and what :func:`add_making` adds.
        model: makes the pictures.
        usual: seeds where nobody says.

    Raises:
        InputError: or one of its kinds: the model cannot be asked so.
    """
    from ....generation.request import Request
    from ....noise import NoiseSource

    name = asked_sampler(args)
    width, height = args.size or (None, None)
    return Request.of(
        model,
        "",
        tuple(usual if args.seeds is None else args.seeds),
        width=width,
        height=height,
        plan=model.usual.but(name.sampler, args.steps, args.guidance, name.schedule),
        noise=NoiseSource.parse(args.noise),
    )
