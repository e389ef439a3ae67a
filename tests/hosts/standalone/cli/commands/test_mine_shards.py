"""Three shards on machines that share nothing, one of them killed, end in the table of one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from seedloupe.hosts.standalone.engine import model_pictures
from seedloupe.tables import read_table

from .conftest import Cli, Ended

if not hasattr(os, "fork"):
    pytest.skip("needs processes that can be forked", allow_module_level=True)

# diffusers asks NumPy for arrays in the old way; forking is what this test is about.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
]

SHARDS = 3
KILLED = 9
ALL = ("--exhaustive", "--seeds", "0:9", "--batch", 2)
RACE = ("--seeds", "0:32", "--batch", 8, "--detect", 1.5)
#: As often as a race may ask for a round, with some more.
ROUNDS = 16


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    path = tmp_path / "prompts.csv"
    path.write_text("prompt\n" + "".join(f"a hill {index}\n" for index in range(12)), "utf-8")
    return path


def killed(mined: Callable[[], Ended], batches: int) -> None:
    """Run a command in a process of its own, which is gone at once when so many were made."""
    child = os.fork()
    if child == 0:
        original, made = model_pictures.sample_encoded, 0

        def mortal(*args: object, **settings: object) -> object:
            nonlocal made
            if made == batches:
                os._exit(KILLED)  # no finally, no flush, as after kill -9
            made += 1
            return original(*args, **settings)  # type: ignore[arg-type]

        model_pictures.sample_encoded = mortal  # type: ignore[assignment]
        mined()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


@pytest.mark.parametrize("how", [ALL, RACE], ids=["exhaustive", "raced"])
def test_three_shards_one_killed_and_resumed_end_in_the_table_of_one_machine(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path, how: tuple[object, ...]
) -> None:
    def mined(name: str, *more: object) -> Ended:
        out = tmp_path / f"{name}.seedtable.safetensors"
        quick = ("--steps", 1, "--guidance", 1, "--device", "cpu", "--confirm", 6)
        return cli(
            "mine", "--model", model, "--out", out, "--prompts", prompts, *quick, *how, *more
        )

    assert mined("whole").code == 0
    journals = [tmp_path / f"{index}.journal" for index in range(SHARDS)]
    killed(lambda: mined("1", "--shard", "1/3"), 2)
    assert list(journals[1].glob("*.npz"))
    assert not (tmp_path / "1.seedtable.safetensors").exists()
    for turn in range(ROUNDS):
        for index in range(SHARDS):
            again = ("--resume",) if turn or index == 1 else ()
            ended = mined(str(index), "--shard", f"{index}/3", *again)
            assert ended.code == 0, ended.err
        joined = ("tables", "merge", *journals, "--out")
        assert cli(*joined, tmp_path / "all.journal").code == 0
        for journal in journals:
            assert cli("tables", "merge", tmp_path / "all.journal", "--out", journal).code == 0
        if (tmp_path / "0.seedtable.safetensors").exists():
            break
    assert turn > 0
    assert mined("all", "--resume").code == 0
    whole, other = (read_table(tmp_path / f"{n}.seedtable.safetensors") for n in ("whole", "all"))
    assert whole.spec == other.spec
    for name, values in whole.tensors.items():
        np.testing.assert_array_equal(values, other.tensors[name])
