"""Whole jobs of the web UI under the lens: the same pictures, the right runs, nothing left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ....lens.conftest import count_hooks
from ..conftest import EVERY_WEB_UI, Host

LAYER = "mid-vit-out"
#: The panel: on, without words (the double's prompts have none), no file, one layer.
ON = (True, False, False, LAYER)
OFF = (False, False, False, "")
JOB: dict[str, Any] = {"seed": 5, "steps": 4, "width": 64, "height": 48, "prompt": "a cat"}


@pytest.fixture
def unet(host: Host) -> Any:
    host.ours("callbacks").register_callbacks()
    return host.give_unet()


def lens_script(host: Host, *args: object) -> Any:
    return host.use(host.ours("lens.script").SeedloupeLensScript(), *(args or ON))


def runs(host: Host) -> list[Any]:
    return list(reversed(host.ours("lens.state").kept_runs().newest_first()))


def pixels(done: Any) -> list[Any]:
    return [np.asarray(image) for image in done.images]


def same(first: Any, second: Any) -> bool:
    pairs = zip(pixels(first), pixels(second), strict=True)
    return all((one == other).all() for one, other in pairs)


def both(host: Host, run: Callable[[], Any]) -> tuple[Any, Any]:
    """Run a job without the lens, and under it."""
    host.used.clear()
    lens_script(host, *OFF)
    plain = run()
    host.used.clear()
    lens_script(host)
    return plain, run()


def inside() -> Image.Image:
    return Image.effect_noise((64, 48), 80).convert("RGB")


CASES: dict[str, dict[str, Any]] = {
    "two of two": {"batch_size": 2, "n_iter": 2},
    "Heun": {"sampler_name": "Heun"},
    "DDIM": {"sampler_name": "DDIM"},
    "AND": {"prompt": "a cat AND a dog :0.5"},
    "no guidance": {"cfg_scale": 1.0},
    "hires": {"enable_hr": True, "hr_scale": 2, "denoising_strength": 0.6},
    "apart": {"batch_size": 2, "options": {"batch_cond_uncond": False}},
    "skip early": {"options": {"skip_early_cond": 0.5}},
}


@EVERY_WEB_UI
@pytest.mark.usefixtures("unet")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_jobs_draw_the_same_pictures_under_the_lens(host: Host, case: dict[str, Any]) -> None:
    case = dict(case)
    for name, value in case.pop("options", {}).items():
        if name in host.opts.data_labels:  # Forge Neo has not all of them
            setattr(host.opts, name, value)
    plain, watched = both(host, lambda: host.run(host.job(**{**JOB, **case})))
    assert same(plain, watched)
    assert all(run.notes == () for run in runs(host))
    passes = 2 if "enable_hr" in case else 1
    assert len(runs(host)) == passes * case.get("batch_size", 1) * case.get("n_iter", 1)
    shared = host.module("shared")
    assert count_hooks(host.module("standin_model").unet_of(shared.sd_model)) == 0


@EVERY_WEB_UI
@pytest.mark.usefixtures("unet")
@pytest.mark.parametrize("low_memory", [False, True])
def test_only_prompted_rows_are_recorded(host: Host, low_memory: bool) -> None:
    host.module("standin").low_memory = low_memory
    lens_script(host)
    host.run(host.job(**{**JOB, "prompt": "a cat AND a dog :0.5"}))
    (run,) = runs(host)
    moments = run.record().spec.moments
    assert [moment.step for moment in moments] == [0, 1, 2, 3]
    for moment in moments:
        told = [(row.kind.value, row.prompt, row.weight) for row in moment.rows]
        assert told == [("cond", 0, 1.0), ("cond", 1, 0.5)]


@pytest.mark.usefixtures("unet")
def test_img2img_uses_one_sampler_for_all_batches(host: Host) -> None:
    def run() -> Any:
        picture = Image.new("RGB", (64, 48), "teal")
        job = host.job(
            kind="Img2Img", init_images=[picture], denoising_strength=0.7, n_iter=2, **JOB
        )
        return host.run(job)

    plain, watched = both(host, run)
    assert same(plain, watched)
    assert [run.seed for run in runs(host)] == ["5", "6"]
    assert [run.sampling.batch for run in runs(host)] == [0, 1]


@pytest.mark.usefixtures("unet")
def test_a_part_that_is_inpainted_is_shown_and_not_the_whole_picture(host: Host) -> None:
    lens_script(host)
    picture, mask = Image.new("RGB", (160, 96), "teal"), Image.new("L", (160, 96), 0)
    mask.paste(255, (30, 20, 80, 60))
    job = host.job(
        kind="Img2Img",
        init_images=[picture],
        mask=mask,
        inpaint_full_res=True,
        inpaint_full_res_padding=8,
        denoising_strength=0.7,
        **{**JOB, "width": 64, "height": 64},
    )
    host.run(job)
    (run,) = runs(host)
    assert run.picture.size == tuple(job.paste_to[2:])


@pytest.mark.usefixtures("unet")
def test_detailers_jobs_within_a_job_leave_no_runs(host: Host) -> None:
    class Detailer(host.module("scripts").Script):  # type: ignore[misc]
        def title(self) -> str:
            return "detailer"

        def show(self, is_img2img: bool) -> object:
            return host.module("scripts").AlwaysVisible

        def postprocess_image(self, p: Any, pp: Any, *args: Any) -> None:
            mask = Image.new("L", pp.image.size, 0)
            mask.paste(255, (8, 8, 40, 40))
            nested = host.module("standin_scripts").nested_inpaint
            pp.image = nested(p, pp.image, mask).images[0]

    def run() -> Any:
        host.use(Detailer())
        return host.run(host.job(**JOB))

    plain, watched = both(host, run)
    assert same(plain, watched)
    assert [run.seed for run in runs(host)] == ["5"]


@pytest.mark.usefixtures("unet")
def test_copies_of_a_job_have_runs_of_their_own_and_a_cell_that_raises_leaves_no_hook(
    host: Host, unet: Any
) -> None:
    def run() -> Any:
        def apply(cell: Any, steps: int) -> None:
            cell.steps = steps

        return host.run_script("xyz_plot", host.job(**JOB), apply, [2, 3])

    plain, watched = both(host, run)
    assert same(plain, watched)
    assert [len(run.record().spec.moments) for run in runs(host)] == [2, 3]
    block = unet.middle_block[0]
    handle = block.register_forward_hook(lambda *_: 1 / 0)
    run()
    handle.remove()
    assert count_hooks(unet) == 0


@EVERY_WEB_UI
@pytest.mark.usefixtures("unet")
@pytest.mark.parametrize("stop", ["interrupt", "skip"])
def test_a_stopped_job_keeps_what_came_until_then_and_says_so(host: Host, stop: str) -> None:
    state = host.module("shared").state

    class Stopper(host.module("scripts").Script):  # type: ignore[misc]
        def title(self) -> str:
            return "stopper"

        def show(self, is_img2img: bool) -> object:
            return host.module("scripts").AlwaysVisible

    def stop_at_the_second(params: Any) -> None:
        if params.denoiser.step == 1 and params.denoiser.p.iteration == 0:
            getattr(state, stop)()

    lens_script(host)
    host.module("script_callbacks").on_cfg_denoiser(stop_at_the_second)
    job = host.job(n_iter=2, **JOB)
    host.run(job)
    first, *others = runs(host)
    assert len(first.record().spec.moments) == 2
    assert "stopped before its last step" in first.notes[0]
    assert any("stopped before its last step" in comment for comment in job.comments)
    assert len(others) == (1 if stop == "skip" else 0)
    shared = host.module("shared")
    assert count_hooks(host.module("standin_model").unet_of(shared.sd_model)) == 0


@pytest.mark.usefixtures("unet")
def test_another_checkpoint_in_the_middle_is_watched_from_there(host: Host, unet: Any) -> None:
    def swap(params: Any) -> None:
        if params.denoiser.step == 1:
            host.module("standin_scripts").swap_model()

    host.module("script_callbacks").callback_map["callbacks_cfg_denoiser"].insert(0, swap)
    lens_script(host)
    host.run(host.job(**JOB))
    (run,) = runs(host)
    assert [moment.step for moment in run.record().spec.moments] == [0, 1, 2, 3]
    assert any("another U-Net came into use" in note for note in run.notes)
    now = host.module("standin_model").unet_of(host.module("shared").sd_model)
    assert now is not unet
    assert count_hooks(now) == count_hooks(unet) == 0


@pytest.mark.usefixtures("unet")
def test_a_lens_file_lies_beside_each_saved_picture_and_is_found_by_its_parameters(
    host: Host, tmp_path: Path
) -> None:
    (tmp_path / "outputs").mkdir()
    lens_script(host, True, False, True, LAYER)
    job = host.job(
        **JOB,
        batch_size=2,
        do_not_save_samples=False,
        outpath_samples=str(tmp_path / "outputs"),
    )
    done = host.run(job)
    saved = sorted((tmp_path / "outputs").rglob("*.lens.safetensors"))
    assert len(saved) == 2
    from seedloupe.lens.file import read_lens

    told = {read_lens(path).spec.extra["parameters"] for path in saved}
    assert told == set(done.infotexts[done.index_of_first_image :])


@pytest.mark.usefixtures("unet")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((True, False, False, "nonsense"), "nonsense"),
        ((True, "yes", False, ""), "nothing is watched"),
    ],
)
def test_what_cannot_be_watched_costs_a_comment_and_not_the_picture(
    host: Host, args: tuple[object, ...], said: str
) -> None:
    lens_script(host, *OFF)
    plain = host.run(host.job(**JOB))
    host.used.clear()
    lens_script(host, *args)
    job = host.job(**JOB)
    assert same(plain, host.run(job))
    assert any(said in comment for comment in job.comments)
    assert not host.errors


@pytest.mark.usefixtures("unet")
def test_reload_ui_keeps_the_runs_and_hears_of_evaluations_again(host: Host) -> None:
    lens_script(host)
    host.run(host.job(**JOB))
    callbacks = host.module("script_callbacks")
    callbacks.clear_callbacks()
    host.ours("callbacks").register_callbacks()
    host.used.clear()
    lens_script(host)
    host.run(host.job(**JOB))
    assert len(runs(host)) == 2
    assert len(callbacks.callback_map["callbacks_cfg_denoiser"]) == 1
