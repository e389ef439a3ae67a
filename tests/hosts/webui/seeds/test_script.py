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
from seedloupe.tables import Evidence, NoiseSpec, SeedEffect, Status

from ....outside_packages import SOUND, install
from ..conftest import BEST_FIRST, HEIGHT, SHAPE, WIDTH, Host, golden_table

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


def test_pictures_start_from_the_noise_of_the_seeds_whose_turn_it_is(host: Host) -> None:
    processed = host.run(host.job(*ON, batch_size=3))
    assert processed.p.all_seeds == host.turns(0, 3)
    for picture, seed in zip(processed.images, host.turns(0, 3), strict=True):
        assert torch.equal(picture.noise, noise_of(seed))
    assert host.errors == []


def test_every_press_goes_on_behind_the_last_picture(host: Host) -> None:
    seeds = [host.run(host.job(*ON, batch_size=2)).p.all_seeds for _ in range(4)]
    assert [seed for each in seeds for seed in each] == host.turns(0, 8)
    assert len({seed for each in seeds for seed in each}) == 8


def test_a_restart_goes_on_as_well(host: Host) -> None:
    host.run(host.job(*ON, batch_size=3))
    host.ours("seeds.stores").positions.cache_clear()
    assert host.run(host.job(*ON)).p.all_seeds == host.turns(3, 4)


def test_a_position_that_was_set_is_where_the_job_begins_and_the_next_goes_on(host: Host) -> None:
    set_to = {"table": "golden", "position": 5}
    assert host.run(host.job(set_to, batch_size=2)).p.all_seeds == host.turns(5, 7)
    assert host.run(host.job(*ON)).p.all_seeds == host.turns(7, 8)


def test_every_rule_has_a_position_of_its_own(host: Host) -> None:
    host.run(host.job(*ON, batch_size=3))
    ranked = {"table": "golden", "ranks": "1-4"}
    assert host.run(host.job(ranked, batch_size=4)).p.all_seeds == list(BEST_FIRST[:4])
    assert host.run(host.job(*ON)).p.all_seeds == host.turns(3, 4)


def test_ranks_are_taken_from_the_best_of_them_on_and_come_again(host: Host) -> None:
    job = host.job({"table": "golden", "ranks": "3-5"}, batch_size=4)
    texts = host.run(job).infotexts
    assert job.all_seeds == [*BEST_FIRST[2:5], BEST_FIRST[2]]
    assert [text[infotext.RANK] for text in texts] == [f"{n} of 32" for n in (3, 4, 5, 3)]
    assert "come twice" in " ".join(job.comments)


def test_the_table_of_the_loaded_checkpoint_is_found(host: Host) -> None:
    table = golden_table()
    other = replace(table.spec.model, sha256="cd" * 32)
    host.add_table("a-first", replace(table, spec=replace(table.spec, model=other)))
    job = host.job({})
    host.run(job)
    assert job.extra_generation_params[infotext.TABLE] == "golden"


def test_another_models_table_is_never_taken_unasked(host: Host) -> None:
    table = golden_table()
    other = replace(table.spec.model, sha256="cd" * 32)
    host.add_table("golden", replace(table, spec=replace(table.spec, model=other)))
    job = host.job({})
    assert is_untouched(host, job)
    assert "a table made with stand-in, got none" in note_of(job)


def test_another_models_table_that_was_chosen_is_told_as_such(host: Host) -> None:
    table = golden_table()
    other = replace(table.spec.model, name="theirs", sha256="cd" * 32)
    host.add_table("golden", replace(table, spec=replace(table.spec, model=other)))
    job = host.job(*ON)
    host.run(job)
    assert job.all_seeds == host.turns(0, 1)
    assert "The table is of theirs (cdcdcdcdcd), not of stand-in" in note_of(job)


def test_every_picture_tells_its_own_rank_and_position_in_every_batch(host: Host) -> None:
    processed = host.run(host.job(*ON, batch_size=2, n_iter=3))
    told = [
        (text["Seed"], text[infotext.RANK], text[infotext.POSITION]) for text in processed.infotexts
    ]
    expected = [
        (seed, f"{BEST_FIRST.index(seed) + 1} of 32", str(place))
        for place, seed in enumerate(host.turns(0, 6))
    ]
    assert told == expected


def test_the_grid_tells_the_rank_of_the_seed_it_names(host: Host) -> None:
    grid = host.run(host.job(*ON, batch_size=2, n_iter=2)).grid_infotext
    (first,) = host.turns(0, 1)
    assert (grid["Seed"], grid[infotext.RANK]) == (first, f"{BEST_FIRST.index(first) + 1} of 32")


