"""All pictures of one repaint at once, for mining: faster where a device likes batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ....errors import ModelError
from ....noise import initial_noise, resized_noise
from .denoise import denoise
from .latents import finished, source_of
from .step_noise import step_streams
from .text import encode_text

if TYPE_CHECKING:
    from torch import Tensor

    from ....generation.request import Request
    from .models import Model


def batched_images(model: Model, request: Request) -> Iterator[Tensor]:
    """Make the pictures of ``request`` in one batch, each ``(3, H, W)`` in 8 bits.

    Each is what it would be alone but for rounding, since larger matrices are added up in another
    order: a grey level here and there.

    Args:
        model: from :func:`~.models.open_model`.
        request: with one picture and mask for all its seeds, or none.

    Raises:
        ModelError: the request was made for another model.
    """
    import torch

    if request.model != model.info:
        raise ModelError("model", expected=f"a request for {model.name}", got=request.model.name)
    shape, seeds = request.shape, request.seeds
    noise = torch.stack([_noise(request, seed) for seed in seeds])
    text = encode_text(
        model, [request.prompt], negative=request.negative, guided=request.plan.guided
    ).repeated(len(seeds))
    streams = step_streams(request.sampler, seeds, len(seeds), shape, request.noise, request.resize)
    source = source_of(model, request)
    latents = noise
    for step in denoise(model, noise, text, request.plan, source=source, streams=streams):
        latents = step.latents
    for one in latents:
        yield finished(model, request, one[None])


def _noise(request: Request, seed: int) -> Tensor:
    """Draw a seed's noise ``(C, H, W)``."""
    if request.resize is None:
        return initial_noise(seed, request.shape, source=request.noise)
    return resized_noise(seed, request.shape, request.resize, source=request.noise)
