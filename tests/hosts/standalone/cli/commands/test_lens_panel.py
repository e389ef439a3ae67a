"""A study's choice of layers, shown while generating."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.images import read_image
from seedloupe.lens.file import read_lens
from seedloupe.lens.layer_panel import LayerPanel, write_panel
from seedloupe.lens.panel import default_panel

from .conftest import Cli

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def panel_file(folder: Path, layers: tuple[str, ...]) -> Path:
    path = folder / "rank.panel.json"
    write_panel(LayerPanel(layers, "rank", "tiny", time=50, finding="These reach 0.7."), path)
    return path


def test_pictures_are_the_same_to_the_bit_with_a_studys_panel_on(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    layers = default_panel(tiny.unet)[::-1]
    path = panel_file(tmp_path, layers)
    how = ("a ball", "--model", model, "--seeds", "3", "--steps", 2)
    assert cli("generate", *how, "--out", tmp_path / "off").code == 0
    assert cli("lens", "run", *how, "--panel", path, "--out", tmp_path / "on").code == 0
    off, on = (next((tmp_path / name).glob("*-3.png")) for name in ("off", "on"))
    assert torch.equal(read_image(off), read_image(on))
    record = read_lens(next((tmp_path / "on").glob("*.lens.safetensors")))
    assert {layer.name for layer in record.spec.layers} == set(layers)


def test_what_a_panel_holds_is_said_with_whose_finding_it_is(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    path = panel_file(tmp_path, default_panel(tiny.unet)[:2])
    said = cli("lens", "layers", "--model", model, "--panel", path).out
    assert said.count("These reach 0.7.") == said.count("study rank") == 2
    assert "disagree" not in said


@pytest.mark.parametrize(
    ("panel", "told"),
    [
        ("missing.panel.json", "missing.panel.json: No such file"),
        ("published", "of the shape of SD 1.5 or SDXL"),
        ("mid-vit-out", "auto, published or a NAME.panel.json"),
    ],
)
def test_a_panel_that_cannot_be_is_refused_in_one_line(
    cli: Cli, model: Path, panel: str, told: str
) -> None:
    ended = cli("lens", "layers", "--model", model, "--panel", panel)
    assert ended.code == 2
    assert told in " ".join(ended.err.split())
    assert "Traceback" not in ended.err


def test_a_panel_of_another_models_layers_is_refused_before_a_picture_is_made(
    cli: Cli, model: Path, tmp_path: Path
) -> None:
    path = panel_file(tmp_path, ("mid-vit-out", "up-level7-repeat0-res-out"))
    out = tmp_path / "on"
    ended = cli("lens", "run", "a ball", "--model", model, "--panel", path, "--out", out)
    assert ended.code == 2
    assert "up-level7-repeat0-res-out" in ended.err
    assert not list(out.glob("*.png"))
