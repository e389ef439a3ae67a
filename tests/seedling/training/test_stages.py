"""Training from nothing to files a host can load, in the smallest preset."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from seedloupe.hosts.standalone.models import open_model
from seedloupe.hosts.standalone.sampling import sample_batch
from seedloupe.noise import initial_noise
from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import load_critic, load_judge
from seedloupe.seedling.training.stages import PRESETS, PresetName, train_all


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.slow
def test_one_command_trains_everything_and_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "weights"
    shutil.copytree(weights_folder() / "config" / "tokenizer", weights / "config" / "tokenizer")
    with torch.random.fork_rng():
        train_all(PRESETS[PresetName.SMOKE], tmp_path / "work", weights)
        first = (weights / "seedling.safetensors").read_bytes()
        train_all(PRESETS[PresetName.SMOKE], tmp_path / "work", weights)
    assert (weights / "seedling.safetensors").read_bytes() == first
    load_critic(weights)
    load_judge(weights)
    monkeypatch.setattr("seedloupe.seedling.weights_folder", lambda: weights)
    model = open_model("seedling")
    picture = sample_batch(
        model, ["a red ball"], initial_noise(0, (4, 16, 16))[None], steps=1, guidance=1.0
    )
    assert picture.shape == (1, 3, 128, 128)
    assert torch.isfinite(picture).all()
