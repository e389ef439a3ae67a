"""How the steps of a run are taken, in names that tables, infotexts and graphs share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from ..errors import InputError

#: Evenly spaced steps, as against Karras; other hosts choose by sampler.
SCHEDULER = "uniform"
#: Evenly spaced from the noisiest on, as models of few steps are; the other hosts' name for it.
FEW_STEPS_SCHEDULER = "sgm_uniform"

_MOST_STEPS = 1000


class Sampler(str, Enum):
    """How the steps are taken."""

    EULER = "euler"
    EULER_A = "euler_a"
    DDIM = "ddim"
    DPMPP_2M = "dpmpp_2m"

    @property
    def label(self) -> str:
        """The name web UIs know it by."""
        return _LABELS[self]

    @property
    def draws(self) -> bool:
        """Whether steps add fresh noise, and so need a seed of their own."""
        return self is Sampler.EULER_A


_LABELS = {
    Sampler.EULER: "Euler",
    Sampler.EULER_A: "Euler a",
    Sampler.DDIM: "DDIM",
    Sampler.DPMPP_2M: "DPM++ 2M",
}


@dataclass(frozen=True)
class Plan:
    """How a run is taken.

    Attributes:
        sampler: how the steps are taken.
        steps: of the whole schedule, 1 to 1000.
        guidance: classifier-free guidance, from 0 up; 1 or less means none.

    Raises:
        InputError: a number is out of its range.
    """

    sampler: Sampler = Sampler.EULER
    steps: int = 20
    guidance: float = 4.0

    def __post_init__(self) -> None:
        """Refuse what no run can be taken with."""
        if not 1 <= self.steps <= _MOST_STEPS:
            raise InputError("steps", expected=f"1 to {_MOST_STEPS}", got=str(self.steps))
        if not (math.isfinite(self.guidance) and self.guidance >= 0):
            raise InputError("guidance", expected="a number from 0 up", got=str(self.guidance))

    def but(
        self,
        sampler: Sampler | None = None,
        steps: int | None = None,
        guidance: float | None = None,
    ) -> Plan:
        """Return the plan with what is given in place of its own.

        Raises:
            InputError: a number is out of its range.
        """
        return Plan(
            self.sampler if sampler is None else sampler,
            self.steps if steps is None else steps,
            self.guidance if guidance is None else guidance,
        )

    @property
    def guided(self) -> bool:
        """Whether the unconditional half is computed at all."""
        return self.guidance > 1


#: How a model of few steps is used by default.
FEW = Plan(steps=4, guidance=1.0)
