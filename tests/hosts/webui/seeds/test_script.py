"""The script in a whole job, from the panel's values to pictures and their parameters."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from seedloupe.hosts.webui.seeds import infotext
from seedloupe.noise import Rng
from seedloupe.tables import Evidence, NoiseSpec, SeedEffect

from ....outside_packages import SOUND, install
from ..conftest import BEST_FIRST, SHAPE, Host, golden_table

ON = (True, "golden", True)


def noise_of(seed: int) -> torch.Tensor:
    """The oracle: what the documentation of PyTorch's CPU generator promises."""
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed))


def note_of(job: Any) -> str:
    return str(job.extra_generation_params[infotext.NOTE])


def is_untouched(host: Host, job: Any) -> bool:
    """Run the job; tell whether the seeds are the web UI's own and every picture was made."""
    pictures = host.run(job).images
    own = host.module("processing").RANDOM_SEED
    count = len(job.all_prompts)
    step = 0 if job.subseed_strength else 1
    return len(pictures) == count and job.all_seeds == [own + step * i for i in range(count)]


def test_pictures_start_from_the_noise_of_the_best_seeds(host: Host) -> None:
    processed = host.run(host.job(*ON, batch_size=3))
    assert processed.p.all_seeds == list(BEST_FIRST[:3])
    for picture, seed in zip(processed.images, BEST_FIRST[:3], strict=True):
        assert torch.equal(picture, noise_of(seed))
    assert host.errors == []


def test_every_picture_tells_its_own_rank_in_every_batch(host: Host) -> None:
    processed = host.run(host.job(*ON, batch_size=2, n_iter=3))
    told = [(text["Seed"], text[infotext.RANK]) for text in processed.infotexts]
    assert told == [(seed, f"{place} of 8") for place, seed in enumerate(BEST_FIRST[:6], 1)]


def test_the_grid_tells_the_rank_of_the_seed_it_names(host: Host) -> None:
    grid = host.run(host.job(*ON, batch_size=2, n_iter=2)).grid_infotext
    assert (grid["Seed"], grid[infotext.RANK]) == (BEST_FIRST[0], "1 of 8")


def test_the_api_gets_seeds_it_can_use_again(host: Host) -> None:
    told = json.loads(host.run(host.job(*ON, batch_size=2)).js())
    assert told["all_seeds"] == list(BEST_FIRST[:2])
    assert told["extra_generation_params"][infotext.TABLE] == "golden"


def test_a_job_the_table_was_made_for_matches_exactly_and_says_no_more(host: Host) -> None:
    job = host.job(*ON)
    host.run(job)
    assert job.extra_generation_params[infotext.MATCH] == "exact"
    assert job.comments == {}


def test_other_settings_are_told_and_the_seeds_still_used(host: Host) -> None:
    job = host.job(*ON, steps=30)
    host.run(job)
    assert job.all_seeds == [BEST_FIRST[0]]
    assert job.extra_generation_params[infotext.MATCH] == "noise_only"
    assert "sampling.steps: the table has 12, in use is 30" in next(iter(job.comments))


def test_named_fields_do_what_the_list_does(host: Host) -> None:
    named = host.job({"enabled": True, "table": "golden", "only_random": True}, batch_size=2)
    host.run(named)
    assert named.all_seeds == list(BEST_FIRST[:2])


def test_a_closed_panel_changes_nothing(host: Host) -> None:
    job = host.job(False, "golden", True, batch_size=2)
    assert is_untouched(host, job)
    assert job.extra_generation_params == {}
    assert job.comments == {}


@pytest.mark.parametrize("seed", [5, 0, [5, 6], "12"])
def test_a_given_seed_is_left_alone(host: Host, seed: object) -> None:
    job = host.job(*ON, prompt=["a", "b"], seed=seed)
    host.run(job)
    first = seed[0] if isinstance(seed, list) else int(str(seed))
    assert job.all_seeds == [first, first + 1]
    assert "A seed was given" in next(iter(job.comments))
    assert job.extra_generation_params == {}


@pytest.mark.parametrize("seed", [-1, None, ""])
def test_whatever_the_web_ui_draws_a_seed_for_is_replaced(host: Host, seed: object) -> None:
    job = host.job(*ON, seed=seed)
    host.run(job)
    assert job.all_seeds == [BEST_FIRST[0]]


def test_a_given_seed_is_replaced_when_asked_to(host: Host) -> None:
    job = host.job(True, "golden", False, seed=5)
    host.run(job)
    assert job.all_seeds == [BEST_FIRST[0]]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"subseed_strength": 0.3}, "variation seed"),
        ({"seed_resize_from_w": 32, "seed_resize_from_h": 32}, "32x32"),
        ({"width": 80}, "Set width and height to 64x48"),
        ({"batch_size": 9}, "8 seeds, too few for 9 pictures"),
    ],
)
def test_what_the_table_cannot_answer_leaves_seeds_alone(
    host: Host, fields: dict[str, Any], word: str
) -> None:
    job = host.job(*ON, **fields)
    assert is_untouched(host, job)
    assert word.lower() in note_of(job).lower()
    assert infotext.TABLE not in job.extra_generation_params


