"""What a seed table must know of a run: to be matched with it, and to describe it."""

from __future__ import annotations

from ..noise import NoiseSource
from ..tables import ModelSpec, SamplingSpec, TableUse, Task
from .model_info import ModelInfo
from .request import Request
from .sampler import Plan


def sampling_spec(request: Request) -> SamplingSpec:
    """Describe how ``request`` samples, as tables made here are described."""
    return SamplingSpec(
        Task(request.task),
        request.sampler.value,
        scheduler=request.schedule.value,
        steps=request.steps,
        guidance=request.guidance,
        size=request.size,
        strength=request.strength if request.image is not None else None,
    )


def model_spec(model: ModelInfo) -> ModelSpec:
    """Describe ``model`` as tables do; a guess at what it predicts is named in an entry more."""
    return ModelSpec(
        model.family.value,
        model.name,
        model.sha256,
        model.in_channels,
        model.prediction,
        loras=model.patch_labels,
        extra={"prediction_guessed": True} if model.guessed else {},
    )


def table_use(request: Request) -> TableUse:
    """Return what a table would be used for; our noise is always the generator's first draw."""
    return TableUse(
        request.noise,
        request.shape,
        request.model.sha256,
        sampling_spec(request),
        loras=request.model.patch_labels,
        resize=request.resize,
        model_name=request.model.name,
    )


def planned_use(model: ModelInfo, plan: Plan, *, noise: NoiseSource = NoiseSource()) -> TableUse:
    """Return what a table would be used for by pictures from noise at the model's own size."""
    sampling = SamplingSpec(
        Task.TXT2IMG,
        plan.sampler.value,
        scheduler=model.schedule_of(plan).value,
        steps=plan.steps,
        guidance=plan.guidance,
        size=model.native_size,
    )
    shape = model.latent_shape(*model.native_size)
    return TableUse(
        noise,
        shape,
        model.sha256,
        sampling,
        loras=model.patch_labels,
        model_name=model.name,
    )
