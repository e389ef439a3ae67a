"""What a seed table must know of a run: to be matched with it, and to describe it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..tables import ModelSpec, SamplingSpec, TableUse, Task

if TYPE_CHECKING:
    from ..hosts.standalone.engine.models import Model
    from .request import Request

SCHEDULER = "uniform"
"""Evenly spaced steps, as against Karras; other hosts choose by sampler."""
FEW_STEPS_SCHEDULER = "sgm_uniform"
"""Evenly spaced from the noisiest on, as models of few steps are; the other hosts' name for it."""


def sampling_spec(request: Request, model: Model) -> SamplingSpec:
    """Describe how ``request`` samples, as tables made here are described."""
    return SamplingSpec(
        Task(request.task),
        request.sampler.value,
        scheduler=FEW_STEPS_SCHEDULER if model.trailing else SCHEDULER,
        steps=request.steps,
        guidance=request.guidance,
        size=request.size(model),
        strength=request.strength if request.image is not None else None,
    )


def model_spec(model: Model) -> ModelSpec:
    """Describe ``model`` as tables do."""
    return ModelSpec(
        model.family.value, model.name, model.sha256, model.in_channels, model.prediction
    )


def table_use(request: Request, model: Model) -> TableUse:
    """Return what a table would be used for; our noise is always the generator's first draw."""
    shape = model.latent_shape(*request.size(model))
    return TableUse(
        request.noise, shape, model.sha256, sampling_spec(request, model), carried=request.carried
    )
