"""Whether any picture or text, however broken, does worse than being refused.

    python benchmarks/fuzz_metadata.py                      # 100,000 of them, some minutes
    python benchmarks/fuzz_metadata.py --count 2000 --seed 7

Pictures of every kind (PNG, animated PNG, JPEG, WebP, AVIF) with texts of every program (the web UI
and its forks, ComfyUI's graph and page, Fooocus, SwarmUI, InvokeAI, NovelAI, ours, texts hidden in
pixels) are broken at random: bytes, lengths and pieces of the file, with checksums put right again
or not, and the texts themselves: settings, numbers, nesting, keys of objects, links of graphs. Each
is read as the command line and the text check read it, and where it tells its noise, that is
settled with answers and drawn, if it is small.

Prints one JSON document: how many were read and refused, by which field, the longest time, and the
largest memory. Ends with 1 if anything but an ``InputError`` came, one took longer than ``--slow``
seconds, or more memory than ``--most`` megabytes.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import math
import random
import struct
import sys
import tempfile
import time
import traceback
import tracemalloc
import warnings
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, features
from PIL.PngImagePlugin import PngInfo

from seedloupe.errors import InputError
from seedloupe.metadata import (
    Answers,
    FoundNoise,
    draw_found,
    is_drawable,
    noise_in_file,
    noise_in_picture,
    settled,
)
from seedloupe.metadata.generation_info import told_by, told_by_file
from seedloupe.noise import CPU_NOISE, NV_NOISE

LARGEST_DRAW = 2**16
"""Values of a noise that is drawn; drawing costs what was asked for, which is not tested here."""

INFOTEXT = (
    "a cat, (hat:1.2)\nNegative prompt: dog\nSteps: 20, Sampler: Euler a, "
    "Schedule type: Automatic, CFG scale: 7, Seed: 42, Size: 64x48, Model hash: 6ce0161689"
)
GRAPH: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 42,
            "steps": 20,
            "sampler_name": "euler",
            "denoise": 1.0,
            "model": ["4", 0],
            "positive": ["6", 0],
            "latent_image": ["5", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "m.safetensors"}},
    "5": {
        "class_type": "EmptyLatentImage",
        "inputs": {"width": 64, "height": 48, "batch_size": 2},
    },
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat", "clip": ["4", 1]}},
    "7": {"class_type": "LatentFromBatch", "inputs": {"samples": ["3", 0], "batch_index": 1}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["7", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0]}},
}
WORKFLOW: dict[str, Any] = {
    "nodes": [
        {"id": 5, "type": "EmptyLatentImage", "mode": 0, "widgets_values": [64, 48, 1]},
        {
            "id": 3,
            "type": "KSampler",
            "inputs": [{"name": "latent_image", "link": 1}],
            "widgets_values": [42, "fixed", 20, 7, "euler", "normal", 1],
        },
        {"id": 9, "type": "SaveImage", "inputs": [{"name": "images", "link": 2}]},
    ],
    "links": [[1, 5, 0, 3, 0, "LATENT"], [2, 3, 0, 9, 0, "IMAGE"]],
    "definitions": {"subgraphs": []},
}
RECORD = {
    "format": "seedloupe.image",
    "version": "1",
    "seed": "42",
    "noise": "cpu",
    "size": [64, 48],
    "task": "txt2img",
    "carried": {"way": "stretch", "shape": [4, 8, 8]},
}
SWARM = {
    "sui_image_params": {
        "prompt": "a cat",
        "seed": 42,
        "width": 64,
        "height": 48,
        "batchsize": 2,
        "variationseed": 7,
        "variationseedstrength": 0.2,
        "swarm_version": "0.9",
    }
}
FOOOCUS = {
    "metadata_scheme": "fooocus",
    "seed": "42",
    "resolution": "(64, 48)",
    "version": "Fooocus v2.5.5",
    "prompt": "a cat",
}
INVOKEAI = {
    "generation_mode": "txt2img",
    "positive_prompt": "a cat",
    "seed": 42,
    "rand_device": "cpu",
    "width": 64,
    "height": 48,
}
NOVELAI = {"Software": "NovelAI", "Comment": json.dumps({"seed": 42, "signed_hash": "x"})}
MORE = (
    "RNG: CPU, Version: v1.10.1",
    "RNG: NV, Variation seed: 7, Variation seed strength: 0.3, Version: f2.0.1v1.10.1",
    "Variation seed: 7, Variation seed strength: 0.3, RNG: GPU, Version: neo-2.24",
    "Seed resize from: 32x40, ENSD: 31337, RNG: CPU, Version: v1.10.1",
    "Denoising strength: 0.7, Hires upscale: 1.5, Hires upscaler: Latent, Version: v1.10.1",
    "Denoising strength: 0.7, Hires resize: 96x0, Version: v1.10.1",
    "Denoising strength: 0.7, First pass size: 0x0, Version: v1.0.0",
    "Denoising strength: 0.5, Noise multiplier: 1.2, Mask blur: 4, RNG: CPU, Version: v1.10.1",
    'Tiled Diffusion: {"Method": "MultiDiffusion", "NoiseInv": true}, RNG: CPU, Version: v1.10.1',
    "Ultimate SD upscale tile_width: 512, Ultimate SD upscale padding: 32, Version: v1.10.1",
    'Script: X/Y/Z plot, X Type: Seed, X Values: "1-5 (+2),7,9-20 [3]", Y Type: Size, '
    'Y Values: "64x64,96x96", Version: v1.10.1',
    'Script: X/Y/Z plot, X Type: Var. seed, X Values: "-1,3", Fixed X Values: "5, 3", Version: 1.9',
    "App: SD.Next, Operations: txt2img, Grid: 2x2",
    "Version: ComfyUI",
    'Civitai resources: [{"type":"checkpoint"}], Civitai metadata: {}',
    "RNG: cuda, Version: stable-diffusion.cpp",
    "RNG: CPU, Version: v1.10.1\nTemplate: {a|b}, Steps: 3, Seed: 4, x: y",
)
TEXTS: tuple[dict[str, str], ...] = (
    *({"parameters": f"{INFOTEXT}, {more}"} for more in MORE),
    {"prompt": json.dumps(GRAPH), "workflow": json.dumps(WORKFLOW)},
    {"workflow": json.dumps(WORKFLOW)},
    {"seedloupe": json.dumps(RECORD), "parameters": INFOTEXT},
    {"parameters": json.dumps(SWARM)},
    {"parameters": json.dumps(FOOOCUS), "fooocus_scheme": "fooocus"},
    {"invokeai_metadata": json.dumps(INVOKEAI), "invokeai_graph": "{}"},
    NOVELAI,
    {"parameters": json.dumps({**GRAPH, "extra": {"airs": []}})},
    {"XML:com.adobe.xmp": 'Draw Things {"seed": 42}'.replace('"', "&quot;")},
    {"generation_data": json.dumps({"seed": "42"})},
    {"Dream": '"a cat" -s50 -S42 -W64 -H48'},
)
NASTY = (
    *("", "0", "-1", "-5", "1e999", "NaN", "Infinity", "null", "true", "18446744073709551616"),
    *("9" * 400, "-" * 50, "0x0", "64x0", "-1x-1", "99999x99999", "{", "[" * 2000, '{"a":' * 500),
    *(
        '"',
        "\\",
        "\n",
        "\x00",
        "\ud800",
        "\N{SNOWMAN}",
        "x" * 5000,
        ": " * 200,
        ", " * 200,
        '"' * 99,
    ),
    *(
        "Seed: 1, ",
        "Steps: 1, Seed: 2, Size: 8x8",
        "Template:",
        "Negative prompt:",
        "1-99999999999",
    ),
    *("1-9 [99999]", "__proto__", "../../etc/passwd", "KSampler", "RandomNoise", "Reroute"),
)
ZOO: tuple[Any, ...] = (
    *(None, True, 0, -1, 1, 7.0, 1e308, 2**53 + 1, 2**64, -(2**63), 10**30, "", "x", "42", [], {}),
    *([["3", 0]], ["3", 0], ["99", 0], ["3", -1], {"3": 1}, "x" * 3000, [[]] * 50),
)

Mutation = Callable[[bytes, random.Random], bytes]


@dataclass
class Report:
    """What came of all of them."""

    count: int = 0
    read: int = 0
    drawn: int = 0
    refused: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    slowest_of: str = ""
    most: int = 0
    crashes: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    greedy: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing did worse than being refused."""
        return not (self.crashes or self.slow or self.greedy)


