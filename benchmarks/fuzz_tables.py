"""Whether any seed-table file, however broken, does worse than being refused.

    python benchmarks/fuzz_tables.py                      # 100,000 files, some minutes
    python benchmarks/fuzz_tables.py --count 2000 --seed 7

Sound tables are broken at random: bytes and pieces of the file, entries of the header and the spec,
their text, the sheet of thumbnails; and bombs of nesting, of many values, of large numbers, of
repeated keys and of pictures that claim to be huge are made. Each file is read as a host reads it,
and where it is sound after all, it is used: pictures, match, page, rows, and written again.

Prints one JSON document: how many files were read and refused, by which field, the longest time,
and the largest memory beside the file's size. Ends with 1 if anything but a ``TableError`` came, a
file took longer than ``--slow`` seconds, or reading it more memory than ``--times`` its size beside
two megabytes.
"""

from __future__ import annotations

import argparse
import copy
import io
import json
import random
import struct
import sys
import tempfile
import time
import traceback
import tracemalloc
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from seedloupe.errors import TableError
from seedloupe.noise import CPU_NOISE
from seedloupe.tables import (
    SUFFIX,
    SeedTable,
    TableUse,
    diff_tables,
    match_table,
    read_outline,
    read_table,
    write_table,
)
from seedloupe.tables.report import table_csv, table_page

Header = dict[str, Any]
Mutation = Callable[[bytes, random.Random], bytes]

SPARE = 2 * 2**20
"""Bytes a reading may take beside what it takes by the file's size."""
ZOO: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        3,
        7.0,
        0.5,
        -0.0,
        1e308,
        -1e308,
        1e-320,
        2**31,
        2**32,
        2**53 + 1,
    ),
    *(2**63, 2**64, -(2**63), 10**100, "", "x", "x" * 10_000, "../../etc/passwd", "\x00", "\ud800"),
    *(
        "\N{SNOWMAN}",
        "18446744073709551616",
        "float32",
        "philox",
        [],
        {},
        [[]],
        [0] * 3,
        [0] * 1000,
    ),
    *(
        {"a": {}},
        {"id": "x"},
        [None],
        ["rng"],
        [1.5, 2],
        "a" * 64,
        [2**40, 2**40, 2**40],
        [1, 1, 1],
    ),
)
TEXTS = (
    "NaN",
    "Infinity",
    "-Infinity",
    "[",
    "{",
    "}",
    '"',
    ",",
    "1e999",
    "9" * 5000,
    "\\ud800",
    "nul",
)


@dataclass
class Report:
    """What happened to all files."""

    read: int = 0
    refused: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    greedy: list[str] = field(default_factory=list)
    longest: float = 0.0
    largest: float = 0.0
    most: int = 0
    measured: int = 0


