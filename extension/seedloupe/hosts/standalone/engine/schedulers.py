"""diffusers' schedulers, set up as the hosts' samplers of the same name.

Sources, read 2026-11: the web UI 1.10.1 (``modules/sd_schedulers.py``,
``sd_samplers_kdiffusion.py``), ComfyUI 0.33.0 (``comfy/samplers.py``,
``comfy/k_diffusion/sampling.py``), diffusers 0.42.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ....generation.sampler import Sampler, ScheduleType
from .checkpoint import TRAILING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from .models import Model

    Floats = NDArray[np.float64]

#: What of a saved scheduler belongs to the model; the rest is the sampler's business.
_LEVELS = (
    "num_train_timesteps",
    "beta_start",
    "beta_end",
    "beta_schedule",
    "trained_betas",
    "prediction_type",
    "rescale_betas_zero_snr",
)
_ZERO_SNR = "rescale_betas_zero_snr"
#: Karras et al. 2022, equation 5, as all hosts set it.
_RHO = 7.0
#: Where UniPC ends instead of at no noise at all, which its first kind cannot; ComfyUI's level.
_UNIPC_END = 0.001


class _Levels(NamedTuple):
    """Where the U-Net is called, from the noisiest level on; times may lie between trained ones."""

    times: Floats
    sigmas: Floats


def make_scheduler(
    model: Model, sampler: Sampler, steps: int, schedule: ScheduleType | None = None
) -> Any:
    """Return a fresh diffusers scheduler with the model's noise levels and its steps set.

    The steps are spaced as in the web UI's sampler of the same name, whatever scheduler and spacing
    the model was saved with.

    Args:
        model: whose levels they are.
        sampler: how the steps are taken.
        steps: how many.
        schedule: at which levels; None takes the model's usual ones, which for models of few steps
            are "trailing" (the web UI's "SGM Uniform"): they are taught the times of that spacing
            and paint well at no others.
    """
    from ....generation.sampler import Plan

    wanted = model.info.schedule_of(Plan(sampler, steps, schedule=schedule))
    saved = model.pipe.scheduler.config
    levels = {name: saved[name] for name in _LEVELS if name in saved}
    return _MAKERS[sampler](model, levels, wanted, steps)


def _euler(model: Model, levels: dict[str, Any], schedule: ScheduleType, steps: int) -> Any:
    import diffusers

    return _spaced(diffusers.EulerDiscreteScheduler, model, levels, schedule, steps)


def _euler_a(model: Model, levels: dict[str, Any], schedule: ScheduleType, steps: int) -> Any:
    import diffusers

    return _spaced(diffusers.EulerAncestralDiscreteScheduler, model, levels, schedule, steps)


def _spaced(
    kind: Any, model: Model, levels: dict[str, Any], schedule: ScheduleType, steps: int
) -> Any:
    """Let the scheduler space its even times itself: it interpolates levels, not logarithms."""
    # Evenly from the noisiest level to the cleanest; a single step must be the noisiest.
    even = schedule is not ScheduleType.SGM_UNIFORM and steps > 1
    euler = kind(**levels, timestep_spacing="linspace" if even else TRAILING)
    euler.set_timesteps(steps, device=model.device)
    if schedule in (ScheduleType.KARRAS, ScheduleType.EXPONENTIAL):
        _put(euler, _levels_of(levels, schedule, steps), model)
    return euler


def _heun(model: Model, levels: dict[str, Any], schedule: ScheduleType, steps: int) -> Any:
    import diffusers

    heun = diffusers.HeunDiscreteScheduler(**_without_snr(levels), timestep_spacing="linspace")
    heun.set_timesteps(steps, device=model.device)
    times, sigmas = _levels_of(levels, schedule, steps)
    _put(heun, _Levels(_twice(times)[1:], _twice(sigmas)[1:]), model)
    return heun


def _dpm2(model: Model, levels: dict[str, Any], schedule: ScheduleType, steps: int) -> Any:
    """Leave out the cleanest of one level more, as the hosts do for this sampler."""
    import diffusers
    import numpy as np
    import torch

    class KDpm2(diffusers.KDPM2DiscreteScheduler):
        """Computes no levels of its own: that takes longer than a step of a small model."""

        def set_timesteps(self, *_: object, **__: object) -> None:
            self.sample, self.sigmas = None, torch.zeros(1)

    dpm2 = KDpm2(**_without_snr(levels), timestep_spacing="linspace")
    trained = _trained(levels)
    sigmas = _levels_of(levels, schedule, steps + 1).sigmas[:-1]
    halfway = np.sqrt(sigmas[:-1] * sigmas[1:])
    calls = _interleaved(sigmas, halfway)
    _put(dpm2, _Levels(_time_of(calls, trained), _twice(sigmas)[1:]), model)
    ends = [0.0, *np.repeat(halfway, 2), 0.0]
    dpm2.sigmas_interpol = torch.tensor(ends, dtype=torch.float32)
    return dpm2


def _dpmpp_2m(model: Model, levels: dict[str, Any], schedule: ScheduleType, steps: int) -> Any:
    import diffusers

    solver = diffusers.DPMSolverMultistepScheduler(**levels)
    return _starting_at_its_level(_solving(solver, _levels_of(levels, schedule, steps), model))


def _dpmpp_2m_sde(model: Model, levels: dict[str, Any], schedule: ScheduleType, steps: int) -> Any:
    import diffusers

    solver = diffusers.DPMSolverMultistepScheduler(**levels, algorithm_type="sde-dpmsolver++")
    return _starting_at_its_level(_solving(solver, _levels_of(levels, schedule, steps), model))


def _dpmpp_sde(model: Model, levels: dict[str, Any], schedule: ScheduleType, steps: int) -> Any:
    """Call twice a step, at its beginning and halfway, as the hosts do.

    diffusers' solver takes every second of its own steps from the level before the last, so half
    of the levels it is given are the steps', and the others lie between them.
    """
    import diffusers
    import numpy as np

    solver = diffusers.DPMSolverSinglestepScheduler(
        **_without_snr(levels), algorithm_type="sde-dpmsolver++", lower_order_final=True
    )
    sigmas = _levels_of(levels, schedule, steps).sigmas
    calls = _interleaved(sigmas, np.sqrt(sigmas[:-1] * sigmas[1:]))
    solving = _solving(solver, _Levels(_time_of(calls, _trained(levels)), calls), model)
    return _starting_at_its_level(solving)


def _unipc(model: Model, levels: dict[str, Any], schedule: ScheduleType, steps: int) -> Any:
    """Take the hosts' kind: ``bh1`` of order 3, without the cleanest of one level more."""
    import diffusers

    unipc = diffusers.UniPCMultistepScheduler(**levels, solver_order=3, solver_type="bh1")
    times, sigmas = _levels_of(levels, schedule, steps + 1)
    return _solving(unipc, _Levels(times[:-1], sigmas[:-1]), model, end=_UNIPC_END)


def _starting_at_its_level(solver: Any) -> Any:
    """Start from noise as strong as the first level, as A1111 does, and we with Euler.

    The solver counts in pictures that noise is mixed into, and would start from noise alone, which
    is what ComfyUI does with every sampler: 0.2 % more than a first level that is not infinite has,
    for which single pixels moved by up to 30 grey levels against A1111.
    """
    first = float(solver.sigmas[0])
    solver.init_noise_sigma = first / (first**2 + 1) ** 0.5
    return solver


def _lcm(model: Model, levels: dict[str, Any], schedule: ScheduleType, steps: int) -> Any:
    import diffusers

    lcm = diffusers.LCMScheduler(**levels, clip_sample=False, set_alpha_to_one=False)
    lcm.set_timesteps(steps, device=model.device)
    return lcm


def _ddim(model: Model, levels: dict[str, Any], schedule: ScheduleType, steps: int) -> Any:
    import diffusers

    trailing = schedule is ScheduleType.SGM_UNIFORM
    ddim = diffusers.DDIMScheduler(
        **levels,
        clip_sample=False,
        set_alpha_to_one=trailing,
        steps_offset=1,
        timestep_spacing=TRAILING if trailing else "leading",
    )
    ddim.set_timesteps(steps, device=model.device)
    return ddim


_MAKERS: dict[Sampler, Callable[[Model, dict[str, Any], ScheduleType, int], Any]] = {
    Sampler.EULER: _euler,
    Sampler.EULER_A: _euler_a,
    Sampler.HEUN: _heun,
    Sampler.DPM2: _dpm2,
    Sampler.DPMPP_2M: _dpmpp_2m,
    Sampler.DPMPP_SDE: _dpmpp_sde,
    Sampler.DPMPP_2M_SDE: _dpmpp_2m_sde,
    Sampler.UNIPC: _unipc,
    Sampler.LCM: _lcm,
    Sampler.DDIM: _ddim,
}


def _solving(solver: Any, levels: _Levels, model: Model, *, end: float = 0.0) -> Any:
    """Set a solver to levels of ours, whatever it would take itself.

    Its own even spacing stops one step short of the cleanest level, and times handed to it are cut
    to whole ones, which alone moves single pixels by up to a quarter of their range.
    """
    solver.set_timesteps(len(levels.times), device=model.device)
    _put(solver, levels, model, end=end)
    return solver


def _put(scheduler: Any, levels: _Levels, model: Model, *, end: float = 0.0) -> None:
    import numpy as np
    import torch

    times = torch.from_numpy(levels.times.astype(np.float32))
    scheduler.timesteps = times.to(model.device)
    scheduler.sigmas = torch.from_numpy(np.append(levels.sigmas, end).astype(np.float32))


def _levels_of(levels: dict[str, Any], schedule: ScheduleType, steps: int) -> _Levels:
    """Return the levels of a schedule, as the web UI spaces them.

    Even times mostly lie between two trained ones; there the logarithm is interpolated.
    """
    import numpy as np

    trained = _trained(levels)
    last = len(trained) - 1
    most, least = float(trained[-1]), float(trained[0])
    if schedule is ScheduleType.KARRAS:
        sigmas = np.linspace(most ** (1 / _RHO), least ** (1 / _RHO), steps) ** _RHO
    elif schedule is ScheduleType.EXPONENTIAL:
        sigmas = np.exp(np.linspace(np.log(most), np.log(least), steps))
    else:
        times = np.linspace(last, 0, steps)
        if schedule is ScheduleType.SGM_UNIFORM:
            times = np.arange(last + 1, 0, -(last + 1) / steps)[:steps] - 1
        sigmas = np.exp(np.interp(times, np.arange(len(trained)), np.log(trained)))
        return _Levels(times, sigmas)
    return _Levels(_time_of(sigmas, trained), sigmas)


def _time_of(sigmas: Floats, trained: Floats) -> Floats:
    """Return the training times of levels, whose logarithms are interpolated."""
    import numpy as np

    return np.interp(np.log(sigmas), np.log(trained), np.arange(len(trained), dtype=np.float64))


def _trained(levels: dict[str, Any]) -> Floats:
    """Return the levels the model was trained at, rising; the last stays finite in any case."""
    import diffusers

    # Where the noisiest level holds nothing of the picture, this scheduler stops just before it.
    kept = diffusers.EulerDiscreteScheduler(**levels).alphas_cumprod
    sigmas: Floats = ((1 - kept) / kept).numpy() ** 0.5
    return sigmas


def _without_snr(levels: dict[str, Any]) -> dict[str, Any]:
    """Leave out what some schedulers do not know, as they are handed the levels themselves."""
    return {name: value for name, value in levels.items() if name != _ZERO_SNR}


def _twice(values: Floats) -> Floats:
    import numpy as np

    return np.repeat(values, 2)


def _interleaved(whole: Floats, between: Floats) -> Floats:
    """Return ``whole`` with ``between`` between its neighbours."""
    import numpy as np

    out = np.empty(len(whole) + len(between))
    out[::2], out[1::2] = whole, between
    return out