def main() -> None:
    """Read the command line, break pictures, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slow", type=float, default=5.0, metavar="SECONDS")
    parser.add_argument("--most", type=int, default=256, metavar="MEGABYTES")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write what went wrong there")
    args = parser.parse_args()
    report = fuzz(args.count, args.seed, slow=args.slow, most=args.most, keep=args.keep)
    sys.stdout.write(json.dumps(vars(report), indent=2) + "\n")
    sys.exit(0 if report.is_good else 1)


def fuzz(
    count: int, seed: int, *, slow: float, most: int = 256, keep: Path | None = None
) -> Report:
    """Break so many pictures and texts and read them; a third are texts alone."""
    warnings.simplefilter("error")  # a warning of Pillow's is for us to catch as well
    torch.randn(1)  # drawing loads it, which is nobody's time
    dice, report = random.Random(seed), Report(count)
    pictures = sound_pictures()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            measure = number % 50 == 0
            if dice.random() < 1 / 3:
                texts = break_texts(dice.choice(TEXTS), dice)
                name, work = f"text {number}", lambda t=texts: read_texts(t, dice, report)
            else:
                ending, content = dice.choice(pictures)
                path = Path(folder) / f"picture{ending}"
                path.write_bytes(break_bytes(content, dice))
                name, work = f"picture {number}{ending}", lambda p=path: read_file(p, dice, report)
            if not timed(work, report, name, (slow, most), measure=measure) and keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                made = path.read_bytes() if "picture" in name else json.dumps(texts).encode()
                (keep / name.replace(" ", "-")).write_bytes(made)
    return report


def timed(
    work: Callable[[], None], report: Report, name: str, limits: tuple[float, int], *, measure: bool
) -> bool:
    """Do one reading, and see what it cost; whether it was well."""
    if measure:
        tracemalloc.start()
    begun, good = time.perf_counter(), True
    try:
        work()
    except BaseException:  # noqa: BLE001 - anything else is what is looked for
        report.crashes.append(f"{name}: {traceback.format_exc(limit=-4)}")
        good = False
    took = time.perf_counter() - begun
    if measure:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        report.most = max(report.most, peak)
        if peak > limits[1] * 2**20:
            report.greedy.append(f"{name}: {peak:,} bytes")
            good = False
    if took > report.slowest:
        report.slowest, report.slowest_of = took, name
    if took > limits[0]:
        report.slow.append(f"{name}: {took:.1f} s")
        good = False
    return good


def read_file(path: Path, dice: random.Random, report: Report) -> None:
    """Read a file as the command line and the text check do."""
    told_by_file(path)
    try:
        found = noise_in_file(path)
    except InputError as error:
        refuse(report, error)
        return
    use(found, dice, report)


def read_texts(texts: dict[str, str], dice: random.Random, report: Report) -> None:
    """Read texts as if they had come out of a file."""
    size = dice.choice((None, (64, 48), (128, 96), (1, 1), (200, 48), (10**6, 10**6)))
    told_by(texts, file_size=size)
    try:
        found = noise_in_picture(texts, file_size=size)
    except InputError as error:
        refuse(report, error)
        return
    use(found, dice, report)


def use(found: FoundNoise, dice: random.Random, report: Report) -> None:
    """Settle what is open, say it, and draw it where it is small."""
    report.read += 1
    report.levels[found.level.value] += 1
    answers = Answers(
        source=dice.choice((None, CPU_NOISE, NV_NOISE)),
        shape=dice.choice((None, None, (4, 6, 8))),
        size=dice.choice((None, None, (64, 48))),
        channels=dice.choice((None, None, 16, 128)),
        index=dice.choice((None, 0, 1, 5)),
    )
    try:
        told = settled(found, answers)
        json.dumps(told.to_json())
        if is_drawable(told) and told.shape and math.prod(told.shape) * told.batch <= LARGEST_DRAW:
            wide = told.extras.resize_from
            if wide is None or wide[0] * wide[1] <= LARGEST_DRAW * 8:
                draw_found(told, index=answers.index)
                report.drawn += 1
    except InputError as error:
        refuse(report, error)


def refuse(report: Report, error: InputError) -> None:
    """Count a refusal, by the first part of its field."""
    report.refused += 1
    place = error.field.partition(":")[0]
    report.fields["file" if "/" in place else place[:60]] += 1
    if len(str(error)) > 2000:
        raise AssertionError(f"a message of {len(str(error))} characters")


def sound_pictures() -> list[tuple[str, bytes]]:
    """Make a picture of each kind for each program's texts."""
    picture = Image.effect_noise((64, 48), 60).convert("RGB")
    made: list[tuple[str, bytes]] = []
    for texts in TEXTS:
        chunks, late = PngInfo(), PngInfo()
        for name, text in texts.items():
            chunks.add_itxt(name, text, zip=len(text) > 300)
            late.add(b"comf", name.encode() + b"\0" + text.encode("latin-1", "replace"), True)
        made.append((".png", saved(picture, "PNG", pnginfo=chunks)))
        made.append((".png", saved(picture, "PNG", pnginfo=late)))
        for kind in ("JPEG", "WEBP", *(["AVIF"] if features.check("avif") else [])):
            made += [
                (f".{kind.lower()}", saved(picture, kind, exif=block)) for block in exifs(texts)
            ]
    made.append((".png", hiding(json.dumps(NOVELAI).encode(), b"stealth_pngcomp")))
    made.append((".png", hiding(INFOTEXT.encode(), b"stealth_pnginfo")))
    return made


