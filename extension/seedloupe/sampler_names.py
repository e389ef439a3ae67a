"""Samplers and schedules by the names their users know: the one table of them.

Tables, pictures' texts, graphs, the command line and the page name a sampler each in their own way:
the web UI by a label and a schedule type ("DPM++ 2M", "Karras"; one label, "DPM++ 2M Karras",
before its release 1.9), ComfyUI by a pair (``dpmpp_2m``, ``karras``), seed tables by the web UI's
label as a key. Read 2026-11 from the web UI 1.10.1 (``modules/sd_samplers_kdiffusion.py``,
``sd_samplers_timesteps.py``, ``sd_samplers_lcm.py``, ``sd_schedulers.py``) and ComfyUI 0.33.0
(``comfy/samplers.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from .errors import InputError


class ScheduleType(str, Enum):
    """At which noise levels the steps are taken."""

    UNIFORM = "uniform"
    """Evenly in training time, from the noisiest level to the cleanest; ComfyUI's ``normal``."""
    KARRAS = "karras"
    """Evenly in the seventh root of the level (Karras et al. 2022, equation 5)."""
    EXPONENTIAL = "exponential"
    """Evenly in the level's logarithm."""
    SGM_UNIFORM = "sgm_uniform"
    """Evenly in training time, stopping a step short of the cleanest, as models of few steps do."""

    @property
    def label(self) -> str:
        """The web UI's schedule type."""
        return _SCHEDULES[self].label

    @property
    def comfyui(self) -> str:
        """ComfyUI's ``scheduler``."""
        return _SCHEDULES[self].comfyui


class Sampler(str, Enum):
    """How the steps are taken."""

    EULER = "euler"
    EULER_A = "euler_a"
    HEUN = "heun"
    DPM2 = "dpm2"
    DPMPP_2M = "dpmpp_2m"
    DPMPP_SDE = "dpmpp_sde"
    DPMPP_2M_SDE = "dpmpp_2m_sde"
    UNIPC = "unipc"
    LCM = "lcm"
    DDIM = "ddim"

    @property
    def label(self) -> str:
        """The name web UIs know it by."""
        return _SAMPLERS[self].label

    @property
    def comfyui(self) -> str:
        """ComfyUI's ``sampler_name``."""
        return _SAMPLERS[self].comfyui

    @property
    def draws(self) -> bool:
        """Whether steps add fresh noise, and so need a seed of their own."""
        return _SAMPLERS[self].draws

    @property
    def calls(self) -> int:
        """How often a step calls the model; the last step, which ends at no noise, calls once."""
        return _SAMPLERS[self].calls

    @property
    def schedules(self) -> tuple[ScheduleType, ...]:
        """The schedules it can be taken on."""
        return _SAMPLERS[self].schedules

    @property
    def most_steps(self) -> int:
        """How many steps it can take."""
        return _SAMPLERS[self].most_steps

    @property
    def automatic(self) -> ScheduleType | None:
        """What the web UI's schedule type "Automatic" stands for; None leaves it to the model."""
        return _SAMPLERS[self].automatic


@dataclass(frozen=True)
class _ScheduleNames:
    label: str
    comfyui: str
    others: tuple[str, ...] = ()


_SCHEDULES = {
    # The web UI has ComfyUI's levels a second time, as "Normal".
    ScheduleType.UNIFORM: _ScheduleNames("Uniform", "normal"),
    ScheduleType.KARRAS: _ScheduleNames("Karras", "karras"),
    ScheduleType.EXPONENTIAL: _ScheduleNames("Exponential", "exponential"),
    ScheduleType.SGM_UNIFORM: _ScheduleNames("SGM Uniform", "sgm_uniform", ("sgmuniform",)),
}
_ALL = tuple(ScheduleType)
_MOST_STEPS = 1000


@dataclass(frozen=True)
class _SamplerNames:
    label: str
    comfyui: str
    draws: bool = False
    calls: int = 1
    schedules: tuple[ScheduleType, ...] = _ALL
    most_steps: int = _MOST_STEPS
    automatic: ScheduleType | None = ScheduleType.UNIFORM


