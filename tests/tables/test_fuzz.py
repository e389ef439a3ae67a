"""Short runs of the benchmarks that break files and kill writers."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from seedloupe import tables as tables_package

from .files import join, split

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"


@pytest.fixture(scope="module")
def fuzz_tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_tables", BENCHMARKS / "fuzz_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


def test_broken_files_are_refused_by_name_quickly_and_with_little_memory(
    fuzz_tables: ModuleType, coded: bytes
) -> None:
    header, tensors = split(coded)
    del header["__metadata__"]["tensors_sha256"]  # which would refuse harmless damage too
    report = fuzz_tables.fuzz([join(header, tensors)], 400, 11, slow=60)
    assert (report.crashes, report.slow, report.greedy) == ([], [], [])
    assert report.refused > 200
    assert report.read > 20, "some damage is harmless, and such tables are used"
    assert len(report.fields) > 20


def test_with_a_digest_damage_to_tensors_is_never_harmless(
    fuzz_tables: ModuleType, coded: bytes
) -> None:
    report = fuzz_tables.fuzz([coded], 100, 11, slow=60)
    assert report.crashes == []
    assert report.fields["tensors_sha256"] > 5


def test_a_reader_that_breaks_is_found_out(
    fuzz_tables: ModuleType, coded: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_over(_: object) -> None:
        raise KeyError("seeds")

    monkeypatch.setattr(fuzz_tables, "read_table", fall_over)
    assert len(fuzz_tables.fuzz([coded], 20, 1, slow=60).crashes) == 20


@pytest.mark.slow
def test_bombs_stay_small_whatever_they_are_made_of(fuzz_tables: ModuleType, coded: bytes) -> None:
    for bomb in fuzz_tables.BOMBS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fuzz_tables, "MUTATIONS", (bomb,))
            report = fuzz_tables.fuzz([coded], 20, 3, slow=60)
        assert (report.crashes, report.greedy) == ([], [])
        assert report.most < 64 * 2**20


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork to kill a writer many times")
def test_a_writer_killed_at_random_moments_leaves_a_whole_table() -> None:
    """Fifty kills; in a process of its own, for a fork of one with threads may hang."""
    extension = Path(tables_package.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "kill_write.py"), "--kills", "50"],
        env={**os.environ, "PYTHONPATH": str(extension)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["anything else"] == 0
    assert found["the first table, whole"] + found["the second table, whole"] == 50
    assert found["kills in the middle of a write"] > 0
