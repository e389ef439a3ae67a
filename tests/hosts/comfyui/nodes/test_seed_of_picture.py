"""Which noise a picture was made from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from seedloupe.errors import ImageError, NoiseError
from seedloupe.metadata.seed_record import SeedRecord
from seedloupe.metadata.write_png import save_png
from seedloupe.noise import CPU_NOISE, initial_noise

from ..conftest import Host

SHAPE = (4, 6, 8)


@pytest.fixture
def folder(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(host.module("folder_paths"), "base_path", str(tmp_path))
    return tmp_path / "input"


def write(folder: Path, name: str, texts: dict[str, str]) -> None:
    save_png(torch.rand(3, 48, 64), folder / name, texts)


def ours(seed: int = 7) -> dict[str, str]:
    record = SeedRecord("seedloupe", "ComfyUI", seed, CPU_NOISE, (64, 48), SHAPE)
    return {"seedloupe": json.dumps(record.to_json())}


def read(host: Host, **given: Any) -> tuple[Any, str, str]:
    return host.node("SeedloupeSeedOfPicture").run(**given).args


def latent(*shape: int) -> dict[str, torch.Tensor]:
    return {"samples": torch.zeros(shape)}


def test_the_noise_of_a_picture_is_drawn_again(host: Host, folder: Path) -> None:
    write(folder, "a.png", ours())
    noise, seed, report = read(host, image="a.png")
    assert seed == "7"
    assert "Drawn with cpu noise" in report
    assert torch.equal(noise.generate_noise(latent(2, *SHAPE))[1], initial_noise(7, SHAPE))


def test_another_size_is_refused_in_pixels(host: Host, folder: Path) -> None:
    write(folder, "a.png", ours())
    noise, *_ = read(host, image="a.png")
    with pytest.raises(
        NoiseError, match=r"\(4, 6, 8\).*\(4, 8, 6\).*Set width and height to 64x48"
    ):
        noise.generate_noise(latent(1, 4, 8, 6))


def test_what_a_picture_leaves_open_can_be_said(host: Host, folder: Path) -> None:
    text = "a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 5, Size: 64x48"
    write(folder, "w.png", {"parameters": text})
    noise, seed, report = read(host, image="w.png")
    assert seed == "5"
    assert "cannot be drawn yet" in report
    with pytest.raises(NoiseError):
        noise.generate_noise(latent(1, *SHAPE))
    noise, _, report = read(host, image="w.png", source="cpu")
    assert torch.equal(noise.generate_noise(latent(1, *SHAPE))[0], initial_noise(5, SHAPE))


def test_a_picture_without_texts_is_told(host: Host, folder: Path) -> None:
    write(folder, "n.png", {})
    with pytest.raises(ImageError, match="without any text"):
        read(host, image="n.png")


@pytest.mark.parametrize("name", ["nowhere.png", "../secret.png"])
def test_only_files_of_the_hosts_folders_are_read(host: Host, folder: Path, name: str) -> None:
    write(folder, "a.png", ours())
    write(folder.parent, "secret.png", ours())
    refused = host.node("SeedloupeSeedOfPicture").validate_inputs(image=name)
    assert "expected a picture in ComfyUI's input folder" in refused
    assert host.node("SeedloupeSeedOfPicture").validate_inputs(image="a.png") is True


def test_pictures_are_listed_and_other_files_are_not(host: Host, folder: Path) -> None:
    write(folder, "b.png", ours())
    (folder / "c.txt").write_text("no")
    part = host.node("SeedloupeSeedOfPicture").define_schema().inputs[0]
    assert part.options == ["b.png"]