def test_the_api_gets_seeds_it_can_use_again(host: Host) -> None:
    told = json.loads(host.run(host.job(*ON, batch_size=2)).js())
    assert told["all_seeds"] == host.turns(0, 2)
    assert told["extra_generation_params"][infotext.TABLE] == "golden"


def test_the_api_gets_the_notes(host: Host) -> None:
    told = json.loads(host.run(host.job(*ON, steps=30)).js())
    note = told["extra_generation_params"][infotext.NOTE]
    assert "Sampling steps 12, here 30" in note


def test_a_job_the_table_was_made_for_matches_exactly_and_says_no_more(host: Host) -> None:
    job = host.job(*ON)
    host.run(job)
    assert job.extra_generation_params[infotext.MATCH] == "exact"
    assert job.comments == {}


def test_other_settings_are_told_in_the_pages_words_and_the_seeds_still_used(host: Host) -> None:
    job = host.job(*ON, steps=30)
    host.run(job)
    assert job.all_seeds == host.turns(0, 1)
    assert job.extra_generation_params[infotext.MATCH] == "noise_only"
    assert next(iter(job.comments)) == (
        "Seedloupe: Made with other settings: Sampling steps 12, here 30."
    )


def test_named_fields_do_what_the_list_does(host: Host) -> None:
    named = host.job({"enabled": True, "table": "golden", "only_random": True}, batch_size=2)
    host.run(named)
    assert named.all_seeds == host.turns(0, 2)


def test_a_closed_panel_changes_nothing(host: Host) -> None:
    job = host.job(False, "golden", True, batch_size=2)
    assert is_untouched(host, job)
    assert job.extra_generation_params == {}
    assert job.comments == {}


def test_the_rule_off_changes_nothing(host: Host) -> None:
    job = host.job(True, "golden", True, "off", batch_size=2)
    assert is_untouched(host, job)
    assert job.extra_generation_params == {}


@pytest.mark.parametrize("seed", [5, 0, [5, 6], "12", -5])
def test_a_given_seed_is_left_alone(host: Host, seed: object) -> None:
    job = host.job(*ON, prompt=["a", "b"], seed=seed)
    host.run(job)
    first = seed[0] if isinstance(seed, list) else int(str(seed))
    assert job.all_seeds == [first, first + 1]
    assert "A seed was given" in next(iter(job.comments))
    assert job.extra_generation_params == {}


def test_a_given_seed_that_the_table_knows_has_its_rank_told(host: Host) -> None:
    job = host.job(*ON, seed=BEST_FIRST[2], batch_size=2)
    (first, _) = host.run(job).infotexts
    assert job.all_seeds == [BEST_FIRST[2], BEST_FIRST[2] + 1]
    assert (first[infotext.TABLE], first[infotext.RANK]) == ("golden", "3 of 32")
    assert infotext.POSITION not in first


def test_a_given_seed_keeps_the_position_it_was_pasted_with(host: Host) -> None:
    (seed,) = host.turns(6, 7)
    job = host.job({"table": "golden", "position": 6}, seed=seed)
    assert host.run(job).infotexts[0][infotext.POSITION] == "6"
    other = host.job({"table": "golden", "position": 5}, seed=seed)
    assert infotext.POSITION not in host.run(other).infotexts[0]


@pytest.mark.parametrize("seed", [-1, None, "", "-1", "a word"])
def test_whatever_the_web_ui_draws_a_seed_for_is_replaced(host: Host, seed: object) -> None:
    job = host.job(*ON, seed=seed)
    host.run(job)
    assert job.all_seeds == host.turns(0, 1)


def test_a_given_seed_is_replaced_when_asked_to(host: Host) -> None:
    job = host.job(True, "golden", False, seed=5)
    host.run(job)
    assert job.all_seeds == host.turns(0, 1)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"subseed_strength": 0.3}, "variation seed"),
        ({"seed_resize_from_w": 32, "seed_resize_from_h": 32}, "noise resized from 32x32"),
        ({"width": 80}, "Made for 64x48, you draw 80x48"),
    ],
)
def test_what_the_table_cannot_answer_leaves_seeds_alone(
    host: Host, fields: dict[str, Any], word: str
) -> None:
    job = host.job(*ON, **fields)
    assert is_untouched(host, job)
    assert word.lower() in note_of(job).lower()
    assert infotext.TABLE not in job.extra_generation_params
    assert "shape" not in note_of(job)


