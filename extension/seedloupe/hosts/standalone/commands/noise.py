"""``seedloupe noise``: the noise a seed stands for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..arguments import command, seed, shape

if TYPE_CHECKING:
    from torch import Tensor

    from ..arguments import Parser
    from ..console import Console


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "noise", "the starting noise a seed stands for")
    parser.add_argument("seed", type=seed, metavar="SEED")
    parser.add_argument("--shape", type=shape, required=True, metavar="C,H,W")
    parser.add_argument("--source", default="cpu", metavar="cpu|nv|cuda:GRID")
    parser.add_argument(
        "--out", type=Path, metavar="F.safetensors", help="write the float32 tensor `noise`"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Draw the noise, describe it, and write it where asked to."""
    from ....noise import NoiseSource, canonical_seed, initial_noise, noise_fingerprint
    from ..outputs import check_out_file

    if args.out is not None:
        check_out_file(args.out, ".safetensors")
    source = NoiseSource.parse(args.source)
    noise = initial_noise(args.seed, args.shape, source=source)
    if args.out is not None:
        _write(args.out, noise)
    mean = [float(value) for value in noise.mean((1, 2))]
    std = [float(value) for value in noise.std((1, 2), correction=0)]
    document = {
        "seed": str(args.seed),
        "canonical_seed": str(canonical_seed(args.seed, source)),
        "source": source.label,
        "shape": list(args.shape),
        "first": list(noise_fingerprint(noise)),
        "mean": mean,
        "std": std,
        "file": None if args.out is None else str(args.out),
    }
    console.result(document, _lines(document, mean, std))
    return 0


def _lines(document: dict[str, object], mean: list[float], std: list[float]) -> list[str]:
    first = document["first"]
    assert isinstance(first, list)
    channels = zip(mean, std, strict=True)
    return [
        f"canonical seed  {document['canonical_seed']}  ({document['source']})",
        "first values    " + "  ".join(f"{value:.5f}" for value in first),
        *(f"channel {c}       mean {m:+.4f}  std {s:.4f}" for c, (m, s) in enumerate(channels)),
        *([f"written to      {document['file']}"] if document["file"] else []),
    ]


def _write(path: Path, noise: Tensor) -> None:
    from safetensors.torch import save

    from ..outputs import write_whole

    write_whole(path, save({"noise": noise.contiguous()}))
