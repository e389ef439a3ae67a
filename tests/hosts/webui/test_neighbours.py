"""Beside other extensions: stand-ins with the habits of their hooks, and all of ours at once.

None of this is their code. What they do to a job was seen in the live web UI: dynamic prompts
writes prompts, seeds and the number of batches anew in ``process``; ADetailer runs jobs within a
job, with its own scripts alone; ControlNet takes objects as arguments and wraps the sampler; others
wrap ``close``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from .conftest import EVERY_WEB_UI, Host

#: Neo rounds sides to multiples of 64, and the table is for others.
SIZED_AS_ASKED = pytest.mark.parametrize("host", ["a1111", "forge"], indirect=True)
ON = (True, "golden", True)


def script_of(host: Host, title: str, **methods: Callable[..., Any]) -> Any:
    """Return an always-on script of somebody else's."""
    scripts = host.module("scripts")
    shows = {"title": lambda self: title, "show": lambda self, tab: scripts.AlwaysVisible}
    return type(title, (scripts.Script,), {**shows, **methods})()


def dynamic_prompts(host: Host, count: int) -> Any:
    def process(self: Any, p: Any, *args: Any) -> None:
        p.all_prompts = [f"a thing {number}" for number in range(count)]
        p.all_negative_prompts = [""] * count
        p.n_iter = -(-count // p.batch_size)
        p.all_seeds = [int(p.all_seeds[0]) + number for number in range(count)]
        p.all_subseeds = [int(p.all_subseeds[0])] * count

    return script_of(host, "Dynamic Prompts", process=process)


def adetailer(host: Host, inner: list[Any]) -> Any:
    processing = host.module("processing")

    def postprocess_image(self: Any, p: Any, pp: Any, *args: Any) -> None:
        if getattr(p, "_ad_inner", False):
            return
        own = host.module("scripts").ScriptRunner(self, arguments_each=1)
        job = processing.StableDiffusionProcessingImg2Img(
            init_images=[pp.image],
            sampler_name=p.sampler_name,
            steps=2,
            width=p.width,
            height=p.height,
            seed=p.seeds[p.batch_index],
            scripts=own,
            script_args=[0, {"ad_model": "face"}],
            denoising_strength=0.4,
            do_not_save_samples=True,
            do_not_save_grid=True,
        )
        vars(job)["_ad_inner"] = True
        done = processing.process_images(job)
        inner.append(done)
        pp.image = done.images[0]

    return script_of(host, "ADetailer", postprocess_image=postprocess_image)


def controlnet(host: Host, calls: list[str]) -> Any:
    def process_before_every_sampling(self: Any, p: Any, unit: Any, **kwargs: Any) -> None:
        assert unit == {"enabled": True, "module": "canny"}
        real = p.sampler.launch_sampling

        def launch(*args: Any, **named: Any) -> Any:
            calls.append("begin")
            try:
                return real(*args, **named)
            finally:
                calls.append("end")

        p.sampler.launch_sampling = launch

    def process(self: Any, p: Any, unit: Any) -> None:
        real = p.close

        def close() -> None:
            calls.append("close")
            real()

        p.close = close

    methods = {
        "process": process,
        "process_before_every_sampling": process_before_every_sampling,
    }
    return script_of(host, "ControlNet", **methods)


def with_lens(host: Host) -> None:
    host.give_unet()
    host.use(host.ours("lens.script").SeedloupeLensScript(), {"words": False})


def reordered(job: Any, *, ours_last: bool) -> Any:
    """Load order decides whose turn comes first."""
    if ours_last:
        job.scripts.alwayson_scripts.reverse()
    return job


def no_hook_is_left(host: Host) -> bool:
    model = host.module("shared").sd_model
    unet = host.module("standin_model").unet_of(model)
    return not any(part._forward_hooks or part._forward_pre_hooks for part in unet.modules())


@SIZED_AS_ASKED
def test_what_dynamic_prompts_added_gets_seeds_where_it_comes_first(host: Host) -> None:
    host.use(dynamic_prompts(host, 5))
    job = reordered(host.job(*ON, batch_size=2), ours_last=True)
    done = host.run(job)
    assert host.errors == []
    assert len(done.images) == 5
    assert job.all_seeds == host.turns(0, 5)


@SIZED_AS_ASKED
def test_what_dynamic_prompts_writes_after_us_stands_and_is_no_ones_rank(host: Host) -> None:
    host.use(dynamic_prompts(host, 4))
    job = reordered(host.job(*ON, batch_size=2), ours_last=False)
    done = host.run(job)
    assert host.errors == []
    first = host.turns(0, 1)[0]
    assert job.all_seeds == [first, first + 1, first + 2, first + 3]
    for text in done.infotexts:
        assert "Seedloupe rank" not in text.params
    assert "replaced the seeds" in " ".join(map(str, job.comments))


@SIZED_AS_ASKED
def test_jobs_within_a_job_are_left_alone_and_leave_ours_alone(host: Host) -> None:
    inner: list[Any] = []
    with_lens(host)
    host.use(adetailer(host, inner), {"ad_model": "face"})
    job = host.job(*ON, batch_size=2)
    done = host.run(job)
    assert host.errors == []
    assert job.all_seeds == host.turns(0, 2)
    assert [int(text["Seed"]) for text in done.infotexts] == job.all_seeds
    assert len(inner) == 2
    for one in inner:
        assert not [key for key in one.infotexts[0].params if key.startswith("Seedloupe")]
    assert no_hook_is_left(host)


@SIZED_AS_ASKED
@pytest.mark.parametrize("ours_last", [False, True])
def test_two_who_stand_around_one_sampling_both_see_it_end(host: Host, ours_last: bool) -> None:
    calls: list[str] = []
    with_lens(host)
    host.use(controlnet(host, calls), {"enabled": True, "module": "canny"})
    job = reordered(host.job(*ON, n_iter=2), ours_last=ours_last)
    host.run(job)
    job.close()
    assert host.errors == []
    assert calls.count("begin") == calls.count("end") >= 2
    assert calls[-1] == "close"
    assert no_hook_is_left(host)


@EVERY_WEB_UI
def test_everybody_at_once_gives_the_pictures_of_everybody_without_us(host: Host) -> None:
    def pictures(*, ours: bool) -> list[Any]:
        host.used.clear()
        if ours:
            with_lens(host)
        else:
            host.give_unet()
        host.use(dynamic_prompts(host, 3))
        host.use(controlnet(host, []), {"enabled": True, "module": "canny"})
        host.use(adetailer(host, []), {"ad_model": "face"})
        torch.manual_seed(0)
        job = host.job(False, "golden", True, batch_size=2, seed=7, width=64, height=64)
        done = host.run(job)
        assert host.errors == []
        return [picture.tobytes() for picture in done.images]

    assert pictures(ours=True) == pictures(ours=False)


@SIZED_AS_ASKED
def test_anothers_mistake_in_a_job_within_costs_us_nothing(host: Host) -> None:
    def broken(self: Any, p: Any, pp: Any, *args: Any) -> None:
        raise RuntimeError("no face")

    host.use(script_of(host, "Broken", postprocess_image=broken))
    job = host.job(*ON)
    done = host.run(job)
    assert [str(error) for error in host.errors] == ["no face"]
    assert done.infotexts[0]["Seedloupe table"] == "golden"
