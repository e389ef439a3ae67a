"""How the steps of a run are taken, in names that tables, infotexts and graphs share."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import InputError
from ..sampler_names import Sampler, SamplerName, ScheduleType, read_sampler_name, require_schedule

__all__ = ["FEW", "Plan", "Sampler", "ScheduleType"]

_MOST_STEPS = 1000


@dataclass(frozen=True)
class Plan:
    """How a run is taken.

    Attributes:
        sampler: how the steps are taken.
        steps: of the whole schedule, 1 to 1000.
        guidance: classifier-free guidance, from 0 up; 1 or less means none.
        schedule: at which noise levels; None leaves it to sampler and model, see
            :meth:`~.model_info.ModelInfo.schedule_of`.

    Raises:
        InputError: a number is out of its range, or the sampler has no such schedule.
    """

    sampler: Sampler = Sampler.EULER
    steps: int = 20
    guidance: float = 4.0
    schedule: ScheduleType | None = None

    def __post_init__(self) -> None:
        """Refuse what no run can be taken with."""
        if not 1 <= self.steps <= _MOST_STEPS:
            raise InputError("steps", expected=f"1 to {_MOST_STEPS}", got=str(self.steps))
        if not (math.isfinite(self.guidance) and self.guidance >= 0):
            raise InputError("guidance", expected="a number from 0 up", got=str(self.guidance))
        require_schedule(self.sampler, self.schedule or self.sampler.schedules[0], self.steps)

    @classmethod
    def named(cls, sampler: str, steps: int, guidance: float) -> Plan:
        """Return a plan whose sampler is called by any of its names, schedule included.

        Raises:
            InputError: no sampler has that name, or as for :class:`Plan`.
        """
        name = read_sampler_name(sampler)
        return cls(name.sampler, steps, guidance, name.schedule)

    def but(
        self,
        sampler: Sampler | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        schedule: ScheduleType | None = None,
    ) -> Plan:
        """Return the plan with what is given in place of its own.

        Another sampler brings its own schedule, unless one is given.

        Raises:
            InputError: as for :class:`Plan`.
        """
        kept = self.schedule if sampler in (None, self.sampler) else None
        return Plan(
            self.sampler if sampler is None else sampler,
            self.steps if steps is None else steps,
            self.guidance if guidance is None else guidance,
            kept if schedule is None else schedule,
        )

    @property
    def guided(self) -> bool:
        """Whether the unconditional half is computed at all."""
        return self.guidance > 1

    @property
    def calls(self) -> int:
        """How often the model is called, over all steps; the last step calls once."""
        each = self.sampler.calls
        return each * self.steps - (each - 1)

    @property
    def name(self) -> SamplerName:
        """Sampler and schedule by name."""
        return SamplerName(self.sampler, self.schedule)


#: How a model of few steps is used by default.
FEW = Plan(steps=4, guidance=1.0)