def main() -> None:
    """Read the command line, break tables, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--slow", type=float, default=5.0, metavar="SECONDS")
    parser.add_argument("--times", type=float, default=64.0, metavar="X")
    parser.add_argument("--measure-every", type=int, default=5, metavar="N")
    parser.add_argument("tables", nargs="*", type=Path, metavar="T", help="sound tables to break")
    args = parser.parse_args()
    sound = [path.read_bytes() for path in args.tables] or [small_table()]
    begun = time.monotonic()
    report = fuzz(
        sound,
        args.count,
        args.seed,
        slow=args.slow,
        times=args.times,
        measure_every=args.measure_every,
    )
    document = {
        "files": args.count,
        "seconds": round(time.monotonic() - begun, 1),
        "read": report.read,
        "refused": report.refused,
        "kinds": dict(report.kinds.most_common()),
        "refused by field": dict(report.fields.most_common(25)),
        "different fields": len(report.fields),
        "longest seconds": round(report.longest, 3),
        "memory measured of": report.measured,
        "largest memory in times of the file": round(report.largest, 1),
        "most memory, bytes": report.most,
        "how many crashes": len(report.crashes),
        "crashes": report.crashes[:5],
        "slow": report.slow[:5],
        "greedy": report.greedy[:5],
    }
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    sys.exit(1 if report.crashes or report.slow or report.greedy else 0)


def fuzz(
    sound: list[bytes],
    count: int,
    seed: int,
    *,
    slow: float = 5.0,
    times: float = 64.0,
    measure_every: int = 5,
) -> Report:
    """Break tables ``count`` times and read what comes of it."""
    report, dice = Report(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        path = Path(folder) / f"broken{SUFFIX}"
        for number in range(count):
            mutate = dice.choice(MUTATIONS)
            content = mutate(dice.choice(sound), dice)
            report.kinds[mutate.__name__] += 1
            path.write_bytes(content)
            name = f"file {number} of seed {seed}, {mutate.__name__}, {len(content)} bytes"
            measure = number % measure_every == 0 or mutate in BOMBS
            taken = _timed(path, report, name, measure=measure, times=times)
            report.longest = max(report.longest, taken)
            if taken > slow * (4 if measure else 1):  # measuring memory takes its time
                report.slow.append(f"{name}: {taken:.1f} s")
    return report


def _timed(path: Path, report: Report, name: str, *, measure: bool, times: float) -> float:
    begun = time.monotonic()
    if measure:
        tracemalloc.start()
    table = _read(path, report, name)
    if measure:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        _weigh(peak, path.stat().st_size, report, name, times)
    if table is not None:
        _use(table, path, report, name)
    return time.monotonic() - begun


def _read(path: Path, report: Report, name: str) -> SeedTable | None:
    try:
        read_outline(path)
    except TableError:
        pass  # told below
    except BaseException:  # noqa: BLE001 - anything else is what is looked for
        report.crashes.append(f"{name}: header: {traceback.format_exc(limit=-2)}")
        return None
    try:
        table = read_table(path)
    except TableError as error:
        report.refused += 1
        report.fields[error.field[:40]] += 1
        if not error.field or not error.expected or len(str(error)) > 4000:
            report.crashes.append(
                f"{name}: a message without words, or too long: {str(error)[:200]}"
            )
        return None
    except BaseException:  # noqa: BLE001
        report.crashes.append(f"{name}: {traceback.format_exc(limit=-2)}")
        return None
    report.read += 1
    return table


def _use(table: SeedTable, path: Path, report: Report, name: str) -> None:
    """Do with a table what hosts do; it may be refused, but nothing may break."""
    again = path.with_name(f"again{SUFFIX}")
    try:
        match_table(table, TableUse(CPU_NOISE, (4, 64, 64)))
        table_csv(table, features=True)
        write_table(table, again)
        if diff_tables(read_table(again), table):
            report.crashes.append(f"{name}: it was written as another table")
        table.thumbnail(int(table.seeds[0]))
        table_page(table, "broken")
    except TableError:
        return
    except BaseException:  # noqa: BLE001
        report.crashes.append(f"{name}: in use: {traceback.format_exc(limit=-2)}")


def _weigh(peak: int, size: int, report: Report, name: str, times: float) -> None:
    report.measured += 1
    report.most = max(report.most, peak)
    report.largest = max(report.largest, max(0, peak - SPARE) / max(size, 1))
    if peak > times * size + SPARE:
        report.greedy.append(f"{name}: {peak} bytes of memory")


# --- ways to break a table ----------------------------------------------------------------------


def split(content: bytes) -> tuple[Header, bytes]:
    """Return header and tensors of a sound file."""
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def join(header: object, tensors: bytes) -> bytes:
    """Return the file of a header and tensors."""
    return wrap(json.dumps(header).encode(), tensors)


def wrap(coded: bytes, tensors: bytes) -> bytes:
    """Return the file of a header's text and tensors."""
    return struct.pack("<Q", len(coded)) + coded + tensors


def flip_bytes(content: bytes, dice: random.Random) -> bytes:
    """Change a few bytes anywhere."""
    broken = bytearray(content)
    for _ in range(dice.randint(1, 8)):
        broken[dice.randrange(len(broken))] = dice.randrange(256)
    return bytes(broken)


def flip_tensors(content: bytes, dice: random.Random) -> bytes:
    """Change a few bytes of the numbers, which leaves the header sound."""
    start = len(content) - len(split(content)[1])
    broken = bytearray(content)
    for _ in range(dice.randint(1, 8)):
        broken[dice.randrange(start, len(broken))] = dice.choice([0, 255, 127, dice.randrange(256)])
    return bytes(broken)


