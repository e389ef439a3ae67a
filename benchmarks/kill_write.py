"""Whether a table is whole after its writer was killed, whenever that was.

    python benchmarks/kill_write.py                  # 200 kills, about a minute
    python benchmarks/kill_write.py --kills 1000

A process writes two tables in turn over the same file, as fast as it can, and is killed without
warning after a random time. Then the file must be one of the two, to the last value. Prints one
JSON document: how often each was found, and how often a half-written draft lay beside it, which
shows that the kill came in the middle of a write. Needs ``fork``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seedloupe.tables import SUFFIX, SeedTable, list_tables, read_table, write_table
from seedloupe.tables.published import sd2_good_seed

_LONGEST = 0.03
"""Seconds a writer lives at most, a few writes of a table."""


@dataclass
class Found:
    """What lay there after all kills."""

    first: int = 0
    second: int = 0
    torn: int = 0
    drafts: int = 0


def main() -> None:
    """Read the command line, kill, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    args = parser.parse_args()
    found = kill_writers(args.kills, args.seed)
    document = {
        "kills": args.kills,
        "the first table, whole": found.first,
        "the second table, whole": found.second,
        "anything else": found.torn,
        "kills in the middle of a write": found.drafts,
    }
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    sys.exit(1 if found.torn else 0)


def kill_writers(kills: int, seed: int, *, seeds: int = 60_000) -> Found:
    """Kill writers of tables of ``seeds`` seeds and look at what they leave."""
    found, dice = Found(), random.Random(seed)
    tables = [table_of(seeds, 0.0), table_of(seeds - 1000, 1.0)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{SUFFIX}"
        write_table(tables[0], path)
        for _ in range(kills):
            _kill_one(path, tables, dice.uniform(0, _LONGEST))
            _judge(path, tables, found)
            for draft in path.parent.glob(".*.tmp"):
                found.drafts += 1
                draft.unlink()
            assert list_tables([path.parent]) == (path,)
    return found


def table_of(seeds: int, value: float) -> SeedTable:
    """Return a table of so many seeds, all of the same score."""
    scores = np.full(seeds, value, np.float32)
    return SeedTable(np.arange(seeds, dtype=np.uint64), {"score.fid": scores}, sd2_good_seed().spec)


def _kill_one(path: Path, tables: list[SeedTable], seconds: float) -> None:
    child = os.fork()
    if child == 0:
        while True:
            for table in reversed(tables):
                write_table(table, path)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _judge(path: Path, tables: list[SeedTable], found: Found) -> None:
    table = read_table(path)
    same = [
        table.seeds.tolist() == one.seeds.tolist()
        and table.score("fid").tobytes() == one.score("fid").tobytes()
        for one in tables
    ]
    found.first += same[0]
    found.second += same[1]
    found.torn += not any(same)


if __name__ == "__main__":
    main()
