"""A plan's steps as diffusers' schedulers take them: which calls of the U-Net, at which levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .schedulers import make_scheduler

if TYPE_CHECKING:
    from torch import Tensor

    from ....generation.sampler import Plan
    from .models import Model

_LEAST_KEPT = 2.0**-24


@dataclass(frozen=True, eq=False)
class SolverCall:
    """One call of the U-Net.

    Attributes:
        step: the step it belongs to, counted from 0.
        number: which of the step's calls it is.
        time: training time, a scalar tensor of the scheduler's kind.
        sigma: the noise level of that time.
        until: the level the scheduler goes to from there; 0 where it counts in times alone.
        ends_step: whether the step is taken with it.
        following: where the next call is made; None after the last one.
    """

    step: int
    number: int
    time: Tensor
    sigma: float
    until: float
    ends_step: bool
    following: NextLevel | None


@dataclass(frozen=True, eq=False)
class NextLevel:
    """The level a call leaves latents at.

    Attributes:
        time: training time, ``(1,)``.
        sigma: its noise level, where it is not the scheduler's own place in its schedule; None
            where the scheduler knows.
    """

    time: Tensor
    sigma: float | None = None

    def onto(self, scheduler: Any, clean: Tensor, noise: Tensor) -> Tensor:
        """Noise a clean latent ``(B, C, H, W)`` to this level."""
        if self.sigma is not None:
            return clean + self.sigma * noise
        noisy: Tensor = scheduler.add_noise(clean, noise, self.time)
        return noisy


@dataclass(frozen=True, eq=False)
class StepSchedule:
    """The calls of one run.

    Attributes:
        scheduler: diffusers' scheduler, set to the first call; it serves one run.
        steps: how many steps the run takes.
        calls: in order.
    """

    scheduler: Any
    steps: int
    calls: tuple[SolverCall, ...]

    @classmethod
    def of(cls, model: Model, plan: Plan, first: int = 0) -> StepSchedule:
        """Lay out a run.

        Args:
            model: whose noise levels they are.
            plan: sampler, schedule and steps.
            first: how many steps of the plan are left out at its beginning.
        """
        scheduler = make_scheduler(model, plan.sampler, plan.steps, model.info.schedule_of(plan))
        each = plan.sampler.calls
        begin = first * each
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(begin)
        times = scheduler.timesteps
        calls = tuple(
            SolverCall(
                index // each - first,
                index % each,
                times[index],
                _sigma(scheduler, index),
                float(scheduler.sigmas[index + 1]) if hasattr(scheduler, "sigmas") else 0.0,
                ends_step=index % each == each - 1 or index == len(times) - 1,
                following=_following(scheduler, index + 1),
            )
            for index in range(begin, len(times))
        )
        return cls(scheduler, plan.steps - first, calls)


def _following(scheduler: Any, index: int) -> NextLevel | None:
    """Return the level of the call at ``index``, in the scheduler's order; None past the last."""
    if index >= len(scheduler.timesteps):
        return None
    # DPM2's scheduler takes its halfway levels for whole ones when it adds noise.
    halfway = hasattr(scheduler, "sigmas_interpol") and index % 2
    sigma = _sigma(scheduler, index) if halfway else None
    return NextLevel(scheduler.timesteps[index : index + 1], sigma)


def _sigma(scheduler: Any, index: int) -> float:
    """Return the noise level of the call at ``index``, in the scheduler's order."""
    if hasattr(scheduler, "sigmas_interpol") and index % 2:
        return float(scheduler.sigmas_interpol[index])
    if hasattr(scheduler, "sigmas"):
        return float(scheduler.sigmas[index])
    # Where the noisiest level holds nothing of the picture, the other schedulers stop here.
    kept = max(float(scheduler.alphas_cumprod[int(scheduler.timesteps[index])]), _LEAST_KEPT)
    return ((1 - kept) / kept) ** 0.5
