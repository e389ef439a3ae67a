"""The check for text as ComfyUI runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from seedloupe.errors import ShapeError

from ..conftest import Host
from ..planted_text import HEIGHT, WIDTH, PlantedReader, picture

Check = Callable[..., Any]
VERDICT, OVERLAY, TEXT, KEPT, REJECTED, REPORT = range(6)


@pytest.fixture
def check(host: Host, monkeypatch: pytest.MonkeyPatch) -> Check:
    monkeypatch.setattr(host.ours("text_check"), "reader_named", lambda name: PlantedReader())
    return host.node("SeedloupeCheckText").run


def batch(*texts: bool) -> torch.Tensor:
    return torch.cat([picture(text=text) for text in texts])


def test_pictures_are_parted_by_what_is_found(check: Check) -> None:
    images = batch(False, True, False)
    args = check(images=images).args
    assert [float(one[0, 0, 0, 0]) for one in args[KEPT]] == [0.25, 0.25]
    assert torch.equal(args[REJECTED][0], images[1:2])
    assert args[VERDICT] == "3 pictures: 2 not flagged, 1 flagged."
    assert "Picture 2: Text in the picture" in args[REPORT]


def test_nothing_rejected_keeps_what_is_wired_to_it_from_running(host: Host, check: Check) -> None:
    blocker = host.module("comfy_execution.graph_utils").ExecutionBlocker
    (rejected,) = check(images=batch(False)).args[REJECTED]
    assert isinstance(rejected, blocker)
    assert rejected.message is None


def test_the_mask_covers_the_flagged_text_and_nothing_else(check: Check) -> None:
    args = check(images=batch(True, False)).args
    mask = args[TEXT]
    assert mask.shape == (2, HEIGHT, WIDTH)
    planted = torch.zeros(HEIGHT, WIDTH)
    planted[4:24, 4:52] = 1
    assert torch.equal(mask[0], planted)
    assert not mask[1].any()
    assert args[OVERLAY].shape == (2, HEIGHT, WIDTH, 3)


def test_text_outside_the_mask_and_text_that_was_there_is_no_fault(check: Check) -> None:
    below = torch.zeros(1, HEIGHT, WIDTH)
    below[:, 40:] = 1
    assert check(images=batch(True), mask=below).args[VERDICT].startswith("No text found")
    found = check(images=batch(True), mask=1 - below, before=batch(True)).args[VERDICT]
    assert found.startswith("No text artifact found")


def test_a_mask_of_another_size_is_refused_with_both_sizes(check: Check) -> None:
    with pytest.raises(ShapeError, match=r"mask.*96x64 pixels.*64x96 pixels.*Wire the mask"):
        check(images=batch(True), mask=torch.ones(1, WIDTH, HEIGHT))


def test_without_a_reader_every_picture_is_kept_and_nothing_is_called_free_of_text(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host.ours("text_check"), "reader_named", lambda name: None)
    args = host.node("SeedloupeCheckText").run(images=batch(True, False)).args
    assert len(args[KEPT]) == 2
    assert args[VERDICT] == "2 pictures: 2 not checked."
    assert "Read by" not in args[REPORT]


def test_the_report_names_the_reader_that_looked(check: Check) -> None:
    assert "Read by planted." in check(images=batch(True, False)).args[REPORT].splitlines()


def test_a_transparent_picture_passes_on_as_it_came(check: Check) -> None:
    images = torch.cat([batch(False), torch.full((1, HEIGHT, WIDTH, 1), 0.5)], dim=-1)
    assert torch.equal(check(images=images).args[KEPT][0], images)


def test_a_single_picture_with_its_seed_and_model_is_counted(
    host: Host, check: Check, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SEEDLOUPE_TALLIES", str(tmp_path / "counted"))
    model = host.module("comfy.model_patcher").ModelPatcher()
    model.set_attachments("seedloupe_sha256", "ab" * 32)
    check(images=batch(True), seed=7, model=model)
    (file,) = (tmp_path / "counted").iterdir()
    counted = file.read_text("utf-8").splitlines()[1:]
    assert [str(json.loads(line)["seed"]) for line in counted] == ["7"]
    check(images=batch(True, True), seed=7, model=model)  # whose seed is it?
    assert file.read_text("utf-8").splitlines()[1:] == counted
