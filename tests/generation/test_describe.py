"""What a picture's file says of its sampler, to the web UI and to us."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from seedloupe.generation.describe import picture_texts
from seedloupe.generation.sampler import Plan, Sampler, ScheduleType
from seedloupe.generation.table_use import planned_use, sampling_spec
from seedloupe.metadata.generation_info import told_by
from seedloupe.sampler_names import read_sampler_name

from ..requests import INFO, request_of

FEW_STEPS = replace(INFO, trailing=True)


@pytest.mark.parametrize(
    ("sampler", "said"),
    [
        (Sampler.EULER, "Sampler: Euler, Schedule type: Uniform, CFG"),
        (Sampler.EULER_A, "Sampler: Euler a, Schedule type: Uniform, CFG"),
        (Sampler.DPMPP_2M, "Sampler: DPM++ 2M, Schedule type: Uniform, CFG"),
        (Sampler.DDIM, "Sampler: DDIM, CFG"),
    ],
)
def test_a_sampler_on_the_usual_schedule_is_written_as_it_always_was(
    sampler: Sampler, said: str
) -> None:
    texts = picture_texts(request_of(INFO, "a hill", (7,), sampler=sampler), 7, {})
    assert texts["parameters"].startswith(f"a hill\nSteps: 20, {said} scale: 4, Seed: 7, ")
    record = json.loads(texts["seedloupe"])
    assert list(record)[:13] == [
        *("format", "version", "tool", "prompt", "negative", "seed", "canonical_seed", "noise"),
        *("size", "steps", "guidance", "sampler", "task"),
    ]
    assert record["sampler"] == sampler.value


@pytest.mark.parametrize("sampler", list(Sampler))
def test_what_is_written_is_read_as_the_same_sampler_and_schedule(sampler: Sampler) -> None:
    for schedule in sampler.schedules:
        plan = Plan(sampler, 4, 1.0, schedule)
        texts = picture_texts(request_of(INFO, "a hill", (7,), plan=plan), 7, {})
        for known in (texts, {"parameters": texts["parameters"]}):
            told = told_by(known)
            read = read_sampler_name(told.sampler, told.schedule or None)
            assert read.sampler is sampler
            assert read.schedule in (
                schedule,
                None if schedule is ScheduleType.UNIFORM else schedule,
            )


def test_a_model_of_few_steps_says_how_its_steps_are_spaced() -> None:
    texts = picture_texts(request_of(FEW_STEPS, "a hill", (7,)), 7, {})
    assert "Sampler: Euler, Schedule type: SGM Uniform, " in texts["parameters"]
    assert "schedule" not in json.loads(texts["seedloupe"])
    asked = request_of(FEW_STEPS, "a hill", (7,), plan=Plan(schedule=ScheduleType.UNIFORM))
    texts = picture_texts(asked, 7, {})
    assert json.loads(texts["seedloupe"])["schedule"] == "uniform"


def test_a_table_knows_the_schedule_of_a_request_and_of_a_plan() -> None:
    plan = Plan(Sampler.DPMPP_2M, 20, 4.0, ScheduleType.KARRAS)
    for spec in (
        sampling_spec(request_of(INFO, "", (1,), plan=plan)),
        planned_use(INFO, plan).sampling,
    ):
        assert spec is not None
        assert (spec.sampler, spec.scheduler) == ("dpmpp_2m", "karras")
    usual = [
        model.schedule_of(Plan(sampler)).value
        for model in (INFO, FEW_STEPS)
        for sampler in (Sampler.EULER, Sampler.LCM, Sampler.DDIM)
    ]
    assert usual == ["uniform", "sgm_uniform", "uniform", *["sgm_uniform"] * 3]


def test_another_sampler_leaves_the_first_ones_schedule_behind() -> None:
    plan = Plan(Sampler.DPMPP_2M, 20, 4.0, ScheduleType.KARRAS)
    assert plan.but(Sampler.DDIM).schedule is None
    assert plan.but(None, 5).schedule is ScheduleType.KARRAS
    assert plan.but(schedule=ScheduleType.EXPONENTIAL).name.label == "DPM++ 2M Exponential"
    assert Plan.named("DPM++ 2M Karras", 20, 4.0) == plan
