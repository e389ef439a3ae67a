"""Drawing the noise a picture says it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import NoiseError
from ..noise.comfyui import comfyui_noise
from ..noise.resize import resized_noise
from ..noise.source import NoiseSource
from ..noise.webui import WebuiSeeds, webui_noise
from .found_noise import FoundHost, FoundLevel, FoundNoise

if TYPE_CHECKING:
    from torch import Tensor


def draw_found(
    found: FoundNoise, *, source: NoiseSource | None = None, index: int | None = None
) -> Tensor:
    """Draw the starting noise of a picture again.

    Args:
        found: what its text says.
        source: which generator drew, where the text does not say.
        index: which picture of its batch it is, where there were several.

    Returns:
        ``(C, H, W)``, float32, CPU, unit variance.

    Raises:
        NoiseError: something that decides the noise is missing, or contradicts the text.
    """
    shape = found.shape
    if found.level is FoundLevel.UNKNOWN or shape is None or len(found.seeds) != 1:
        raise NoiseError("picture", expected="one that tells its noise", got=found.verdict)
    (seed,) = found.seeds
    drawn_by = _source(found, source)
    place = _index(found, index)
    if found.carried is not None:
        return resized_noise(seed, shape, found.carried, source=drawn_by)
    if found.host is FoundHost.COMFYUI:
        batch = comfyui_noise(seed, shape, batch=found.batch, batch_index=found.batch_index)
        return batch[place]
    seeds = WebuiSeeds((seed,), () if found.subseed is None else (found.subseed,))
    return webui_noise(seeds, shape, source=drawn_by, extras=found.extras)[0]


def _source(found: FoundNoise, given: NoiseSource | None) -> NoiseSource:
    known = found.source
    if known is None and given is None:
        raise NoiseError(
            "source", expected="cpu, nv or cuda:GRID", got="none", advice=found.verdict
        )
    if known is not None and given is not None and known != given:
        raise NoiseError("source", expected=f"{known.label}, as the picture says", got=given.label)
    source = given or known
    assert source is not None
    return source


def _index(found: FoundNoise, index: int | None) -> int:
    alike = found.batch_index is not None and len(set(found.batch_index)) == 1
    if index is None and (found.batch == 1 or alike):
        return 0
    if index is None or not 0 <= index < found.batch:
        raise NoiseError(
            "index",
            expected=f"0 to {found.batch - 1}, the picture's place in its batch",
            got="none" if index is None else f"{index}",
        )
    return index
