"""A short run of the benchmark that breaks pictures and texts."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "fuzz_metadata.py"


@pytest.fixture(scope="module")
def fuzz_metadata() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_metadata", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


def test_broken_pictures_and_texts_are_read_or_refused_by_name(fuzz_metadata: ModuleType) -> None:
    report = fuzz_metadata.fuzz(1000, 11, slow=60, most=64)
    assert (report.crashes, report.slow, report.greedy) == ([], [], [])
    assert min(report.read, report.refused) > 200
    assert report.drawn > 20, "some damage is harmless, and such noise is drawn"
    assert len(report.fields) > 8
    assert set(report.levels) == {"exact", "depends", "unknown"}


def test_a_reader_that_breaks_is_found_out(
    fuzz_metadata: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_over(*_: object, **__: object) -> None:
        raise KeyError("seed")

    for name in ("told_by", "told_by_file"):
        monkeypatch.setattr(fuzz_metadata, name, fall_over)
    assert len(fuzz_metadata.fuzz(20, 1, slow=60).crashes) == 20
