"""Training that is stopped goes on as if it had not been."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from seedloupe.seedling.training.optim import MasterMuon
from seedloupe.seedling.training.run import Run


def run_of(folder: Path, total: int = 12) -> Run:
    torch.manual_seed(4)
    model = nn.Sequential(nn.Linear(5, 6), nn.Linear(6, 2)).bfloat16()
    return Run("toy", model, MasterMuon(model, lr=1e-2, ema=0.9), total, 1e-2, folder)


def descend(run: Run, *, stop_at: int | None = None) -> dict[str, Tensor]:
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
