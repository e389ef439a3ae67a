"""Models of few steps are stepped at the times they were taught."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from seedloupe.generation.request import Request
from seedloupe.generation.sampler import FEW, Plan, Sampler
from seedloupe.generation.table_use import sampling_spec
from seedloupe.hosts.standalone.cli.main import main
from seedloupe.hosts.standalone.engine import models
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import generate
from seedloupe.hosts.standalone.engine.schedulers import make_scheduler
from seedloupe.services.table_fit import settings_for, settings_of_table
from seedloupe.tables import SeedTable

from ....requests import pixels, request_of
from ....seed_tables import full_table

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def few(tiny: Model) -> Model:
    """The tiny model, saved as SDXL Turbo is: with times spaced from the end."""
    import diffusers

    kept = diffusers.EulerDiscreteScheduler.from_config(
        tiny.pipe.scheduler.config, timestep_spacing="trailing"
    )
    parts = {**tiny.pipe.components, "scheduler": kept}
    pipe = diffusers.StableDiffusionPipeline(**parts, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    return Model("few", tiny.family, pipe, tiny.files)


@pytest.mark.parametrize("sampler", list(Sampler))
@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_every_sampler_begins_at_the_noisiest_time_and_stops_a_step_short_of_the_end(
    few: Model, sampler: Sampler, steps: int
) -> None:
    scheduler = make_scheduler(few, sampler, steps)
    times = scheduler.timesteps.double()[:: sampler.calls]
    # The hosts leave out the cleanest of one level more for these two.
    spaced = steps + (sampler in (Sampler.DPM2, Sampler.UNIPC))
    expected = torch.arange(1000, 0, -1000 / spaced, dtype=torch.float64)[:steps] - 1
    # Some schedulers take whole times alone, and LCM's those of the fifty it was taught.
    assert (times - expected).abs().max() <= (20 if sampler is Sampler.LCM else 0.5)


@pytest.mark.parametrize("sampler", [Sampler.EULER, Sampler.DDIM])
def test_the_picture_is_the_one_diffusers_gives_for_that_spacing(
    few: Model, sampler: Sampler
) -> None:
    import diffusers

    config = few.pipe.scheduler.config
    scheduler = (
        few.pipe.scheduler
        if sampler is Sampler.EULER
        else diffusers.DDIMScheduler.from_config(config, set_alpha_to_one=True, clip_sample=False)
    )
    pipe = diffusers.StableDiffusionPipeline(
        **{**few.pipe.components, "scheduler": scheduler}, requires_safety_checker=False
    )
    pipe.set_progress_bar_config(disable=True)
    expected = pipe(
        "a hill",
        width=48,
        height=32,
        num_inference_steps=4,
        guidance_scale=1.0,
        generator=torch.Generator().manual_seed(7),
    ).images[0]
    request = request_of(
        few.info, "a hill", (7,), width=48, height=32, steps=4, guidance=1.0, sampler=sampler
    )
    (made,) = generate(few, request)
    assert np.array_equal(pixels(made), np.asarray(expected))


def test_other_models_keep_the_web_uis_spacing(tiny: Model, few: Model) -> None:
    for sampler in set(Sampler) - {Sampler.LCM}:
        plain, spaced = (make_scheduler(model, sampler, 4).timesteps for model in (tiny, few))
        assert not torch.equal(plain.double(), spaced.double())
    assert sampling_spec(request_of(tiny.info, "", (1,))).scheduler == "uniform"
    assert sampling_spec(request_of(few.info, "", (1,))).scheduler == "sgm_uniform"


def test_the_page_begins_with_few_steps_whatever_another_models_table_says(
    tiny: Model, few: Model
) -> None:
    table = full_table()
    assert table.spec.model.sha256 != few.info.sha256
    assert settings_for(few.info, table) == settings_for(few.info, None)
    assert settings_for(few.info, None) == FEW
    assert settings_for(tiny.info, None) == Plan(Sampler.DPMPP_2M)
    own = replace(table.spec, model=replace(table.spec.model, sha256=few.info.sha256))
    mined = SeedTable(table.seeds, table.tensors, own)
    assert settings_for(few.info, mined) == settings_of_table(table) != settings_for(few.info, None)


@pytest.mark.parametrize(
    ("said", "steps", "guidance"),
    [([], 4, 1.0), (["--steps", "2"], 2, 1.0), (["--guidance", "3"], 4, 3.0)],
)
def test_the_command_line_takes_few_steps_unless_told_otherwise(
    few: Model,
    said: list[str],
    steps: int,
    guidance: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(models, "open_model", lambda *_, **__: few)
    words = ["--model", "few", "--seeds", "7", "--size", "48x32", "--out", str(tmp_path)]
    assert main(["generate", "a hill", *words, *said]) == 0
    made = json.loads((tmp_path / "run.json").read_text("utf-8"))["settings"]
    assert (made["steps"], made["guidance"]) == (steps, guidance)


def test_a_request_and_an_open_plan_take_the_steps_the_model_is_used_with(
    tiny: Model, few: Model
) -> None:
    for model, steps, guidance in ((tiny, 20, 4.0), (few, 4, 1.0)):
        usual = model.info.usual
        assert (usual.steps, usual.guidance) == (steps, guidance)
        assert Request.of(model.info, "", (1,)).plan == usual == usual.but(None, None, None)
        assert usual.but(Sampler.DDIM, 3, 2.0) == Plan(Sampler.DDIM, 3, 2.0)
