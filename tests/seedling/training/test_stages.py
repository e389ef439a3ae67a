"""Training from nothing to files a host can load, in the smallest preset."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from seedloupe.hosts.standalone.engine.models import open_model
from seedloupe.hosts.standalone.engine.sampling import sample_batch
from seedloupe.noise import initial_noise
from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import load_critic, load_judge
from seedloupe.seedling.training.__main__ import main
from seedloupe.seedling.training.run import Until
from seedloupe.seedling.training.stages import PRESETS, PresetName, train_all


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.slow
def test_one_command_trains_everything_and_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = tmp_path / "weights"
    shutil.copytree(weights_folder() / "config" / "tokenizer", weights / "config" / "tokenizer")
    with torch.random.fork_rng():
        train_all(PRESETS[PresetName.SMOKE], tmp_path / "work", weights)
        first = (weights / "seedling.safetensors").read_bytes()
        assert "unet 1/1" in capsys.readouterr().err
        without_variants = replace(PRESETS[PresetName.SMOKE], inpaint=Until())
        train_all(without_variants, tmp_path / "work", weights)
    assert "1/1" not in capsys.readouterr().err  # nothing was trained again
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


@pytest.fixture
def quiet_torch() -> Iterator[None]:
    """What the command sets for its own process is taken back."""
    threads = torch.get_num_threads()
    with torch.random.fork_rng():
        yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)
    torch.set_default_device("cpu")


@pytest.mark.usefixtures("quiet_torch")
@pytest.mark.parametrize(
    ("stage", "written", "steps"),
    [("judge", "judge.safetensors", 2), ("inpainting", "variants/inpainting.safetensors", 1)],
)
def test_a_stage_goes_on_from_shipped_weights_and_writes_itself_alone(
    tmp_path: Path, stage: str, written: str, steps: int
) -> None:
    weights = Path(shutil.copytree(weights_folder(), tmp_path / "weights"))
    before = {path: path.read_bytes() for path in weights.rglob("*.safetensors")}
    where = ["--folder", str(tmp_path / "work"), "--weights", str(weights)]
    length = ["--start", str(weights_folder()), "--steps", str(steps), "--pictures", "6"]
    main(["--preset", "smoke", "--only", stage, *where, *length])
    changed = {path for path, old in before.items() if path.read_bytes() != old}
    assert changed == {weights / written}
    old, new = load_file(weights_folder() / written), load_file(weights / written)
    assert old.keys() == new.keys()
    # A step or two move little: what was begun from were those weights and no others.
    assert max(float((old[n].float() - new[n].float()).abs().max()) for n in old) < 0.05
    kept = torch.load(next((tmp_path / "work").glob("*.checkpoint.pt")), weights_only=True)
    assert kept["step"] == steps


@pytest.mark.usefixtures("quiet_torch")
def test_inpainting_alone_asks_what_to_go_on_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--preset", "smoke", "--only", "inpainting", "--folder", str(tmp_path)])
    assert "--only inpainting needs --start" in capsys.readouterr().err
