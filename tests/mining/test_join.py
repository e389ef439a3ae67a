"""Shards of one run, joined: the local engine's table bit for bit, in whatever order."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from seedloupe.errors import InputError
from seedloupe.mining import Journal, MiningPlan, MiningRun, Shard, join_journals

from .test_run import plan_of, same
from .toy import BlobGenerator, QualityInstrument


def run_of(folder: Path, plan: MiningPlan, shard: Shard | None = None) -> MiningRun:
    run = MiningRun(
        plan,
        BlobGenerator(),
        [QualityInstrument()],
        journal=Journal(folder, plan),
        shard=shard,
    )
    list(run.rounds())
    return run


def test_shards_of_an_exhaustive_run_give_the_local_table_bit_for_bit(tmp_path: Path) -> None:
    plan = plan_of(48, batch=8, prompts=("red", "green", "blue"))
    whole = run_of(tmp_path / "whole.journal", plan).table
    folders = [tmp_path / f"{index}.journal" for index in range(3)]
    joined = tmp_path / "joined.journal"
    for _ in range(2):  # mining, then confirming
        for index, folder in enumerate(folders):
            assert run_of(folder, plan, Shard(index, 3)).table is None
        join_journals(folders, joined)
        for folder in folders:
            join_journals([joined], folder)
    table = run_of(joined, plan).table
    assert table is not None
    assert whole is not None
    assert same(table, whole)
    counts = [len(list(folder.glob("*.npz"))) for folder in (joined, tmp_path / "whole.journal")]
    assert counts[0] == counts[1]


def test_the_whole_is_the_same_in_whatever_order_journals_are_named(tmp_path: Path) -> None:
    plan = plan_of(16)
    folders = [tmp_path / f"{index}.journal" for index in range(3)]
    for index, folder in enumerate(folders):
        Journal(folder, plan).write("mine-00000", {"score.x": np.full((4, 2), index, np.float32)})
        Journal(folder, plan).write(f"mine-0000{index + 1}", {"score.x": np.zeros((4, 2))})
    kept = []
    for number, order in enumerate(permutations(folders)):
        out = tmp_path / f"out-{number}.journal"
        joined = join_journals(order, out)
        assert (joined.portions, joined.added, joined.twice) == (4, 4, 1)
        kept.append((out / "mine-00000.npz").read_bytes())
        again = join_journals(order, out)
        assert again.added == 0
    assert len(set(kept)) == 1


def test_parts_of_a_portion_that_another_shard_finished_are_left_behind(tmp_path: Path) -> None:
    plan = plan_of(16)
    first, second = (Journal(tmp_path / name, plan) for name in ("a.journal", "b.journal"))
    first.write("mine-00000.part-00000", {"score.x": np.zeros((4, 1))})
    first.write("mine-00001.part-00000", {"score.x": np.zeros((4, 1))})
    second.write("mine-00000", {"score.x": np.zeros((4, 2))})
    join_journals([first.folder, second.folder], tmp_path / "out.journal")
    names = sorted(path.stem for path in (tmp_path / "out.journal").glob("*.npz"))
    assert names == ["mine-00000", "mine-00001.part-00000"]


def test_journals_of_another_plan_damaged_ones_and_none_are_refused_by_name(
    tmp_path: Path,
) -> None:
    one, other = tmp_path / "one.journal", tmp_path / "other.journal"
    Journal(one, plan_of(16))
    Journal(other, plan_of(17))
    out = tmp_path / "out.journal"
    with pytest.raises(InputError, match=r"of other\.journal"):
        join_journals([one, other], out)
    with pytest.raises(InputError, match=r"gone\.journal"):
        join_journals([one, tmp_path / "gone.journal"], out)
    (one / "mine-00000.npz").write_bytes(b"PK torn")
    with pytest.raises(InputError, match=r"one\.journal/mine-00000\.npz"):
        join_journals([one], out)
