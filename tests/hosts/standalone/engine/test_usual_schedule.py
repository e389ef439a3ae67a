"""The four samplers there always were take the steps they always took, at the same levels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from seedloupe.generation.sampler import Sampler
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.schedulers import make_scheduler

if TYPE_CHECKING:
    from seedloupe.generation.model_info import ModelInfo

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


class Saved:
    """A model as far as its noise levels go."""

    device = torch.device("cpu")

    def __init__(self, model: Model, *, trailing: bool) -> None:
        self.pipe = model.pipe
        self.info: ModelInfo = replace(model.info, trailing=trailing)


def first_released(model: Model, sampler: Sampler, steps: int, *, trailing: bool) -> Any:
    """The schedulers of the first release, put together as it did."""
    import diffusers

    config = model.pipe.scheduler.config
    levels = {key: config[key] for key in ("beta_start", "beta_end", "beta_schedule")}
    if sampler is Sampler.DDIM:
        made = diffusers.DDIMScheduler(
            **levels,
            clip_sample=False,
            set_alpha_to_one=trailing,
            steps_offset=1,
            timestep_spacing="trailing" if trailing else "leading",
        )
        made.set_timesteps(steps)
        return made
    if sampler is Sampler.DPMPP_2M:
        made = diffusers.DPMSolverMultistepScheduler(**levels)
        trained = np.asarray((1 - made.alphas_cumprod) / made.alphas_cumprod) ** 0.5
        times = np.linspace(999, 0, steps)
        if trailing:
            times = np.arange(1000, 0, -1000 / steps)[:steps] - 1
        made.set_timesteps(timesteps=times.round().astype(int))
        sigmas = np.exp(np.interp(times, np.arange(1000), np.log(trained)))
        made.timesteps = torch.from_numpy(times.astype(np.float32))
        made.sigmas = torch.from_numpy(np.append(sigmas, 0.0).astype(np.float32))
        return made
    ancestral = "Ancestral" if sampler is Sampler.EULER_A else ""
    made = getattr(diffusers, f"Euler{ancestral}DiscreteScheduler")(
        **levels, timestep_spacing="linspace" if steps > 1 and not trailing else "trailing"
    )
    made.set_timesteps(steps)
    return made


@pytest.mark.parametrize("trailing", [False, True])
@pytest.mark.parametrize("steps", [1, 2, 7, 20])
@pytest.mark.parametrize(
    "sampler", [Sampler.EULER, Sampler.EULER_A, Sampler.DDIM, Sampler.DPMPP_2M]
)
def test_levels_are_those_of_the_first_release_to_the_last_bit(
    tiny: Model, sampler: Sampler, steps: int, trailing: bool
) -> None:
    model: Any = Saved(tiny, trailing=trailing)
    now = make_scheduler(model, sampler, steps)
    then = first_released(tiny, sampler, steps, trailing=trailing)
    assert type(now) is type(then)
    assert torch.equal(now.timesteps, then.timesteps)
    if sampler is not Sampler.DDIM:
        assert torch.equal(now.sigmas, then.sigmas)
    strength = float(then.init_noise_sigma)
    if sampler is Sampler.DPMPP_2M:  # the first release began 0.2 % too strong for A1111
        first = float(then.sigmas[0])
        strength = first / (1 + first**2) ** 0.5
    assert float(now.init_noise_sigma) == pytest.approx(strength, rel=1e-12)
    known = [key for key in then.config if not key.startswith("_")]
    assert [now.config[key] for key in known] == [then.config[key] for key in known]
