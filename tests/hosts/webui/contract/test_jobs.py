"""What a job does, in the order it does it: seeds, texts, mistakes, interruptions."""

from __future__ import annotations

import pytest

from ..conftest import EVERY_WEB_UI
from .backends import Live, StandIn

WebUi = StandIn | Live
pytestmark = EVERY_WEB_UI


def test_callbacks_come_in_this_order(web_ui: WebUi) -> None:
    done = web_ui.ask(seed=42)
    told = [name for name, _ in done.events if name not in ("denoiser", "unet")]
    assert told == [
        "before_process",
        "process",
        "before_process_batch",
        "process_batch",
        "sampling",
        "post_sample",
        "postprocess_batch",
        "postprocess_batch_list",
        "postprocess_image",
        "postprocess_maskoverlay",
        "after_composite",
        "postprocess",
    ]


def test_seeds_count_up_from_the_one_that_was_asked_for(web_ui: WebUi) -> None:
    done = web_ui.ask(seed=42, batch_size=2, n_iter=2)
    assert done.seeds == [42, 43, 44, 45]
    assert [facts["seeds"] for facts in done.all("before_process_batch")] == [[42, 43], [44, 45]]


def test_a_seed_left_to_chance_is_still_minus_one_in_process(web_ui: WebUi) -> None:
    (facts,) = web_ui.ask(seed=-1).all("process")
    assert facts["seed"] == -1
    assert facts["seeds"] != [-1]


def test_seeds_set_in_process_are_drawn_from_and_told(web_ui: WebUi) -> None:
    done = web_ui.ask({"seeds": [42, 7, 9]}, seed=1, n_iter=3)
    assert done.seeds == [42, 7, 9]
    assert [text.split("Seed: ")[1].split(",")[0] for text in done.infotexts[-3:]] == [
        "42",
        "7",
        "9",
    ]
    # The first number of PyTorch's CPU generator for 42.
    assert done.all("sampling")[0]["noise"] == [1.9269]


def test_the_noise_of_a_seed_is_the_same_in_every_batch_layout(web_ui: WebUi) -> None:
    one = [facts["noise"] for facts in web_ui.ask(seed=42, n_iter=2).all("sampling")]
    (both,) = web_ui.ask(seed=42, batch_size=2).all("sampling")
    assert [number for noise in one for number in noise] == both["noise"]


def test_the_imitation_of_a_card_draws_other_noise(web_ui: WebUi) -> None:
    told = {"override_settings": {"randn_source": "NV"}}
    (facts,) = web_ui.ask(seed=101, **told).all("sampling")
    assert facts["noise"] == [pytest.approx(-0.8530, abs=1e-4)]


def test_seeds_changed_for_a_batch_come_too_late_for_its_noise(web_ui: WebUi) -> None:
    before = web_ui.ask(seed=42).all("sampling")[0]["noise"]
    done = web_ui.ask({"late_seeds": [4711]}, seed=42)
    assert done.all("sampling")[0]["noise"] == before
    assert "Seed: 4711" in done.infotexts[0]


def test_too_few_seeds_end_the_job(web_ui: WebUi) -> None:
    assert web_ui.ask({"seeds": [42]}, seed=1, n_iter=2).status == 500


def test_numbers_of_numpy_get_lost_on_the_way_to_the_asker(web_ui: WebUi) -> None:
    done = web_ui.ask({"seeds": [42, 43], "numpy": True}, seed=1, batch_size=2)
    assert done.seeds == [None, None]


def test_a_list_of_values_starts_anew_in_every_batch_and_a_function_does_not(
    web_ui: WebUi,
) -> None:
    plan = {"per_picture": ["a", "b", "c", "d"]}
    done = web_ui.ask(plan, seed=42, batch_size=2, n_iter=2)
    texts = done.infotexts[-4:]
    assert [text.split("Probe list: ")[1][0] for text in texts] == ["a", "b", "a", "b"]
    assert [text.split("Probe call: ")[1].split(",")[0] for text in texts] == [
        f"seed {seed}" for seed in (42, 43, 44, 45)
    ]


@pytest.mark.parametrize("place", ["process", "cfg_denoiser"])
def test_a_mistake_in_a_script_or_a_callback_costs_no_picture(web_ui: WebUi, place: str) -> None:
    done = web_ui.ask({"raise_in": place}, seed=42)
    assert (done.status, len(done.images)) == (200, 1)


def test_a_mistake_in_a_hook_ends_the_job(web_ui: WebUi) -> None:
    assert web_ui.ask({"raise_in": "unet"}, seed=42).status == 500
    assert web_ui.ask(seed=42).status == 200


def test_an_interruption_ends_the_job_and_what_comes_after_sampling_still_runs(
    web_ui: WebUi,
) -> None:
    done = web_ui.ask({"interrupt_at": 2}, seed=42, n_iter=3, steps=4)
    assert done.status == 200
    assert len(done.all("sampling")) == 1
    assert [facts["interrupted"] for facts in done.all("post_sample")] == [True]
    assert len(done.all("postprocess")) == 1


def test_a_skip_ends_one_batch_only(web_ui: WebUi) -> None:
    done = web_ui.ask({"skip_at": 2}, seed=42, n_iter=2, steps=4)
    assert len(done.all("sampling")) == 2
    assert 4 <= len(done.all("denoiser")) < 8


def test_a_picture_added_at_the_end_is_returned_with_its_text(web_ui: WebUi) -> None:
    done = web_ui.ask({"add_picture": True}, seed=42)
    assert len(done.images) == 2
    assert done.infotexts[1] == "added by the probe"


def test_a_second_pass_has_noise_of_its_own_size_and_the_same_seeds(web_ui: WebUi) -> None:
    upscaler = "Lanczos" if web_ui.neo else "Latent"  # Neo has none in latents
    more: dict[str, object] = {"hr_resize_x": 128, "hr_resize_y": 128, "hr_upscaler": upscaler}
    if web_ui.live and web_ui.forge:
        more["hr_additional_modules"] = ["Use same choices"]  # without it, Forge answers 500
    done = web_ui.ask(seed=42, enable_hr=True, denoising_strength=0.6, **more)
    first, *told_before, second = done.all("sampling")
    told_twice = web_ui.forge and not web_ui.neo  # Forge f2 alone announces the second pass twice
    assert [facts["hr"] for facts in told_before] == [True] * told_twice
    assert (first["hr"], second["hr"]) == (False, True)
    assert (first["shape"][2:], second["shape"][2:]) == ([8, 8], [16, 16])
    assert first["noise"][0] == pytest.approx(1.9269, abs=1e-4)
    assert [facts["step"] for facts in done.all("denoiser")].count(0) == 2
    names = [name for name, _ in done.events]
    second_sampling = len(names) - 1 - names[::-1].index("sampling")
    assert names.index("before_hr") < second_sampling


def test_the_place_in_the_job_is_told_by_forge_alone(web_ui: WebUi) -> None:
    told = [facts["index"] for facts in web_ui.ask(seed=42, n_iter=2).all("postprocess_image")]
    assert told == ([0, 1] if web_ui.forge else [None, None])