def cut_and_paste(content: bytes, dice: random.Random) -> bytes:
    """Leave a piece out, put one in, or copy one elsewhere."""
    begin, end = sorted(dice.randrange(len(content) + 1) for _ in range(2))
    to = dice.randrange(len(content) + 1)
    return dice.choice(
        [
            content[:begin],
            content[:begin] + content[end:],
            content[:to] + content[begin:end] + content[to:],
            content[:to] + dice.randbytes(dice.randint(1, 64)) + content[to:],
            content[:begin] + bytes(end - begin) + content[end:],
        ]
    )


def change_header(content: bytes, dice: random.Random) -> bytes:
    """Replace, remove or add entries of the header."""
    header, tensors = split(content)
    for _ in range(dice.randint(1, 3)):
        _change(header, dice)
    return join(header, tensors)


def change_spec(content: bytes, dice: random.Random) -> bytes:
    """Replace, remove or add entries of the spec."""
    header, tensors = split(content)
    spec = json.loads(header["__metadata__"]["spec"])
    for _ in range(dice.randint(1, 3)):
        _change(spec, dice)
    header["__metadata__"]["spec"] = json.dumps(spec)
    return join(header, tensors)


def change_text(content: bytes, dice: random.Random) -> bytes:
    """Put something that is no JSON, or other JSON, into the text of header or spec."""
    header, tensors = split(content)
    text = header["__metadata__"]["spec"] if dice.random() < 0.5 else json.dumps(header)
    at = dice.randrange(len(text))
    text = text[:at] + dice.choice(TEXTS) + text[at + dice.choice([0, 1, 5]) :]
    if not text.startswith('{"__meta') and "__metadata__" not in text:
        header["__metadata__"]["spec"] = text
        return join(header, tensors)
    return wrap(text.encode("utf-8", "surrogatepass"), tensors)


def add_tensor(content: bytes, dice: random.Random) -> bytes:
    """Add a tensor of some name, kind and shape whose bytes are there."""
    header, tensors = split(content)
    names = [
        "score.new",
        "score.new.n",
        "rate.x",
        "feature.composition",
        "map.q",
        "later",
        "a.b.c.d",
    ]
    name = dice.choice([*names, "thumbnails", "seeds", "score.", "", "x" * 5000, "\u202e"])
    code, width = dice.choice(
        [("F32", 4), ("U8", 1), ("BOOL", 1), ("F16", 2), ("U64", 8), ("I32", 4)]
    )
    shape = [dice.choice([1, 2, 7]) for _ in range(dice.randint(0, 9))]
    size = width
    for side in shape:
        size *= side
    begin = len(tensors)
    header[name] = {"dtype": code, "shape": shape, "data_offsets": [begin, begin + size]}
    return join(header, tensors + dice.randbytes(size) if size < 10**6 else tensors)


def lie_about_length(content: bytes, dice: random.Random) -> bytes:
    """Claim another length of the header."""
    length = dice.choice([0, 1, 2**63, 2**64 - 1, len(content), dice.randrange(len(content))])
    return struct.pack("<Q", length) + content[8:]