def exifs(texts: dict[str, str]) -> list[bytes]:
    """Write texts into EXIF as the web UI does, and as ComfyUI does."""
    comment, named = Image.Exif(), Image.Exif()
    comment[0x8769] = {0x9286: b"UNICODE\0" + texts.get("parameters", "").encode("utf-16-be")}
    for tag, (name, text) in zip((0x0110, 0x010F, 0x010E), texts.items(), strict=False):
        named[tag] = f"{name}:{text}"
    return [comment.tobytes(), named.tobytes()]


def hiding(payload: bytes, mark: bytes) -> bytes:
    """Hide a text in the alpha channel's lowest bits."""
    payload = gzip.compress(payload, mtime=0) if mark.endswith(b"comp") else payload
    content = mark + struct.pack(">I", len(payload) * 8) + payload
    bits = np.unpackbits(np.frombuffer(content, np.uint8))
    alpha = np.full((64, 64), 255, np.uint8).reshape(-1)
    alpha[: len(bits)] = 254 | bits[: len(alpha)]
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[..., 3] = alpha.reshape(64, 64).T
    return saved(Image.fromarray(pixels), "PNG")


def saved(
    picture: Image.Image, kind: str, *, exif: bytes = b"", pnginfo: PngInfo | None = None
) -> bytes:
    """Encode a picture."""
    content = io.BytesIO()
    picture.save(content, kind, exif=exif, pnginfo=pnginfo)
    return content.getvalue()