_SAMPLERS = {
    Sampler.EULER: _SamplerNames("Euler", "euler"),
    Sampler.EULER_A: _SamplerNames("Euler a", "euler_ancestral", draws=True),
    Sampler.HEUN: _SamplerNames("Heun", "heun", calls=2),
    Sampler.DPM2: _SamplerNames("DPM2", "dpm_2", calls=2, automatic=ScheduleType.KARRAS),
    Sampler.DPMPP_2M: _SamplerNames("DPM++ 2M", "dpmpp_2m", automatic=ScheduleType.KARRAS),
    Sampler.DPMPP_SDE: _SamplerNames(
        "DPM++ SDE", "dpmpp_sde", draws=True, calls=2, automatic=ScheduleType.KARRAS
    ),
    Sampler.DPMPP_2M_SDE: _SamplerNames(
        "DPM++ 2M SDE", "dpmpp_2m_sde", draws=True, automatic=ScheduleType.EXPONENTIAL
    ),
    Sampler.UNIPC: _SamplerNames("UniPC", "uni_pc"),
    # It was taught 50 times, and leaves from one to another.
    Sampler.LCM: _SamplerNames(
        "LCM",
        "lcm",
        draws=True,
        schedules=(ScheduleType.SGM_UNIFORM,),
        most_steps=50,
        automatic=None,
    ),
    # On other levels its steps are Euler's: ComfyUI's `ddim` is.
    Sampler.DDIM: _SamplerNames(
        "DDIM", "ddim", schedules=(ScheduleType.UNIFORM, ScheduleType.SGM_UNIFORM), automatic=None
    ),
}
_AUTOMATIC = "automatic"
#: ComfyUI's name for the levels that DDIM takes on its uniform schedule, and no other sampler.
_DDIM_UNIFORM = "ddim_uniform"


def _key(name: str) -> str:
    """Return a name as tables write it: ``DPM++ 2M`` is ``dpmpp_2m``."""
    return "_".join(name.lower().replace("++", "pp").replace("-", " ").split())


def _sampler_keys() -> Iterator[tuple[str, Sampler]]:
    for sampler, names in _SAMPLERS.items():
        for name in (sampler.value, names.label, names.comfyui):
            yield _key(name), sampler
            yield f"k_{_key(name)}", sampler  # the web UI's aliases, and SwarmUI's


def _schedule_keys() -> Iterator[tuple[str, ScheduleType]]:
    for schedule, names in _SCHEDULES.items():
        for name in (schedule.value, names.label, names.comfyui, *names.others):
            yield _key(name), schedule


_SAMPLER_KEYS = dict(_sampler_keys())
_SCHEDULE_KEYS = dict(_schedule_keys())


@dataclass(frozen=True)
class SamplerName:
    """A sampler and its schedule, read from any spelling.

    Attributes:
        sampler: how steps are taken.
        schedule: at which levels; None where the name does not say.
    """

    sampler: Sampler
    schedule: ScheduleType | None = None

    @property
    def label(self) -> str:
        """Both in one label, as web UIs before 1.9 had them, e.g. ``DPM++ 2M Karras``."""
        schedule = "" if self.schedule is None else f" {self.schedule.label}"
        return f"{self.sampler.label}{schedule}"

    @property
    def key(self) -> str:
        """Both in one key, e.g. ``dpmpp_2m_karras``; :func:`read_sampler_name` reads it back."""
        return self.sampler.value + ("" if self.schedule is None else f"_{self.schedule.value}")

    @property
    def comfyui(self) -> tuple[str, str | None]:
        """ComfyUI's ``sampler_name`` and ``scheduler``, the latter None where it is not said."""
        if self.sampler is Sampler.DDIM and self.schedule is ScheduleType.UNIFORM:
            return self.sampler.comfyui, _DDIM_UNIFORM
        return self.sampler.comfyui, None if self.schedule is None else self.schedule.comfyui


