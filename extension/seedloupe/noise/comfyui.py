"""The noise of a batch in ComfyUI, which draws on the CPU wherever it samples.

``comfy/sample.py`` seeds one generator and draws the whole batch at once, so picture ``k`` has the
``k``-th part of one stream, which is no seed's own noise but for the first. Latents that carry a
``batch_index`` (from "Latent From Batch", "Repeat Latent Batch" after it, "Latent Batch Seed
Behavior") are drawn one by one, up to the largest index, and picked. Both ways give the same noise
only where a picture's values come in whole blocks of 16, because PyTorch draws the last 16 values
of every other draw anew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import NoiseError
from .draw import require_draws
from .portability import percent
from .shapes import require_drawn_shape
from .source import CPU_NOISE, NoiseSource
from .stream import NoiseStream, require_size

if TYPE_CHECKING:
    from torch import Tensor

_BLOCK = 16


@dataclass(frozen=True)
class BatchPaths:
    """Whether pictures of a batch have the same noise drawn at once and drawn one by one.

    Attributes:
        differing: the share of each picture's values that is other, in [0, 1].
        sentence: the verdict for people.
    """

    differing: tuple[float, ...]
    sentence: str

    @property
    def agree(self) -> bool:
        """Whether no picture is other."""
        return not any(self.differing)


def comfyui_noise(
    seed: int,
    shape: Sequence[int],
    *,
    batch: int = 1,
    batch_index: Sequence[int] | None = None,
    source: NoiseSource = CPU_NOISE,
) -> Tensor:
    """Draw the starting noise of a batch.

    Args:
        seed: of the sampler or the noise node.
        shape: ``(C, H, W)`` of one picture, or ``(C, F, H, W)``, in latent cells.
        batch: how many pictures; left out of account where there is a ``batch_index``.
        batch_index: which parts of the stream the pictures have, repetitions included; None is
            all of them, drawn at once.
        source: which generator draws; another than the CPU's only where a node pack replaces it.

    Returns:
        ``(B, C, H, W)`` or ``(B, C, F, H, W)``, float32, CPU.

    Raises:
        SeedError: ``seed`` names no noise.
        NoiseError: ``shape`` is no latent size, the batch is empty or too large, or an index is
            negative or out of reach.
    """
    size = require_drawn_shape(shape)
    stream = NoiseStream(seed, source)
    if batch_index is None:
        return stream.draw(require_size((batch, *size)))
    import torch

    wanted = _require_indices(batch_index, size)
    drawn = {}
    for index in range(max(wanted) + 1):
        noise = stream.draw(size)
        if index in wanted:
            drawn[index] = noise
    return torch.stack([drawn[index] for index in wanted])


def batch_paths(shape: Sequence[int], batch: int) -> BatchPaths:
    """Tell how far the two ways of drawing a batch agree, without drawing.

    Args:
        shape: ``(C, H, W)`` of one picture, or ``(C, F, H, W)``, in latent cells.
        batch: how many pictures.

    Raises:
        NoiseError: ``shape`` is no latent size, or the batch is empty or too large.
    """
    size = require_drawn_shape(shape)
    require_size((batch, *size))
    count = math.prod(size)
    if batch == 1 or count % _BLOCK == 0 or count * batch < _BLOCK:
        return BatchPaths((0.0,) * batch, "Drawn at once or one by one, the noise is the same.")
    first = min(_BLOCK, count) / count
    sentence = (
        f"{count} values are no whole blocks of {_BLOCK}: drawn one by one (with a batch index), "
        f"{percent(first)} of the first picture's noise and all of the others' differ from the "
        "batch drawn at once."
    )
    return BatchPaths((first, *[1.0] * (batch - 1)), sentence)


def _require_indices(batch_index: Sequence[int], size: tuple[int, ...]) -> tuple[int, ...]:
    """Return the indices, if there are any and their noise can be reached and held."""
    wanted = tuple(batch_index)
    if not wanted or not all(type(index) is int and index >= 0 for index in wanted):
        raise NoiseError(
            "batch_index", expected="whole numbers from 0 up, at least one", got=f"{wanted}"
        )
    require_size((len(wanted), *size))
    require_draws(max(wanted), size, field="batch_index")
    return wanted
