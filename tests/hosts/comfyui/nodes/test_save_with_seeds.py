"""Pictures that say each its own seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from seedloupe.metadata import FoundLevel, Missing, draw_found, noise_in_file
from seedloupe.metadata.write_png import read_png_metadata
from seedloupe.noise import initial_noise

from ....seed_tables import SHAPE, full_table
from ..conftest import Host
from .test_pick_seeds import latent, pick

HIDDEN = {
    "prompt": {"1": {"class_type": "X", "inputs": {}}},
    "extra_pnginfo": {"workflow": {"a": 1}},
}


@pytest.fixture
def out(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(host.module("folder_paths"), "base_path", str(tmp_path))
    return tmp_path / "output"


def save(host: Host, batches: list[int], noise: Any = None) -> Any:
    images = [torch.rand(count, 48, 64, 3) for count in batches]
    given = {"images": images, "filename_prefix": ["a/b"]}
    if noise is not None:
        given["noise"] = [noise] * len(batches)
    return host.node("SeedloupeSaveWithSeeds").run_hidden(HIDDEN, **given)


def picked(host: Host) -> tuple[list[int], Any]:
    host.add_table(full_table(), "mine")
    seeds, noise, *_ = pick(host).args
    return seeds, noise


def files(out: Path) -> list[Path]:
    return sorted((out / "a").glob("*.png"))


@pytest.mark.parametrize("batches", [[3], [1, 1, 1]])
def test_each_picture_is_read_back_with_its_own_seed(
    host: Host, out: Path, batches: list[int]
) -> None:
    seeds, noise = picked(host)
    save(host, batches, noise)
    for place, (path, seed) in enumerate(zip(files(out), seeds, strict=True)):
        found = noise_in_file(path)
        assert (found.level, found.seeds, found.shape) == (FoundLevel.EXACT, (seed,), SHAPE)
        assert torch.equal(draw_found(found), initial_noise(seed, SHAPE))
        record = read_png_metadata(path).record
        assert (record["table"], record["position"], record["pick"]) == ("mine", place, "golden")
        assert record["rank"] == noise.choice.picking.picks[place].rank


def test_some_of_a_batch_keep_their_seeds(host: Host, out: Path) -> None:
    seeds, noise = picked(host)
    noise.generate_noise(latent(batch=2) | {"batch_index": [2, 0]})
    save(host, [2], noise)
    assert [noise_in_file(path).seeds for path in files(out)] == [(seeds[2],), (seeds[0],)]


def test_the_workflow_is_saved_as_well(host: Host, out: Path) -> None:
    from PIL import Image

    save(host, [3], picked(host)[1])
    texts = Image.open(files(out)[0]).text
    assert json.loads(texts["prompt"]) == HIDDEN["prompt"]
    assert json.loads(texts["workflow"]) == {"a": 1}


def test_pictures_whose_seed_nobody_can_tell_are_saved_without(host: Host, out: Path) -> None:
    _, noise = picked(host)
    shown = save(host, [4], noise).ui
    assert len(files(out)) == len(shown["images"]) == 4
    assert "4 pictures of 3 seeds" in shown["seedloupe_report"][0]
    assert read_png_metadata(files(out)[0]).record is None


def test_a_noise_of_the_host_costs_no_picture(host: Host, out: Path) -> None:
    shown = save(host, [2], object()).ui
    assert len(files(out)) == 2
    assert "No noise of Seedloupe" in shown["seedloupe_report"][0]


def test_nothing_is_written_down_where_the_host_was_told_so(
    host: Host, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host.module("comfy.cli_args").args, "disable_metadata", True)
    save(host, [3], picked(host)[1])
    from PIL import Image

    assert Image.open(files(out)[0]).text == {}


def test_a_size_nobody_recorded_is_asked_for(host: Host, out: Path) -> None:
    noise = host.node("SeedloupeNoiseFromSeeds").run(seeds="7,3", source="cpu").args[0]
    save(host, [1, 1], noise)
    found = noise_in_file(files(out)[1])
    assert (found.seeds, found.level, found.missing) == (
        (3,),
        FoundLevel.DEPENDS,
        (Missing.SIZE,),
    )


def test_names_go_on_where_the_folder_ends(host: Host, out: Path) -> None:
    save(host, [2])
    save(host, [1])
    assert [path.name for path in files(out)] == [f"b_{n:05}_.png" for n in (1, 2, 3)]


@pytest.mark.parametrize("node_id", ["SeedloupeSaveWithSeeds", "SeedloupeSaveLens"])
def test_a_place_outside_the_output_folder_is_refused_before_sampling(
    host: Host, out: Path, node_id: str
) -> None:
    node = host.node(node_id)
    assert node.validate_inputs(filename_prefix="a/b") is True
    assert node.validate_inputs(filename_prefix=["a/b"]) is True
    assert node.validate_inputs(filename_prefix=None) is True  # wired: not known yet
    for prefix in ("../../b", ["a", "../b"]):
        refused = node.validate_inputs(filename_prefix=prefix)
        assert refused.startswith("filename_prefix: expected a place in ComfyUI's output folder")
        assert "Name it without" in refused