def test_a_resized_seed_is_fine_where_it_is_resized_from_the_tables_size(host: Host) -> None:
    job = host.job(*ON, width=80, height=64, seed_resize_from_w=WIDTH, seed_resize_from_h=HEIGHT)
    host.run(job)
    assert job.all_seeds == host.turns(0, 1)
    assert "the layout is carried over" in note_of(job)


def test_carrying_sets_the_web_uis_own_seed_resize_for_this_job_alone(host: Host) -> None:
    job = host.job({"table": "golden", "carry": True}, width=80, height=64)
    (picture,) = host.run(job).images
    (seed,) = host.turns(0, 1)
    assert (job.seed_resize_from_w, job.seed_resize_from_h) == (WIDTH, HEIGHT)
    assert torch.equal(picture.noise[:, 1:7, 1:9], noise_of(seed))
    job.script_args = [0, {"enabled": False}, *job.script_args[2:]]
    host.run(job)
    assert (job.seed_resize_from_w, job.seed_resize_from_h) == (-1, -1)


def test_carrying_at_the_tables_own_size_changes_nothing(host: Host) -> None:
    job = host.job({"table": "golden", "carry": True})
    host.run(job)
    assert (job.seed_resize_from_w, job.seed_resize_from_h) == (-1, -1)
    assert infotext.CARRY not in job.extra_generation_params


@pytest.mark.parametrize(
    ("setting", "value", "fields", "word"),
    [
        ("randn_source", "NV", {}, 'source" to CPU'),
        ("eta_noise_seed_delta", 31337, {"sampler_name": "Euler a"}, "31337"),
    ],
)
def test_settings_that_change_the_noise_leave_seeds_alone(
    host: Host, setting: str, value: object, fields: dict[str, Any], word: str
) -> None:
    setattr(host.opts, setting, value)
    job = host.job(*ON, **fields)
    assert is_untouched(host, job)
    assert word in note_of(job)


def test_a_delta_for_step_noise_means_nothing_to_samplers_without(host: Host) -> None:
    host.opts.eta_noise_seed_delta = 31337
    job = host.job(*ON)
    host.run(job)
    assert job.all_seeds == host.turns(0, 1)


def test_published_numbers_of_unstated_noise_are_never_said_to_match(host: Host) -> None:
    table = golden_table()
    noise = replace(table.spec.noise, extra={"unstated": ["rng", "shape"]})
    origin = replace(table.spec.provenance, status=Status.PUBLISHED)
    host.add_table(
        "golden", replace(table, spec=replace(table.spec, noise=noise, provenance=origin))
    )
    job = host.job(*ON)
    host.run(job)
    assert job.extra_generation_params[infotext.MATCH] == "unknown"
    assert "cannot be known" in note_of(job)


def test_a_table_for_other_noise_names_the_setting_that_would_fit_it(host: Host) -> None:
    table = golden_table()
    noise = NoiseSpec(Rng.PHILOX, None, "float32", SHAPE, 0, ())
    host.add_table("nv", replace(table, spec=replace(table.spec, noise=noise)))
    job = host.job(True, "nv", True)
    assert is_untouched(host, job)
    assert "stand for nv noise, and cpu noise is drawn here" in note_of(job)
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

    monkeypatch.setattr(host.ours("seeds.choice"), "use_of_processing", stumble)
    job = host.job(*ON)
    assert is_untouched(host, job)
    assert "ZeroDivisionError: a bug" in note_of(job)
    assert len(job.comments) == 1
    assert host.errors == []


def test_a_processing_object_that_runs_again_keeps_nothing_of_the_first_run(host: Host) -> None:
    job = host.job(*ON)
    host.run(job)
    job.seed = 2_000_000_000  # as a batch with the seeds of its pictures does
    host.run(job)
    assert job.all_seeds == [2_000_000_000]
    assert job.extra_generation_params == {}


def test_seeds_no_better_than_the_average_are_told_apart(host: Host) -> None:
    job = host.job({"table": "golden", "ranks": "14-18"}, batch_size=5)
    host.run(job)
    assert "of these 5 seeds the table expects no better" in next(iter(job.comments))


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
    assert job.all_seeds == host.turns(0, 1)
    assert "second pass" in next(iter(job.comments))


def test_pictures_another_script_added_get_seeds_too(host: Host) -> None:
    scripts = host.module("scripts")

    class Doubler(scripts.Script):
        def before_process(self, p: Any, *args: Any) -> None:
            p.n_iter = 2

    host.other_scripts = (Doubler(),)
    job = host.job(*ON, batch_size=2)
    host.run(job)
    assert job.all_seeds == host.turns(0, 4)


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
