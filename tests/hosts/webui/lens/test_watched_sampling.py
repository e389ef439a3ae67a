"""A sampling of the web UI is the same under the lens, and nothing of the lens is left after it."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from seedloupe.lens.layer_panel import LayerPanel, write_panel

from ....lens.conftest import count_hooks
from .conftest import Bench
from .one_sampling import Conds, InterruptedError_, OneSampling, loaded, scheduled, small_unet

Draw = Callable[[int], Tensor]
LONG = 154


def left_behind(sampling: OneSampling) -> list[str]:
    """What there is on a sampler and its denoiser that was not there before."""
    sampler = sampling.sampler
    names = [name for name in ("launch_sampling", "callback_state") if name in vars(sampler)]
    return names + [name for name in vars(sampler.model_wrap_cfg) if "seedloupe" in name]


CASES: dict[str, dict[str, Any]] = {
    "one call": {},
    "batching off": {"options": {"batched": False}},
    "a longer prompt": {"conds": Conds([[scheduled(1, LONG)], [scheduled(2, LONG)]])},
    "a longer negative": {"negatives": [scheduled(90, LONG).schedules] * 2},
    "the negative left out": {"options": {"skip_uncond": True}},
    "AND": {"conds": Conds([[scheduled(1), scheduled(2, weight=0.5)], [scheduled(3)]])},
    "training times": {"timesteps": True},
    "second order": {"second_order": True},
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_picture_is_the_same_to_the_bit_under_the_lens(
    bench: Bench, latents: Draw, case: dict[str, Any]
) -> None:
    plain = bench.sampling(**case).draw(latents(2))
    sampling = bench.sampling(**case)
    watch = bench.watched(sampling)
    assert torch.equal(sampling.draw(latents(2)), plain)
    assert watch.notes == ()
    assert bench.done == [watch]
    assert left_behind(sampling) == []
    assert count_hooks(sampling.unet) == 0


@pytest.mark.parametrize("most", [1000, 2])
def test_forges_picture_is_the_same_and_its_prompted_rows_are_found(
    bench: Bench, latents: Draw, most: int
) -> None:
    def made() -> OneSampling:
        return bench.sampling(loaded(small_unet(), forge=True), options={"most": most})

    plain, sampling = made().draw(latents(2)), made()
    watch = bench.watched(sampling)
    assert torch.equal(sampling.draw(latents(2)), plain)
    assert watch.notes == ()
    moments = watch.record().spec.moments
    assert [(row.kind.value, row.image) for row in moments[0].rows] == [("cond", 0), ("cond", 1)]


def test_cases_of_a1111_and_forge_record_the_same_features_of_the_same_prompts(
    bench: Bench, latents: Draw
) -> None:
    found = []
    for forge in (False, True):
        sampling = bench.sampling(loaded(small_unet(), forge=forge))
        watch = bench.watched(sampling)
        sampling.draw(latents(2))
        record = watch.record()
        found.append(record.features(min(record.codes)).values)
    torch.testing.assert_close(found[0].norm(dim=1), found[1].norm(dim=1), rtol=1e-2, atol=1e-2)


def test_steps_are_the_samplers_and_further_evaluations_are_calls_of_them(
    bench: Bench, latents: Draw
) -> None:
    sampling = bench.sampling(second_order=True)
    watch = bench.watched(sampling)
    sampling.draw(latents(2))
    told = [(moment.step, moment.call) for moment in watch.record().spec.moments]
    assert told == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)]
    assert sampling.state.steps == [0, 1, 2]


def test_a_training_time_becomes_the_noise_level_it_stands_for(bench: Bench, latents: Draw) -> None:
    sampling = bench.sampling(timesteps=True)
    watch = bench.watched(sampling)
    sampling.draw(latents(2))
    first = watch.record().spec.moments[0]
    alpha = float(sampling.model.alphas_cumprod[999])
    assert first.sigma == pytest.approx(((1 - alpha) / alpha) ** 0.5)
    assert first.timestep == pytest.approx(999)


def test_an_interrupted_sampling_keeps_what_came_until_then(bench: Bench, latents: Draw) -> None:
    def stop(step: int) -> None:
        if step == 2:
            raise InterruptedError_

    sampling = bench.sampling(before_step=stop)
    watch = bench.watched(sampling)
    sampling.draw(latents(2))
    assert [moment.step for moment in watch.record().spec.moments] == [0, 1]
    assert left_behind(sampling) == []
    assert count_hooks(sampling.unet) == 0


def test_an_exception_of_the_host_goes_its_way_and_leaves_no_hook(
    bench: Bench, latents: Draw
) -> None:
    def fail(step: int) -> None:
        if step == 1:
            raise MemoryError

    sampling = bench.sampling(before_step=fail)
    watch = bench.watched(sampling)
    with pytest.raises(MemoryError):
        sampling.draw(latents(2))
    assert left_behind(sampling) == []
    assert count_hooks(sampling.unet) == 0
    assert any("failed" in note for note in watch.notes)


def test_a_refiners_unet_is_watched_from_where_it_takes_over(bench: Bench, latents: Draw) -> None:
    refiner = loaded(small_unet(1), name="refiner")

    def swap(step: int) -> None:
        if step == 1:
            bench.use(refiner)
            sampling.model = refiner

    sampling = bench.sampling(before_step=swap)
    first = sampling.unet
    watch = bench.watched(sampling)
    sampling.draw(latents(2))
    assert [moment.step for moment in watch.record().spec.moments] == [0, 1, 2]
    assert count_hooks(first) == count_hooks(sampling.unet) == 0
    assert "from evaluation 2 on, refiner draws" in watch.notes


def test_evaluations_for_another_job_are_left_alone(bench: Bench, latents: Draw) -> None:
    sampling = bench.sampling()
    watch = bench.watched(sampling)
    sampling.sampler.model_wrap_cfg.p = object()
    sampling.draw(latents(2))
    assert not watch.recorded


def test_what_goes_wrong_in_the_lens_costs_a_note(
    bench: Bench, latents: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = bench.sampling().draw(latents(2))
    for broken in ("announced_rows", "announced_sigma", "panel_of", "budgeted", "model_in_use"):
        with monkeypatch.context() as patch:

            def fail(*args: object, **kwargs: object) -> None:
                raise RuntimeError("planted")

            sampling = bench.sampling()
            watch = bench.watched(sampling)
            patch.setattr(bench.ours("watched_sampling"), broken, fail)
            assert torch.equal(sampling.draw(latents(2)), plain), broken
            assert any("planted" in note for note in watch.notes), broken
            assert count_hooks(sampling.unet) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the folder is named by the XDG standard")
def test_a_studys_panel_is_watched_and_one_from_elsewhere_costs_a_note(
    bench: Bench, latents: Draw, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    panel = LayerPanel(("mid-vit-out", "unet-out"), "rank", "seedling")
    write_panel(panel, tmp_path / "seedloupe" / "panels" / "rank.panel.json")
    plain = bench.sampling().draw(latents(2))
    for word, known in (("rank.panel.json", True), (str(tmp_path / "rank.panel.json"), False)):
        sampling = bench.sampling()
        watch = bench.watched(sampling, layers=(word,))
        assert torch.equal(sampling.draw(latents(2)), plain)
        assert any("bare name" in note for note in watch.notes) is not known


def test_a_model_without_a_unet_is_named(bench: Bench, latents: Draw) -> None:
    sampling = bench.sampling()
    watch = bench.watched(sampling)
    bench.use(object())
    sampling.draw(latents(2))
    assert any("a model with a U-Net" in note for note in watch.notes)


def test_the_budget_is_kept_and_what_was_given_up_is_said(bench: Bench, latents: Draw) -> None:
    sampling = bench.sampling()
    watch = bench.watched(sampling, budget=1000)
    sampling.draw(latents(2))
    assert any("to stay within 1 kB" in note or "hold no layer" in note for note in watch.notes)


def test_the_live_strip_is_told_of_the_job_alone_that_draws(bench: Bench, latents: Draw) -> None:
    strip = bench.ours("live").LiveStrip()
    sampling = bench.sampling()
    bench.watched(sampling, strip=strip, task="task(abc)", title="hires pass")
    sampling.draw(latents(2))
    told = strip.told("task(abc)")
    assert (told["step"], told["steps"], told["title"]) == (2, 3, "hires pass")
    assert [layer["name"] for layer in told["layers"]] == ["mid-vit-out"]
    assert told["layers"][0]["picture"].startswith("data:image/png;base64,")
    assert strip.told("task(other)") == strip.told("") == {"running": False, "version": -1}
    assert "layers" not in strip.told("task(abc)", since=told["version"])


def test_offloaded_blocks_come_and_go_around_the_lens(bench: Bench, latents: Draw) -> None:
    """As ``--lowvram`` has it: hooks before ours move each block to the device and back."""
    sampling = bench.sampling()
    moved: list[str] = []
    for name, block in sampling.unet.named_children():
        block.register_forward_pre_hook(lambda *_, name=name: moved.append(name))
    watch = bench.watched(sampling)
    sampling.draw(latents(2))
    assert moved
    assert watch.notes == ()


def test_weights_in_half_are_read_as_what_they_compute(bench: Bench, latents: Draw) -> None:
    unet = small_unet().to(torch.bfloat16)
    sampling = bench.sampling(loaded(unet), conds=Conds([[scheduled(0)], [scheduled(1)]]))
    prompted = [part.schedules for parts in sampling.conds.batch for part in parts]
    for schedules in (*prompted, *sampling.negatives):
        schedules[0].cond = schedules[0].cond.to(torch.bfloat16)
    watch = bench.watched(sampling)
    with torch.autocast("cpu", torch.bfloat16):
        sampling.draw(latents(2).to(torch.bfloat16))
    assert watch.notes == ()
    assert watch.recorded


def test_the_sampler_is_used_again_and_each_sampling_has_its_own_watch(
    bench: Bench, latents: Draw
) -> None:
    sampling = bench.sampling()
    first = bench.watched(sampling)
    sampling.draw(latents(2))
    sampling.draw(latents(2))  # nobody asked to watch this one
    second = bench.watched(sampling)
    sampling.draw(latents(2))
    assert bench.done == [first, second]
    assert left_behind(sampling) == []


def test_another_wrapper_on_top_of_ours_stays_and_works(bench: Bench, latents: Draw) -> None:
    sampling = bench.sampling()
    watch = bench.watched(sampling)
    ours, calls = sampling.sampler.launch_sampling, []

    def theirs(steps: int, func: Any) -> Any:
        calls.append(steps)
        return ours(steps, func)

    sampling.sampler.launch_sampling = theirs
    sampling.draw(latents(2))
    sampling.draw(latents(2))
    assert calls == [3, 3]
    assert bench.done == [watch]


def test_a_run_that_is_kept_does_not_keep_the_model_or_the_job(bench: Bench, latents: Draw) -> None:
    sampling = bench.sampling()
    unet, job = weakref.ref(sampling.unet), weakref.ref(sampling.job)
    watch = bench.watched(sampling)
    sampling.draw(latents(2))
    bench.host.module("shared").sd_model = None
    del sampling
    gc.collect()
    assert unet() is job() is None
    assert watch.record().rgb
