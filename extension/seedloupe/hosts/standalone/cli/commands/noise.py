"""``seedloupe noise``: the noise a seed stands for, or a picture was made from."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError
from ..arguments import positive, seed, shape, size
from ..parser import command

if TYPE_CHECKING:
    from torch import Tensor

    from .....metadata import Answers, FoundNoise, LaterPass, NoiseCandidate
    from .....noise import NoiseSource
    from ..console import Console
    from ..parser import Parser

_MOST_SHOWN = 16


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "noise", "the starting noise of a seed, or of a picture")
    parser.add_argument("seed", type=seed, nargs="?", metavar="SEED", help="a whole number")
    parser.add_argument(
        "--shape",
        type=shape,
        metavar="C[,F],H,W",
        help="as drawn, not as packed tokens (default: none; with --of what the picture says)",
    )
    parser.add_argument(
        "--source",
        metavar="cpu|nv|cuda:GRID",
        help="who draws (default: cpu, or what the picture says)",
    )
    parser.add_argument(
        "--of",
        type=Path,
        metavar="PICTURE",
        help="a PNG, JPEG, WebP or AVIF, instead of a seed; what it leaves open can be said "
        "beside (default: none)",
    )
    parser.add_argument(
        "--size",
        type=size,
        metavar="WxH",
        help="with --of: in pixels, where the noise was drawn (default: what the picture says)",
    )
    parser.add_argument(
        "--channels",
        type=positive,
        metavar="N",
        help="with --of: of the model's latents (default: 4)",
    )
    parser.add_argument(
        "--index",
        type=int,
        metavar="K",
        help="with --of: its place in batch or grid, from 0 (default: what the picture says)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="F.safetensors",
        help="write the float32 tensor `noise` (default: not written)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Draw the noise, describe it, and write it where asked to."""
    from .....files import check_out_file
    from .....noise import NoiseSource

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
        if args.seed is not None:
            raise InputError("seed", expected="nothing beside --of", got="one")
        return
    if args.seed is None:
        raise InputError("SEED", expected="a seed, or a picture with --of", got="neither")
    if args.shape is None:
        raise InputError("shape", expected="--shape C,H,W, such as 4,64,64", got="nothing")
    for name in ("channels", "index", "size"):
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
    from .....metadata import draw_found, is_drawable, noise_in_file, settled

    found = noise_in_file(args.of, channels=args.channels)
    answers = _answers(args, source)
    told = settled(found, answers)
    document: dict[str, object] = {"picture": str(args.of), **told.to_json(), "noise": None}
    lines = _told(told, _sentence(found, told, answers))
    if is_drawable(told):
        noise = draw_found(told, index=args.index)
        assert told.source is not None
        described = _described(args, told.seeds[0], told.source, noise)
        document["noise"] = described
        lines += _lines(described)
    elif args.out is not None:
        raise InputError(
            "out", expected="a picture that tells its noise", got=told.sentence, advice=_wish(told)
        )
    console.result(document, lines)
    return 0


def _answers(args: argparse.Namespace, source: NoiseSource | None) -> Answers:
    from .....metadata import Answers

    return Answers(
        source=source,
        shape=args.shape,
        size=args.size,
        channels=args.channels,
        index=args.index,
    )


def _sentence(found: FoundNoise, told: FoundNoise, answers: Answers) -> str:
    """Say how much is known of the noise, with what the user has said."""
    from .....metadata import FoundLevel

    if told.level is not FoundLevel.DEPENDS or told.missing or not found.missing:
        return f"{told.level.value}: {told.sentence} {_wish(told)}".strip()
    assumed = (
        f", for a {told.shape[0]}-channel model" if told.channels_assumed and told.shape else ""
    )
    return f"as told: {', '.join(_given(found, answers))}{assumed}."


def _given(found: FoundNoise, answers: Answers) -> Iterator[str]:
    """Repeat what the user said of what the picture leaves open."""
    from .....metadata import Missing

    if Missing.INDEX in found.missing and answers.index is not None:
        if found.candidates:
            yield found.candidates[answers.index].where
        else:
            whole = f"a batch of {found.batch}" if found.batch > 1 else "its batch"
            yield f"picture {answers.index} of {whole}, counted from 0"
    if Missing.SOURCE in found.missing and answers.source is not None:
        yield f"drawn with {answers.source.label} noise"
    if Missing.SIZE in found.missing:
        yield f"drawn at {_size_text(answers)}"


def _size_text(answers: Answers) -> str:
    if answers.size is not None:
        return "{}x{} pixels".format(*answers.size)
    return f"{','.join(map(str, answers.shape or ()))} cells"


def _wish(found: FoundNoise) -> str:
    """Name the options that settle what a picture leaves open; empty where none does."""
    from .....metadata import Missing

    if not (found.seeds or found.candidates):
        return ""
    count = len(found.candidates) or found.batch
    upto = f", from 0 to {count - 1}" if count > 1 else ", from 0"
    options = {
        Missing.SOURCE: "Say which with --source cpu|nv.",
        Missing.SIZE: "Say the size with --size WxH or --shape C,H,W.",
        Missing.INDEX: f"Say its place with --index K{upto}.",
    }
    return " ".join(options[what] for what in found.missing)


def _told(found: FoundNoise, sentence: str) -> list[str]:
    from .....metadata import FoundHost, Missing

    seeds = ", ".join(str(seed) for seed in found.seeds[:_MOST_SHOWN])
    seeds += " and more" if len(found.seeds) > _MOST_SHOWN else ""
    cells = "" if found.shape is None else f", shape {','.join(map(str, found.shape))}"
    host, program = found.host.value, found.written_by
    maker = f"{host} ({program})" if found.host is FoundHost.WEBUI and found.program else program
    facts = [
        f"made by         {maker}, {found.task}",
        f"seed            {seeds or 'not told'}{cells}",
        f"noise           {sentence}",
    ]
    if len(found.seeds) > 1 or Missing.INDEX in found.missing:
        facts += [f"candidate       {_candidate(cell)}" for cell in found.candidates[:_MOST_SHOWN]]
    if found.subseed is not None:
        facts.append(f"variation       seed {found.subseed}, strength {found.extras.variation:g}")
    if found.extras.resize_from is not None:
        facts.append("resized from    {}x{}".format(*found.extras.resize_from))
    if found.extras.step_seed_delta:
        facts.append(f"ENSD            {found.extras.step_seed_delta}")
    if found.carried is not None:
        _, height, width = found.carried.shape
        facts.append(f"carried from    {width}x{height} cells, {found.carried.way.value}")
    facts += [f"later pass      {_later(step)}" for step in found.later]
    return facts + [f"note            {note}" for note in found.notes]


def _candidate(cell: NoiseCandidate) -> str:
    seed = "seed not told" if cell.seed is None else f"seed {cell.seed}"
    subseed = "" if cell.subseed is None else f", variation seed {cell.subseed}"
    shape = "" if cell.shape is None else f", shape {','.join(map(str, cell.shape))}"
    return f"{cell.where}: {seed}{subseed}{shape}"


def _later(step: LaterPass) -> str:
    seed = "" if step.seed is None else f", seed {step.seed}"
    strength = "" if step.strength is None else f", strength {step.strength:g}"
    return f"{step.size_text}{seed}{strength} ({step.name})"


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
        "mean": [float(value) for value in noise.flatten(1).mean(1)],
        "std": [float(value) for value in noise.flatten(1).std(1, correction=0)],
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

    from .....files import write_whole

    write_whole(path, save({"noise": noise.contiguous()}))
