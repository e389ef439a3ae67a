from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from seedloupe.artifacts import ResultStore, Subject
from seedloupe.artifacts.picture_check import CheckAnswer
from seedloupe.artifacts.tally import Purpose
from seedloupe.hosts.webui.check.controls import TextCheckSettings
from seedloupe.hosts.webui.check.counting import SeedHistory
from seedloupe.hosts.webui.check.job import JobCheck, WebuiModules, aligned_texts
from seedloupe.noise import NoiseSource
from seedloupe.tables import TableUse

from .doubles import HIGH, WIDE, BrightReader, Host, Processing, Runner, mask_of, picture

USE = TableUse(NoiseSource(), (4, 8, 12), "ab" * 32)
BOX = (10, 10, 80, 50)


class Script:
    """The web UI's base class."""

    def process(self) -> None: ...


class ControlNet(Script):
    filename, args_from, args_to = "/somewhere/controlnet.py", 1, 2

    def title(self) -> str:
        return "ControlNet"

    def process(self) -> None: ...


@pytest.fixture(autouse=True)
def tallies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEEDLOUPE_TALLIES", str(tmp_path))
    return tmp_path


def job_of(p: Processing, host: Host, use: TableUse | None = USE, **set_to: Any) -> JobCheck:
    settings = TextCheckSettings(enabled=True, **set_to)
    history = SeedHistory(use, p.all_prompts[0], "stand-in", settings.count)
    modules = WebuiModules(host.shared, host.images, host.processing, Script)
    return JobCheck(p, settings, BrightReader(), history, modules, "ours.py")


def dark(size: tuple[int, int] = (WIDE, HIGH)) -> Image.Image:
    return picture(500, size)


def job(*seeds: int, **set_to: Any) -> Processing:
    usual = {"init_images": [dark()], "image_mask": mask_of(BOX), "mask_for_overlay": mask_of(BOX)}
    return Processing(list(seeds), **{**usual, **set_to})


def test_a_clean_picture_is_handed_back_as_it_is() -> None:
    host, given = Host(), picture(150)
    checked = job_of(job(150), host, retries=3).look(given)
    assert checked.picture is given
    assert checked.answer is CheckAnswer.NOTHING_FOUND
    assert not host.jobs


def test_text_that_the_source_shows_already_is_taken_out() -> None:
    source = picture(7)
    found = job_of(job(7, init_images=[source]), Host()).look(picture(7))
    assert found.answer is CheckAnswer.NOTHING_FOUND
    assert "source" in found.report.message
    assert job_of(job(7), Host()).look(picture(7)).answer is CheckAnswer.TEXT_FOUND


def test_only_what_was_masked_counts() -> None:
    beside = mask_of((0, 40, 96, 64))
    found = job_of(job(7, mask_for_overlay=beside), Host()).look(picture(7))
    assert found.answer is CheckAnswer.NOTHING_FOUND


def test_only_masked_is_checked_at_the_size_of_the_source() -> None:
    size = (160, 96)
    p = job(
        7,
        init_images=[dark(size)],
        width=64,
        height=64,
        mask_for_overlay=mask_of(BOX, size),
        paste_to=(4, 4, 90, 60),
    )
    found = job_of(p, Host()).look(picture(7, size))
    assert found.report.size == size
    assert found.answer is CheckAnswer.TEXT_FOUND
    beyond = job(
        7,
        init_images=[dark(size)],
        mask_for_overlay=mask_of(BOX, size),
        paste_to=(100, 0, 60, 60),
    )
    assert job_of(beyond, Host()).look(picture(7, size)).answer is CheckAnswer.NOTHING_FOUND


def test_a_picture_of_another_shape_cannot_be_known() -> None:
    found = job_of(job(7), Host()).look(picture(7, (80, 80)))
    assert found.answer is CheckAnswer.CANNOT_BE_KNOWN
    assert "another shape" in found.words


def test_a_picture_stopped_while_it_formed_is_neither_read_nor_counted(tallies: Path) -> None:
    host, p = Host(), job(7)
    host.state.interrupted = True
    found = job_of(p, host, retries=3).look(picture(7))
    assert found.answer is CheckAnswer.COULD_NOT_LOOK
    assert "stopped" in found.words
    assert not host.jobs
    assert not list(tallies.iterdir())


def test_a_flagged_picture_is_drawn_again_alone_and_its_seed_is_true() -> None:
    host, p = Host(), job(150, 7, batch_size=2)
    p.batch_index = 1
    p.all_seeds = p.seed = p.all_seeds  # the web UI uses the list it was given
    user_seeds = p.seed
    checks = job_of(p, host, retries=2)
    checks._further = iter([_candidate(8), _candidate(300)])
    checked = checks.look(picture(7))
    checks.keep(checked)
    assert checked.seed == 300
    assert p.seeds == [150, 300]
    assert p.all_seeds == [150, 300]
    assert user_seeds == [150, 7]
    assert [inner.seed for inner in host.jobs] == [8, 300]
    inner = host.jobs[-1]
    assert (inner.prompt, inner.subseed, inner.batch_size) == ("a meadow 1", 1001, 1)
    assert inner.do_not_save_samples
    assert host.state.job_count == 3