def break_bytes(content: bytes, dice: random.Random) -> bytes:
    """Break a file a few times over, and mostly put PNG's checksums right again."""
    for _ in range(dice.choice((1, 1, 2, 4))):
        content = dice.choice(BREAKS)(content, dice)
    return with_checksums(content) if dice.random() < 0.7 else content


def flip(content: bytes, dice: random.Random) -> bytes:
    """Change some bytes."""
    changed = bytearray(content)
    for _ in range(dice.choice((1, 1, 3, 10))):
        if changed:
            changed[dice.randrange(len(changed))] = dice.choice(
                (0, 1, 0x7F, 0xFF, dice.randrange(256))
            )
    return bytes(changed)


def number(content: bytes, dice: random.Random) -> bytes:
    """Put an awkward number anywhere, as lengths and offsets are."""
    at = dice.randrange(len(content) + 1)
    value = dice.choice((0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**24, len(content)))
    return content[:at] + struct.pack(dice.choice(("<I", ">I")), value) + content[at + 4 :]


def cut(content: bytes, dice: random.Random) -> bytes:
    """End a file early."""
    return content[: dice.randrange(len(content) + 1)]


def paste(content: bytes, dice: random.Random) -> bytes:
    """Copy or leave out a piece."""
    at, to = (dice.randrange(len(content) + 1) for _ in range(2))
    piece = content[at : at + dice.randrange(1, 200)]
    keep = dice.choice((0, len(piece)))
    return content[:to] + piece * dice.choice((1, 1, 50)) + content[to + keep :]


