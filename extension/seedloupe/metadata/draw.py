"""Drawing the noise a picture says it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import NoiseError
from ..noise.comfyui import comfyui_noise
from ..noise.resize import resized_noise
from ..noise.source import NoiseSource
from ..noise.stream import require_latent_size
from ..noise.webui import WebuiSeeds, webui_noise
from .answers import Answers, require_place, settled
from .found_noise import DrawWay, FoundLevel, FoundNoise

if TYPE_CHECKING:
    from torch import Tensor


def draw_found(
    found: FoundNoise, *, source: NoiseSource | None = None, index: int | None = None
) -> Tensor:
    """Draw the starting noise of a picture again.

    Args:
        found: what its text says, and where it says nothing, its owner
            (:func:`~seedloupe.metadata.settled`).
        source: which generator drew, where the text does not say.
        index: which picture of its batch it is, where there were several.

    Returns:
        ``(C, H, W)``, float32, CPU, unit variance but for a noise multiplier.

    Raises:
        NoiseError: something that decides the noise is missing, or contradicts the text.
    """
    told = settled(found, Answers(source=source, index=index))
    shape = told.shape
    if told.level is FoundLevel.UNKNOWN or shape is None or len(told.seeds) != 1:
        raise NoiseError("picture", expected="one that tells its noise", got=found.verdict)
    if told.source is None:
        raise NoiseError(
            "source", expected="cpu, nv or cuda:GRID", got="none", advice=found.verdict
        )
    noise = _drawn(told, told.source, shape, index)
    return noise if told.multiplier == 1 else noise * told.multiplier


def is_drawable(found: FoundNoise) -> bool:
    """Whether everything is known that decides a noise, or was said by its owner."""
    return (
        found.level is not FoundLevel.UNKNOWN
        and not found.missing
        and found.shape is not None
        and found.source is not None
        and len(found.seeds) == 1
    )


def _drawn(
    told: FoundNoise, source: NoiseSource, shape: tuple[int, ...], index: int | None
) -> Tensor:
    (seed,) = told.seeds
    place = 0 if told.candidates else require_place(told, index)
    if told.carried is not None:
        return resized_noise(seed, require_latent_size(shape), told.carried, source=source)
    if told.drawn_as is DrawWay.STREAM:
        parts = told.batch_index
        return comfyui_noise(seed, shape, batch=told.batch, batch_index=parts, source=source)[place]
    seeds = WebuiSeeds((seed,), () if told.subseed is None else (told.subseed,))
    return webui_noise(seeds, shape, source=source, extras=told.extras)[0]