def test_a_copy_of_the_job_shares_nothing_that_changes() -> None:
    host, p = Host(), job(7, color_corrections=["of 0"], override_settings={"a": 1})
    p.extra_generation_params["Mask blur"] = 4
    checks = job_of(p, host, retries=1)
    checks._further = iter([_candidate(300)])
    checks.look(picture(7))
    inner = host.jobs[0]
    assert inner.extra_generation_params is not p.extra_generation_params
    assert inner.override_settings == {}
    assert inner.mask_for_overlay is None
    assert inner.image_mask is p.image_mask
    assert inner.color_corrections == ["of 0"]
    assert p.mask_for_overlay is not None
    assert p.extra_generation_params == {"Mask blur": 4}
    assert p.scripts.callback_map["script_process"]
    assert inner.scripts_value.callback_map == {}


def test_a_blank_mask_that_the_web_ui_set_aside_is_none_in_the_copy() -> None:
    host, p = Host(), job(7, mask_for_overlay=None)
    checks = job_of(p, host, retries=1)
    checks._further = iter([_candidate(300)])
    assert checks.look(picture(7)).seed == 300
    assert host.jobs[0].image_mask is None


def test_the_random_numbers_of_the_job_go_on_as_if_nothing_was_drawn() -> None:
    host, p = Host(), job(7)
    checks = job_of(p, host, retries=1)
    checks._further = iter([_candidate(300)])
    torch.manual_seed(5)
    wanted = torch.randn(3)
    torch.manual_seed(5)
    checks.look(picture(7))
    assert torch.equal(torch.randn(3), wanted)


def test_an_interrupt_while_drawing_again_keeps_the_picture_there_is() -> None:
    host, p = Host(interrupt_at=1), job(7)
    checks = job_of(p, host, retries=5)
    checks._further = iter([_candidate(300), _candidate(301)])
    checked = checks.look(picture(7))
    assert checked.seed == 7
    assert len(host.jobs) == 1
    assert checked.retry_words.startswith("Stopped.")


def test_a_skip_while_a_picture_is_made_ready_is_not_forgotten() -> None:
    host, p = Host(skip_at=1), job(7)
    checks = job_of(p, host, retries=5)
    checks._further = iter([_candidate(300), _candidate(301)])
    checked = checks.look(picture(7))
    assert checked.seed == 7
    assert not host.jobs
    assert checked.retry_words.startswith("Stopped.")


def test_beside_an_extension_that_could_not_go_along_nothing_is_drawn_again() -> None:
    p = job(7, scripts_value=Runner(ControlNet()), script_args=(0, True))
    host = Host()
    checked = job_of(p, host, retries=2).look(picture(7))
    assert "ControlNet is on" in checked.retry_words
    assert not host.jobs
    off = job(7, scripts_value=Runner(ControlNet()), script_args=(0, False))
    checks = job_of(off, host, retries=2)
    checks._further = iter([_candidate(300)])
    assert checks.look(picture(7)).seed == 300


def test_at_full_variation_another_seed_would_change_nothing() -> None:
    checked = job_of(job(7, subseed_strength=1.0), Host(), use=None, retries=2).look(picture(7))
    assert "variation seed decides" in checked.retry_words


def test_what_is_found_is_counted_for_the_model_and_the_size(tallies: Path) -> None:
    job_of(job(7), Host()).look(picture(7))
    subject = Subject("ab" * 32, "stand-in", Purpose.COMPLETION, NoiseSource(), (4, 8, 12))
    tally = ResultStore(tallies).read(subject)
    assert [(count.seed, count.flagged) for count in tally.seeds()] == [(7, 1)]


@pytest.mark.parametrize(("use", "count"), [(None, True), (USE, False)])
def test_nothing_is_counted_where_nobody_can_say_or_nobody_wants(
    tallies: Path, use: TableUse | None, count: bool
) -> None:
    job_of(job(7), Host(), use=use, count=count).look(picture(7))
    assert not list(tallies.iterdir())


def test_what_was_found_is_marked_on_a_picture_of_its_own() -> None:
    checks = job_of(job(150, 7, batch_size=2), Host())
    given = picture(7)
    before = np.array(given)
    checks.look(picture(150))
    checks.p.batch_index = 1
    checks.look(given)
    [(number, overlay)] = checks.overlays
    assert number == 2
    assert overlay.size == given.size
    assert np.array_equal(np.array(given), before)
    assert not np.array_equal(np.array(overlay), before)


def test_texts_stay_with_their_pictures_where_masks_have_none() -> None:
    images = [picture(1), mask_of(BOX), picture(2)]
    images[2].info["parameters"] = "of the third"
    assert aligned_texts(images, ["of the first"]) == ["of the first", "", "of the third"]


def _candidate(seed: int) -> Any:
    from seedloupe.artifacts import Candidate

    return Candidate(seed, "wired")
