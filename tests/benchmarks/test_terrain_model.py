"""The positive control from outside, with a stand-in for its model."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import adaptive_terrain
import numpy as np
import pytest
import terrain_model
import torch
from terrain_model import KeptPictures, TerrainGenerator, TerrainScorer, label_of

from seedloupe.errors import InputError
from seedloupe.mining import ManyPrompts, MiningPlan
from seedloupe.mining.scorers import PictureBatch
from seedloupe.tables import SamplingSpec, Task


def denoise(noisy: np.ndarray, sigma: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Smooth noise, higher for harder terrains: nearly all of it the seed's."""
    assert noisy.dtype == sigma.dtype == label.dtype == np.float32
    assert (sigma == 80).all()
    rough = noisy / 80
    smooth = sum(np.roll(rough, (a, b), (-2, -1)) for a in range(3) for b in range(3)) / 9
    made: np.ndarray = np.tanh(0.3 * smooth + label[:, None, None, None] - 0.5).astype(np.float32)
    return made


def plan_of(seeds: int = 40) -> MiningPlan:
    plan = adaptive_terrain.terrain_plan(seeds, 12, None)
    sampling = SamplingSpec(Task.TXT2IMG, "consistency", steps=1, size=(24, 16))
    return replace(plan, shape=(1, 16, 24), sampling=sampling)


def test_the_model_is_told_noise_sigma_and_difficulty_in_its_units() -> None:
    generator = TerrainGenerator(denoise)
    assert isinstance(generator, ManyPrompts)
    noise = torch.randn(3, 1, 16, 24, generator=torch.Generator().manual_seed(0))
    images = generator.pairs(["1", "50", "100"], noise, (1, 2, 3))
    assert images.shape == (3, 3, 16, 24)
    expected = denoise(noise.numpy() * np.float32(80), *np.float32([[80] * 3, [0, 49 / 99, 1]]))
    np.testing.assert_allclose(images[:, 1].numpy(), (expected[:, 0] + 1) / 2, atol=1e-6)


@pytest.mark.parametrize("prompt", ["0", "101", "a hill", "-3", "5.5"])
def test_what_is_no_difficulty_is_refused(prompt: str) -> None:
    with pytest.raises(InputError, match="a difficulty, 1 to 100"):
        label_of(prompt)


def test_a_package_that_is_not_there_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terrain_model, "PACKAGE", "no_such_package_of_terrains")
    with pytest.raises(InputError, match="pip install --no-deps adaptive-terrain-diffusion"):
        terrain_model.weights_file()
    monkeypatch.setattr("sys.argv", ["adaptive_terrain.py"])
    assert adaptive_terrain.main() == 2
    assert "pip install --no-deps adaptive-terrain-diffusion" in capsys.readouterr().err


def test_pictures_are_made_once_and_are_the_same_when_they_come_back(tmp_path: Path) -> None:
    noise = torch.randn(3, 1, 16, 24)
    kept = KeptPictures(tmp_path, TerrainGenerator(denoise))
    first = kept("7", noise, (4, 5, 6))
    again = KeptPictures(tmp_path, TerrainGenerator(denoise))
    assert torch.equal(again.pairs(["7", "8", "7"], noise, (4, 5, 6))[::2], first[::2])
    assert (kept.made, again.made, again.asked) == (3, 1, 3)


def test_height_roughness_and_balance_are_those_of_a_ramp() -> None:
    ramp = torch.linspace(1, 0, 11).expand(1, 3, 6, 11)[..., :10]
    found = TerrainScorer().measure(PictureBatch(ramp, ("1",), (0,)))
    assert float(found["score.height"]) == pytest.approx(0.55)
    assert float(found["score.roughness"]) == pytest.approx(50 * 0.1, abs=1e-4)
    assert float(found["score.balance"]) == pytest.approx(0.5, abs=1e-5)
    assert found["feature.relief"].shape == (1, 64)


def test_the_control_is_mined_raced_and_parted_and_goes_on_where_it_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = plan_of()
    pictures = KeptPictures(tmp_path / "pictures", TerrainGenerator(denoise))
    adaptive_terrain._mine_all(plan, pictures, tmp_path)
    said = capsys.readouterr().out
    reliability = re.search(r"^height: split-half reliability ([\d.]+)", said, re.M)
    assert reliability is not None
    assert float(reliability[1]) > 0.9
    assert "race on height for" in said
    assert "verdict: effect" in said
    assert "control.noise" in said
    again = KeptPictures(tmp_path / "pictures", TerrainGenerator(denoise))
    adaptive_terrain._mine_all(plan, again, tmp_path)
    assert again.made == 0
    assert capsys.readouterr().out.splitlines()[1:] == said.splitlines()[1:]
