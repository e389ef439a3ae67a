from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from seedloupe.artifacts import (
    OcrReader,
    Purpose,
    ResultStore,
    Subject,
    TextCheck,
    TextRegion,
    Verdict,
)
from seedloupe.artifacts.tally.result_log import (
    Counted,
    ResultLog,
    check_and_count,
    subject_of,
)
from seedloupe.generation.model_info import Family, ModelInfo, ModelPatch
from seedloupe.noise import NoiseSource

Stub = Callable[..., OcrReader]
Text = Callable[..., TextRegion]


MODEL = ModelInfo("My Model", Family.SEEDLING, 4, 4, 4, (64, 32), "epsilon", "ab" * 32)


def test_model_purpose_size_and_noise_make_the_subject() -> None:
    found = subject_of(MODEL, "clear background", (64, 32), NoiseSource.parse("nv"))
    wanted = ("ab" * 32, "My Model", Purpose.REMOVAL, NoiseSource.parse("nv"), (4, 8, 16))
    assert found == Subject(*wanted)
    assert subject_of(MODEL, "a dog", (64, 32), NoiseSource()).purpose is Purpose.COMPLETION


def test_a_patched_model_is_counted_apart() -> None:
    patched = replace(MODEL, patches=(ModelPatch("a style", 0.8, "cd" * 32),))
    plain, other = (subject_of(m, "", (64, 32), NoiseSource()) for m in (MODEL, patched))
    assert plain.model == MODEL.sha256
    assert other.model == patched.identity
    assert plain.key != other.key


def test_a_check_is_counted_under_the_seed_with_the_same_noise(
    tmp_path: Path, subject: Subject, stub: Stub, text: Text
) -> None:
    log = ResultLog(ResultStore(tmp_path), subject)
    check = TextCheck(torch.ones(32, 64), stub([text(4, 4, 40, 20)]))
    report, counted = check_and_count(check, 7 + 2**32, torch.zeros(3, 32, 64), log)
    assert report.verdict is Verdict.FLAGGED
    tally, problem = log.read()
    assert problem == ""
    assert list(tally.checks) == [counted.check]
    assert [(count.seed, count.flagged) for count in tally.seeds()] == [(7, 1)]


def test_without_a_log_the_report_is_the_same_and_nothing_is_counted(
    stub: Stub, text: Text
) -> None:
    check = TextCheck(torch.ones(32, 64), stub([text(4, 4, 40, 20)]))
    report, counted = check_and_count(check, 7, torch.zeros(3, 32, 64), None)
    assert report.verdict is Verdict.FLAGGED
    assert counted == Counted()


def test_a_place_that_cannot_be_written_to_is_said_and_costs_no_report(
    tmp_path: Path, subject: Subject, stub: Stub
) -> None:
    (tmp_path / "file").write_text("in the way")
    log = ResultLog(ResultStore(tmp_path / "file"), subject)
    check = TextCheck(torch.ones(32, 64), stub([]))
    report, counted = check_and_count(check, 7, torch.zeros(3, 32, 64), log)
    assert report.verdict is Verdict.CLEAN
    assert counted.check == ""
    assert "file" in counted.problem