@pytest.mark.parametrize(
    ("setting", "value", "word"),
    [("randn_source", "NV", 'source" to CPU'), ("eta_noise_seed_delta", 31337, "31337")],
)
def test_settings_that_change_the_noise_leave_seeds_alone(
    host: Host, setting: str, value: object, word: str
) -> None:
    setattr(host.opts, setting, value)
    job = host.job(*ON)
    assert is_untouched(host, job)
    assert word in note_of(job)


def test_a_table_for_other_noise_names_the_setting_that_would_fit_it(host: Host) -> None:
    table = golden_table()
    noise = NoiseSpec(Rng.PHILOX, None, "float32", SHAPE, 0, ())
    host.add_table("nv", replace(table, spec=replace(table.spec, noise=noise)))
    job = host.job(True, "nv", True)
    assert is_untouched(host, job)
    assert "noise.rng: the table has nv, in use is cpu" in note_of(job)
    assert 'source" to NV' in note_of(job)


def test_a_broken_table_costs_a_message_and_no_picture(host: Host) -> None:
    path = host.add_table("broken", golden_table())
    path.write_bytes(path.read_bytes()[:100])
    job = host.job(True, "broken", True)
    assert is_untouched(host, job)
    assert len(job.comments) == 1
    assert str(host.folder) not in note_of(job)


def test_an_unknown_table_costs_a_message_and_no_picture(host: Host) -> None:
    job = host.job(True, "nowhere", True)
    assert is_untouched(host, job)
    assert "one of golden" in note_of(job)


def test_arguments_nobody_understands_cost_a_message_and_no_picture(host: Host) -> None:
    job = host.job({"tabel": "golden"})
    assert is_untouched(host, job)
    assert "tabel" in note_of(job)


def test_a_bug_of_ours_costs_a_message_and_no_picture(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*args: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(host.ours("seeds.script"), "use_of_processing", stumble)
    job = host.job(*ON)
    assert is_untouched(host, job)
    assert "ZeroDivisionError: a bug" in note_of(job)
    assert len(job.comments) == 1
    assert host.errors == []


def test_a_processing_object_that_runs_again_keeps_nothing_of_the_first_run(host: Host) -> None:
    job = host.job(*ON)
    host.run(job)
    job.seed = 99  # as loopback does
    host.run(job)
    assert job.all_seeds == [99]
    assert job.extra_generation_params == {}


def test_seeds_no_better_than_the_average_are_told_apart(host: Host) -> None:
    job = host.job(*ON, batch_size=5)  # four of eight are above the mean
    host.run(job)
    assert job.all_seeds == list(BEST_FIRST[:5])
    assert "Of 1 of these 5 seeds the table expects no better" in next(iter(job.comments))


def test_a_table_that_saw_no_effect_of_seeds_says_so(host: Host) -> None:
    table = golden_table()
    nothing = Evidence("planted", SeedEffect.NO_EFFECT)
    host.add_table("golden", replace(table, spec=replace(table.spec, evidence=nothing)))
    job = host.job(*ON)
    host.run(job)
    assert "no effect" in next(iter(job.comments))


def test_hires_fix_is_told_apart(host: Host) -> None:
    job = host.job(*ON, enable_hr=True)
    host.run(job)
    assert job.all_seeds == [BEST_FIRST[0]]
    assert "second pass" in next(iter(job.comments))


def test_pictures_another_script_added_get_seeds_too(host: Host) -> None:
    scripts = host.module("scripts")

    class Doubler(scripts.Script):
        def before_process(self, p: Any, *args: Any) -> None:
            p.n_iter = 2

    host.other_scripts = (Doubler(),)
    job = host.job(*ON, batch_size=2)
    host.run(job)
    assert job.all_seeds == list(BEST_FIRST[:4])


def test_the_users_folder_is_looked_into_first(host: Host) -> None:
    own = host.folder / "own"
    write = golden_table()
    path = host.add_table("other", replace(write, spec=replace(write.spec, evidence=None)))
    own.mkdir()
    path.rename(own / path.name.replace("other", "golden"))
    host.opts.data["seedloupe_table_folder"] = str(own)
    job = host.job(*ON)
    host.run(job)
    assert "no evidence" in next(iter(job.comments))


def test_the_script_is_always_visible_in_both_tabs(host: Host) -> None:
    visible = host.module("scripts").AlwaysVisible
    assert host.script.show(True) is host.script.show(False) is visible
    assert host.script.title() == "Seedloupe"


def test_outside_plug_ins_are_asked_for_once_and_a_broken_one_is_logged_once(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    install(site, monkeypatch, "seedloupe-sound", SOUND)
    install(site, monkeypatch, "seedloupe-broken", "raise ImportError('no engine')")
    host.ours("plug_ins").webui_plugins.cache_clear()
    caplog.clear()

    txt2img, img2img = (host.ours("script").SeedloupeScript() for _ in range(2))

    assert txt2img.plugins is img2img.plugins
    assert "last" in txt2img.plugins.pickers
    (line,) = [one.getMessage() for one in caplog.records if "plug-in" in one.getMessage()]
    assert line.startswith("Seedloupe: plug-in seedloupe-broken of the package seedloupe-broken")
    assert "ImportError: no engine" in line