def bomb_of_json(content: bytes, dice: random.Random) -> bytes:
    """Nest deeply, repeat widely, or write numbers and names of great length."""
    size = dice.choice([1000, 20_000, 200_000])
    bomb = dice.choice(
        [
            "[" * size,
            '{"a":' * size,
            "[" + "{}," * size + "{}]",
            "[" + "[]," * size + "[]]",
            '{"a":[' + '{"b":1},' * (size // 3) + "0]}",
            "{" + ",".join(f'"{i}":0' for i in range(size // 3)) + "}",
            '{"a":1,' * (size // 10) + '"a":1' + "}" * (size // 10),
            "[" + "9" * size + "]",
            "[" + ",".join("1e300" for _ in range(size // 5)) + "]",
            '{"' + "k" * size + '":1}',
            '["' + "\N{PILE OF POO}" + "y" * size + '"]',
            '["' + "\\u0041" * (size // 6) + '"]',
        ]
    )
    if dice.random() < 0.5:
        return wrap(bomb.encode(), b"")
    header, tensors = split(content)
    spec = header["__metadata__"]["spec"]
    header["__metadata__"]["spec"] = spec[:-1] + ',"newer":' + bomb + "}"
    return join(header, tensors)


def bomb_of_pixels(content: bytes, dice: random.Random) -> bytes:
    """Claim a huge sheet, with or without a picture that claims to be as huge."""
    header, tensors = split(content)
    spec = json.loads(header["__metadata__"]["spec"])
    side = dice.choice([1, 256, 4096, 16383, 16384, 2**31])
    spec["thumbnails"] = {
        "tile": [side, dice.choice([1, side])],
        "columns": dice.choice([1, 3, 2**40]),
    }
    header["__metadata__"]["spec"] = json.dumps(spec)
    begin, end = header.pop("thumbnails")["data_offsets"]
    picture = _picture(min(side, 16383), dice)
    rest = tensors[:begin] + tensors[end:]
    for entry in header.values():
        if "data_offsets" in entry and entry["data_offsets"][0] >= end:
            entry["data_offsets"] = [at - (end - begin) for at in entry["data_offsets"]]
    header["thumbnails"] = {
        "dtype": "U8",
        "shape": [len(picture)],
        "data_offsets": [len(rest), len(rest) + len(picture)],
    }
    return join(header, rest + picture)


def _picture(side: int, dice: random.Random) -> bytes:
    """Return a small WebP picture, whose head may claim that it is ``side`` pixels a side."""
    coded = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), (shade, 0, 0)) for shade in range(dice.choice([1, 3]))]
    frames[0].save(
        coded,
        "WEBP",
        lossless=dice.random() < 0.5,
        save_all=len(frames) > 1,
        append_images=frames[1:],
    )
    picture = bytearray(coded.getvalue())
    kind = bytes(picture[12:16])
    if kind == b"VP8 ":
        picture[26:30] = struct.pack("<HH", side & 0x3FFF, side & 0x3FFF)
    elif kind == b"VP8L":
        sides = (side - 1) & 0x3FFF
        picture[21:25] = struct.pack("<I", sides | sides << 14)
    elif kind == b"VP8X":
        picture[24:30] = struct.pack("<I", side - 1)[:3] * 2
    if dice.random() < 0.3:
        picture[dice.randrange(12, len(picture))] ^= 1 << dice.randrange(8)
    return bytes(picture)


BOMBS: tuple[Mutation, ...] = (bomb_of_json, bomb_of_pixels)
# Bombs are slow to make, so there are fewer of them.
MUTATIONS: tuple[Mutation, ...] = (
    *(flip_bytes, flip_tensors, cut_and_paste, change_header, change_spec, change_text) * 5,
    *(add_tensor, lie_about_length, bomb_of_pixels) * 2,
    bomb_of_json,
)


def _change(value: Any, dice: random.Random) -> None:  # noqa: ANN401 - JSON
    """Change one entry somewhere inside."""
    places = list(_places(value))
    if not places:
        return
    holder, key = dice.choice(places)
    what = dice.randrange(6)
    if what == 0 and isinstance(holder, dict):
        del holder[key]
    elif what == 1 and isinstance(holder, dict):
        holder[dice.choice(["later", "extra", "", "\x1b[2J", "spec", "seeds"])] = dice.choice(ZOO)
    elif what == 2:
        other, name = dice.choice(places)
        holder[key] = copy.deepcopy(other[name])
    elif what == 3 and isinstance(holder[key], (int, float)):
        holder[key] = holder[key] * dice.choice([-1, 2, 10**6, 1.0]) + dice.choice([0, 1, -1])
    else:
        holder[key] = copy.deepcopy(dice.choice(ZOO))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - JSON
    keys = (
        value.keys()
        if isinstance(value, dict)
        else range(len(value))
        if isinstance(value, list)
        else ()
    )
    for key in list(keys):
        yield value, key
        yield from _places(value[key])


def small_table() -> bytes:
    """Return a table with every kind of tensor, small, so that most of it is header."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.seed_tables import full_table

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sound{SUFFIX}"
        write_table(full_table(), path)
        return path.read_bytes()


if __name__ == "__main__":
    main()
