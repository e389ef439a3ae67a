"""One sampler by the names of several programs."""

from __future__ import annotations

import pytest

from seedloupe.errors import InputError
from seedloupe.sampler_names import (
    Sampler,
    SamplerName,
    ScheduleType,
    read_sampler_name,
    same_names,
    sampler_choices,
)

KARRAS = SamplerName(Sampler.DPMPP_2M, ScheduleType.KARRAS)


@pytest.mark.parametrize(
    ("sampler", "schedule"),
    [
        ("DPM++ 2M", "Karras"),
        ("DPM++ 2M Karras", None),
        ("DPM++ 2M Karras", "Karras"),
        ("DPM++ 2M", "Automatic"),
        ("dpmpp_2m", "karras"),
        ("dpmpp_2m_karras", None),
        ("dpm++ 2m karras", None),
        ("k_dpmpp_2m", "KARRAS"),
    ],
)
def test_every_spelling_is_the_same_sampler(sampler: str, schedule: str | None) -> None:
    assert read_sampler_name(sampler, schedule) == KARRAS
    assert same_names(sampler, schedule) == ("dpmpp_2m", "karras")


@pytest.mark.parametrize(
    ("label", "comfyui", "value"),
    [
        ("Euler", "euler", "euler"),
        ("Euler a", "euler_ancestral", "euler_a"),
        ("Heun", "heun", "heun"),
        ("DPM2", "dpm_2", "dpm2"),
        ("DPM++ 2M", "dpmpp_2m", "dpmpp_2m"),
        ("DPM++ SDE", "dpmpp_sde", "dpmpp_sde"),
        ("DPM++ 2M SDE", "dpmpp_2m_sde", "dpmpp_2m_sde"),
        ("UniPC", "uni_pc", "unipc"),
        ("LCM", "lcm", "lcm"),
        ("DDIM", "ddim", "ddim"),
    ],
)
def test_the_hosts_names_are_theirs(label: str, comfyui: str, value: str) -> None:
    sampler = Sampler(value)
    assert (sampler.label, sampler.comfyui) == (label, comfyui)
    for name in (label, comfyui, value, label.upper()):
        assert read_sampler_name(name) == SamplerName(sampler)


@pytest.mark.parametrize(
    ("label", "comfyui", "value"),
    [
        ("Uniform", "normal", "uniform"),
        ("Karras", "karras", "karras"),
        ("Exponential", "exponential", "exponential"),
        ("SGM Uniform", "sgm_uniform", "sgm_uniform"),
    ],
)
def test_schedules_have_the_hosts_names(label: str, comfyui: str, value: str) -> None:
    schedule = ScheduleType(value)
    assert (schedule.label, schedule.comfyui) == (label, comfyui)
    for name in (label, comfyui, value):
        assert read_sampler_name("heun", name).schedule is schedule
        assert read_sampler_name(f"Heun {name}").schedule is schedule


@pytest.mark.parametrize(
    ("sampler", "schedule"),
    [
        ("Euler", ScheduleType.UNIFORM),
        ("DPM2", ScheduleType.KARRAS),
        ("DPM++ SDE", ScheduleType.KARRAS),
        ("DPM++ 2M SDE", ScheduleType.EXPONENTIAL),
        ("LCM", None),
    ],
)
def test_automatic_is_what_the_web_ui_takes_for_the_sampler(
    sampler: str, schedule: ScheduleType | None
) -> None:
    assert read_sampler_name(sampler, "Automatic").schedule is schedule


def test_ddims_own_levels_have_a_name_in_comfyui_for_it_alone() -> None:
    assert read_sampler_name("ddim", "ddim_uniform").schedule is ScheduleType.UNIFORM
    with pytest.raises(InputError, match="schedule: expected one of Uniform, Karras"):
        read_sampler_name("euler", "ddim_uniform")


@pytest.mark.parametrize(
    ("sampler", "schedule", "field"),
    [("PLMS", None, "sampler"), ("", None, "sampler"), ("euler", "beta", "schedule")],
)
def test_unknown_names_are_refused_by_the_setting(
    sampler: str, schedule: str | None, field: str
) -> None:
    with pytest.raises(InputError) as refused:
        read_sampler_name(sampler, schedule)
    assert refused.value.field == field


def test_samplers_that_are_not_known_still_agree_with_themselves() -> None:
    old, new = ("DPM++ 3M SDE Karras", None), ("dpmpp_3m_sde", "karras")
    assert same_names(*old) == same_names(*new) == ("dpmpp_3m_sde", "karras")
    assert same_names("euler", "beta") == ("euler", "beta") != same_names("euler", "normal")
    assert same_names("euler", None) == ("euler", None)
    assert same_names(None, "normal") == (None, "uniform")


def test_what_can_be_chosen_is_read_back_and_none_twice() -> None:
    choices = sampler_choices()
    names = [read_sampler_name(key) for _, key in choices]
    assert [(name.label, name.key) for name in names] == choices
    assert len(set(names)) == len(choices)
    assert ("DPM++ 2M Karras", "dpmpp_2m_karras") in choices
    assert {name.sampler for name in names} == set(Sampler)
    assert ("LCM", "lcm") in choices
    assert not any("LCM " in label for label, _ in choices)