def read_sampler_name(sampler: str, schedule: str | None = None) -> SamplerName:
    """Read a sampler by any of its names, with or without its schedule.

    Args:
        sampler: the web UI's label, ComfyUI's name or a table's, in any case; the older labels
            have the schedule at their end.
        schedule: the web UI's type or ComfyUI's ``scheduler``; None where it is not said. It
            goes before one at the end of ``sampler``.

    Raises:
        InputError: one of the names is unknown.
    """
    found, inner = _split(_key(sampler))
    if found is None:
        known = ", ".join(one.label for one in Sampler)
        raise InputError("sampler", expected=f"one of {known}", got=repr(sampler))
    if schedule is not None:
        return SamplerName(found, read_schedule_name(schedule, found))
    return SamplerName(found, None if inner is None else read_schedule_name(inner, found))


def read_schedule_name(schedule: str, sampler: Sampler) -> ScheduleType | None:
    """Read a schedule by any of its names; None where it is left to sampler and model.

    Args:
        schedule: the web UI's type or ComfyUI's ``scheduler``, in any case.
        sampler: whose schedule it is; it decides what the web UI's "Automatic" stands for.

    Raises:
        InputError: the name is unknown.
    """
    key = _key(schedule)
    if key == _AUTOMATIC:
        return sampler.automatic
    if key == _DDIM_UNIFORM and sampler is Sampler.DDIM:
        return ScheduleType.UNIFORM
    if key not in _SCHEDULE_KEYS:
        known = ", ".join(one.label for one in ScheduleType)
        raise InputError("schedule", expected=f"one of {known}", got=repr(schedule))
    return _SCHEDULE_KEYS[key]


def sampler_choices() -> list[tuple[str, str]]:
    """Return what can be chosen, label and key, each sampler with its usual schedule first."""
    names = (
        SamplerName(sampler, schedule)
        for sampler in Sampler
        for schedule in (None, *sampler.schedules)
        if schedule is None or (schedule is not ScheduleType.UNIFORM and len(sampler.schedules) > 1)
    )
    return [(name.label, name.key) for name in names]


def same_names(sampler: str | None, schedule: str | None) -> tuple[str | None, str | None]:
    """Return sampler and schedule by the names they are compared by, each None where unknown.

    Names that are not in the table become keys, so that two spellings of a label still agree.
    """
    if sampler is None:
        return None, None if schedule is None else _schedule_key(schedule, None)
    found, inner = _split(_key(sampler))
    said = inner if schedule is None else schedule
    named = _without_schedule(_key(sampler)) if found is None else found.value
    return named, None if said is None else _schedule_key(said, found)


def require_schedule(sampler: Sampler, schedule: ScheduleType, steps: int) -> None:
    """Refuse a sampler on a schedule it cannot be taken on, or for more steps than it has.

    Raises:
        InputError: it cannot; the field names the setting.
    """
    if schedule not in sampler.schedules:
        known = " or ".join(one.label for one in sampler.schedules)
        advice = "Take Euler, whose steps are DDIM's on any schedule."
        raise InputError(
            "schedule",
            expected=f"{known} for {sampler.label}",
            got=schedule.label,
            advice=advice if sampler is Sampler.DDIM else "Take another sampler.",
        )
    if steps > sampler.most_steps:
        most = sampler.most_steps
        expected = f"1 to {most}" + (f" for {sampler.label}" if most < _MOST_STEPS else "")
        raise InputError("steps", expected=expected, got=str(steps))


def _split(key: str) -> tuple[Sampler | None, str | None]:
    """Tell a sampler from the schedule at its end."""
    if key in _SAMPLER_KEYS:
        return _SAMPLER_KEYS[key], None
    named = _without_schedule(key)
    if named == key:
        return None, None
    return _SAMPLER_KEYS.get(named), key[len(named) + 1 :]


def _without_schedule(key: str) -> str:
    for ending in sorted((*_SCHEDULE_KEYS, _AUTOMATIC, _DDIM_UNIFORM), key=len, reverse=True):
        if key.endswith(f"_{ending}"):
            return key[: -len(ending) - 1]
    return key


def _schedule_key(schedule: str, sampler: Sampler | None) -> str | None:
    """Return the name a schedule is compared by."""
    key = _key(schedule)
    if key == _DDIM_UNIFORM and sampler is Sampler.DDIM:
        return ScheduleType.UNIFORM.value
    if key == _AUTOMATIC and sampler is not None:
        return None if sampler.automatic is None else sampler.automatic.value
    found = _SCHEDULE_KEYS.get(key)
    return key if found is None else found.value
