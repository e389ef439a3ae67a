"""``seedloupe noise``: the noise a seed stands for, or a picture was made from."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError
from ..arguments import command, positive, seed, shape

if TYPE_CHECKING:
    from torch import Tensor

    from .....metadata import FoundNoise
    from .....noise import NoiseSource
    from ..arguments import Parser
    from ..console import Console


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "noise", "the starting noise of a seed, or of a picture")
    parser.add_argument("seed", type=seed, nargs="?", metavar="SEED")
    parser.add_argument("--shape", type=shape, metavar="C,H,W")
    parser.add_argument(
        "--source", metavar="cpu|nv|cuda:GRID", help="who draws (cpu, or what the picture says)"
    )
    parser.add_argument(
        "--of",
        type=Path,
        metavar="PICTURE",
        help="a PNG, JPEG or WebP of AUTOMATIC1111, ComfyUI or Seedloupe, instead of a seed",
    )
    parser.add_argument(
        "--channels", type=positive, metavar="N", help="with --of: of the model's latents (4)"
    )
    parser.add_argument(
        "--index", type=int, metavar="K", help="with --of: its place in the batch, from 0"
    )
    parser.add_argument(
        "--out", type=Path, metavar="F.safetensors", help="write the float32 tensor `noise`"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Draw the noise, describe it, and write it where asked to."""
    from .....noise import NoiseSource
    from ...outputs import check_out_file

    _check(args)
    if args.out is not None:
        check_out_file(args.out, ".safetensors")
    source = None if args.source is None else NoiseSource.parse(args.source)
    if args.of is not None:
        return _of_picture(args, source, console)
    return _of_seed(args, source or NoiseSource(), console)


def _check(args: argparse.Namespace) -> None:
    """Refuse what contradicts itself or leaves something out."""
    if args.of is not None:
        for name in ("seed", "shape"):
            if getattr(args, name) is not None:
                raise InputError(name, expected="nothing beside --of", got="one")
        return
    if args.seed is None:
        raise InputError("SEED", expected="a seed, or a picture with --of", got="neither")
    if args.shape is None:
        raise InputError("shape", expected="--shape C,H,W, such as 4,64,64", got="nothing")
    for name in ("channels", "index"):
        if getattr(args, name) is not None:
            raise InputError(name, expected="nothing without --of", got="one")


def _of_seed(args: argparse.Namespace, source: NoiseSource, console: Console) -> int:
    from .....noise import initial_noise

    noise = initial_noise(args.seed, args.shape, source=source)
    document = _described(args, args.seed, source, noise)
    console.result(document, _lines(document))
    return 0


def _of_picture(args: argparse.Namespace, source: NoiseSource | None, console: Console) -> int:
    """Say which noise a picture was made from, and draw it where everything is known."""
    from .....metadata import draw_found, noise_in_picture, texts_in_file

    found = noise_in_picture(texts_in_file(args.of), channels=args.channels or 4)
    document: dict[str, object] = {"picture": str(args.of), **found.to_json(), "noise": None}
    is_open = _is_open(found, source, args.index)
    lines = _told(found, _sentence(found, source, args.index, is_open=is_open))
    if not is_open:
        noise = draw_found(found, source=source, index=args.index)
        drawn_by = source or found.source
        assert drawn_by is not None
        described = _described(args, found.seeds[0], drawn_by, noise)
        document["noise"] = described
        lines += _lines(described)
    elif args.out is not None:
        raise InputError(
            "out",
            expected="a picture that tells its noise",
            got=found.verdict,
            advice=_wish(found),
        )
    console.result(document, lines)
    return 0


def _is_open(found: FoundNoise, source: NoiseSource | None, index: int | None) -> bool:
    """Whether the noise cannot be drawn; what was given wrongly is left to the drawing."""
    from .....metadata import FoundHost, FoundLevel

    if found.level is not FoundLevel.DEPENDS or len(found.seeds) != 1:
        return found.level is not FoundLevel.EXACT
    # ComfyUI always draws on the CPU, the web UI each picture on its own.
    return (index if found.host is FoundHost.COMFYUI else source) is None


def _sentence(
    found: FoundNoise, source: NoiseSource | None, index: int | None, *, is_open: bool
) -> str:
    """Say how much is known of the noise, with what the user has said."""
    from .....metadata import FoundHost, FoundLevel

    if is_open or found.level is FoundLevel.EXACT:
        return f"{found.level.value}: {found.verdict} {_wish(found)}".strip()
    if found.host is FoundHost.COMFYUI:
        return f"as told: picture {index} of a batch of {found.batch}, counted from 0."
    assert source is not None
    return f"as told: drawn with {source.label} noise."


def _wish(found: FoundNoise) -> str:
    """Name the option that settles what a picture leaves open; empty where none does."""
    from .....metadata import FoundHost, FoundLevel

    if found.level is not FoundLevel.DEPENDS or len(found.seeds) != 1:
        return ""
    if found.host is FoundHost.COMFYUI:
        return f"Say its place with --index K, from 0 to {found.batch - 1}."
    return "Say which with --source cpu|nv."


def _told(found: FoundNoise, sentence: str) -> list[str]:
    seeds = ", ".join(str(seed) for seed in found.seeds)
    size = "" if found.shape is None else f", shape {','.join(map(str, found.shape))}"
    facts = [
        f"made by         {found.host.value}, {found.task}",
        f"seed            {seeds or 'not told'}{size}",
        f"noise           {sentence}",
    ]
    if found.subseed is not None:
        facts.append(f"variation       seed {found.subseed}, strength {found.extras.variation:g}")
    if found.extras.resize_from is not None:
        facts.append("resized from    {}x{}".format(*found.extras.resize_from))
    if found.extras.step_seed_delta:
        facts.append(f"ENSD            {found.extras.step_seed_delta}")
    if found.carried is not None:
        _, height, width = found.carried.shape
        facts.append(f"carried from    {width}x{height} cells, {found.carried.way.value}")
    facts += [f"later pass      {step.size_text}" for step in found.later]
    return facts + [f"note            {note}" for note in found.notes]


def _described(
    args: argparse.Namespace, number: int, source: NoiseSource, noise: Tensor
) -> dict[str, object]:
    """Describe drawn noise, after writing it where asked to."""
    from .....noise import canonical_seed, noise_fingerprint

    if args.out is not None:
        _write(args.out, noise)
    return {
        "seed": str(number),
        "canonical_seed": str(canonical_seed(number, source)),
        "source": source.label,
        "shape": list(noise.shape),
        "first": list(noise_fingerprint(noise)),
        "mean": [float(value) for value in noise.mean((1, 2))],
        "std": [float(value) for value in noise.std((1, 2), correction=0)],
        "file": None if args.out is None else str(args.out),
    }


def _lines(document: dict[str, object]) -> list[str]:
    first, mean, std = document["first"], document["mean"], document["std"]
    assert isinstance(first, Sequence)
    assert isinstance(mean, Sequence)
    assert isinstance(std, Sequence)
    channels = zip(mean, std, strict=True)
    return [
        f"canonical seed  {document['canonical_seed']}  ({document['source']})",
        "first values    " + "  ".join(f"{value:.5f}" for value in first),
        *(f"channel {c}       mean {m:+.4f}  std {s:.4f}" for c, (m, s) in enumerate(channels)),
        *([f"written to      {document['file']}"] if document["file"] else []),
    ]


def _write(path: Path, noise: Tensor) -> None:
    from safetensors.torch import save

    from ...outputs import write_whole

    write_whole(path, save({"noise": noise.contiguous()}))
