"""Training that is stopped goes on as if it had not been."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from seedloupe.seedling.training.optim import MasterMuon
from seedloupe.seedling.training.run import TrainingRun, Until


def run_of(folder: Path, total: int = 12) -> TrainingRun:
    torch.manual_seed(4)
    model = nn.Sequential(nn.Linear(5, 6), nn.Linear(6, 2)).bfloat16()
    return TrainingRun(
        "toy", model, MasterMuon(model, lr=1e-2, ema=0.9), Until(total), 1e-2, folder
    )


def descend(run: TrainingRun, *, stop_at: int | None = None) -> dict[str, Tensor]:
    def loss(step: int, draw: int) -> tuple[Tensor, dict[str, float]]:
        if step == stop_at:
            run.save()
            raise KeyboardInterrupt
        value = run.model(torch.randn(3, 5).bfloat16()).float().square().mean()
        return value, {"loss": float(value.detach())}

    run.train(loss)
    return run.optimizer.averaged(run.model)


def test_a_stopped_run_ends_with_the_same_weights_bit_for_bit(tmp_path: Path) -> None:
    whole = descend(run_of(tmp_path / "whole"))
    with pytest.raises(KeyboardInterrupt):
        descend(run_of(tmp_path / "stopped"), stop_at=7)
    resumed = descend(run_of(tmp_path / "stopped"))
    assert whole.keys() == resumed.keys()
    for name, value in whole.items():
        assert torch.equal(value, resumed[name]), name


def test_a_finished_run_is_not_run_again(tmp_path: Path) -> None:
    first = descend(run_of(tmp_path))
    again = run_of(tmp_path)
    again.train(lambda step, draw: pytest.fail("nothing is left to train"))
    for name, value in again.optimizer.averaged(again.model).items():
        assert torch.equal(value, first[name])


def test_masters_stay_float32_through_a_checkpoint(tmp_path: Path) -> None:
    descend(run_of(tmp_path))
    again = run_of(tmp_path)
    again.resume()
    kept = [state["master"] for state in again.optimizer.state.values()]
    assert len(kept) == 4
    assert {value.dtype for value in kept} == {torch.float32}


def test_a_run_of_seconds_slows_down_and_ends_by_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter(float(second) for second in range(1000))
    monkeypatch.setattr("seedloupe.seedling.training.run.time.monotonic", lambda: next(now))
    run = run_of(tmp_path)
    run.until = Until(seconds=40)
    descend(run)
    assert run.spent >= 40
    assert 5 < run.step < 40
    rates = [Until(seconds=40).rate(100, second) for second in (1, 27, 34, 40)]
    assert rates[:2] == [1.0, 1.0]
    assert rates[2] == pytest.approx(0.5, abs=0.01)
    assert rates[3] == 0.0
    again = run_of(tmp_path)
    again.until = Until(seconds=40)
    again.train(lambda step, draw: pytest.fail("no second is left"))