def words(content: bytes, dice: random.Random) -> bytes:
    """Put an awkward word in the place of another."""
    at = dice.randrange(len(content) + 1)
    word = dice.choice(NASTY).encode("utf-8", "replace")
    return content[:at] + word + content[at + dice.choice((0, len(word))) :]


BREAKS: tuple[Mutation, ...] = (flip, flip, number, cut, paste, words)


def with_checksums(content: bytes) -> bytes:
    """Give each chunk of a PNG its checksum, as far as there are chunks; others are left alone."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return content
    out, at = bytearray(content[:8]), 8
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        body = content[at + 4 : at + 8 + length]
        if at + 12 + length > len(content):
            break
        out += content[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return bytes(out) + content[at:]


def break_texts(texts: dict[str, str], dice: random.Random) -> dict[str, str]:
    """Break one of some texts, by its letters or by its meaning."""
    broken = dict(texts)
    name = dice.choice(list(broken))
    text = broken[name]
    for _ in range(dice.choice((1, 1, 2, 5))):
        text = dice.choice((break_object, break_settings, break_letters))(text, dice)
    broken[name] = text
    if dice.random() < 0.1:
        broken[dice.choice(("prompt", "workflow", "parameters", "seedloupe", "Comment"))] = text
    return broken


def break_letters(text: str, dice: random.Random) -> str:
    """Put something awkward anywhere, or leave out a piece."""
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(NASTY) + text[at + dice.choice((0, 1, 20)) :]


def break_settings(text: str, dice: random.Random) -> str:
    """Change, repeat or take away one setting of the web UI's line."""
    parts = text.split(", ")
    at = dice.randrange(len(parts))
    key = parts[at].partition(":")[0]
    parts[at : at + 1] = dice.choice(
        ([], [parts[at]] * 2, [f"{key}: {dice.choice(NASTY)}"], [parts[at], dice.choice(MORE)])
    )
    return ", ".join(parts)


def break_object(text: str, dice: random.Random) -> str:
    """Change something within a text of JSON."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return break_letters(text, dice)
    return json.dumps(changed(told, dice, depth=dice.randrange(6)))


def changed(value: object, dice: random.Random, *, depth: int) -> object:
    """Return a value with something in it put in the place of something else."""
    if depth == 0 or not isinstance(value, (dict, list)) or not value:
        return dice.choice(ZOO)
    if isinstance(value, list):
        at = dice.randrange(len(value))
        return [changed(v, dice, depth=depth - 1) if n == at else v for n, v in enumerate(value)]
    key = dice.choice(list(value))
    if dice.random() < 0.15:
        return {k: v for k, v in value.items() if k != key}
    if dice.random() < 0.1:
        return {**value, dice.choice(NASTY): value[key]}
    return {**value, key: changed(value[key], dice, depth=depth - 1)}


if __name__ == "__main__":
    main()
