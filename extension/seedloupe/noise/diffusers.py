"""The noise of a batch in diffusers' Stable Diffusion pipelines (0.42).

A list of generators draws picture by picture; a single one draws the batch as one stream. Before
the noise, some pipelines draw from the same generators to encode the picture they start from
(``retrieve_latents`` samples the autoencoder's posterior), and the seed then stands for another
starting noise. The draws here are single precision on the CPU: what a pipeline in half precision
draws is another rounding, and the autoencoder may run in another precision than the rest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from ..errors import NoiseError
from .shapes import require_drawn_shape
from .source import CPU_NOISE, NoiseSource
from .stream import NoiseStream, require_size

if TYPE_CHECKING:
    from torch import Tensor

_BLOCK = 16
_INPAINTING_CHANNELS = 9


class PipelineKind(str, Enum):
    """The kinds of pipelines, by what they start from."""

    TXT2IMG = "txt2img"
    """Noise alone."""
    IMG2IMG = "img2img"
    """A picture, all of it."""
    INPAINT = "inpaint"
    """A picture and a mask."""


@dataclass(frozen=True)
class DiffusersStart:
    """How a pipeline comes to the starting noise of its batch.

    Args:
        pipeline: which kind.
        batch: pictures made at once.
        one_generator: a single generator draws for the whole batch; otherwise each picture has
            its own, as with a list.
        in_channels: of the U-Net: 9 reads the masked picture beside the noise.
        strength: in (0, 1], how much of the picture is forgotten.
        pictures: how many pictures the batch starts from.

    Raises:
        NoiseError: a number is outside its range, or the pictures do not go into the batch.
    """

    pipeline: PipelineKind = PipelineKind.TXT2IMG
    batch: int = 1
    one_generator: bool = False
    in_channels: int = 4
    strength: float = 1.0
    pictures: int = 1

    def __post_init__(self) -> None:
        """Refuse what a pipeline would refuse."""
        if self.batch < 1:
            raise NoiseError("batch", expected="a positive number", got=f"{self.batch}")
        if not 0 < self.strength <= 1:
            raise NoiseError("strength", expected="more than 0, at most 1", got=f"{self.strength}")
        if self.pictures < 1 or self.batch % self.pictures:
            raise NoiseError(
                "pictures", expected=f"a divisor of {self.batch}", got=f"{self.pictures}"
            )

    @property
    def encodes_first(self) -> bool:
        """Whether the picture is encoded, with a draw, before the noise is drawn.

        Inpainting with nine channels at full strength has no need of the picture's own latents; it
        encodes the masked picture after the noise.
        """
        if self.pipeline is PipelineKind.INPAINT:
            return self.in_channels != _INPAINTING_CHANNELS or self.strength < 1
        return self.pipeline is PipelineKind.IMG2IMG

    @property
    def draws_before(self) -> tuple[int, ...]:
        """How many pictures each generator has encoded before the noise, with a draw each.

        A single generator encodes all of them with one draw. With a list, inpainting encodes
        picture ``i`` with generator ``i``, so of four generators and one picture only the first
        draws; from picture to picture, each encodes a copy.
        """
        if not self.encodes_first:
            return (0,) * (1 if self.one_generator else self.batch)
        if self.one_generator:
            return (self.pictures,)
        if self.pipeline is PipelineKind.IMG2IMG:
            return (1,) * self.batch
        return (1,) * self.pictures + (0,) * (self.batch - self.pictures)

    def departures(self, shape: Sequence[int]) -> tuple[str, ...]:
        """Say for each picture why its noise is not its seed's own; empty where it is.

        The seed of a picture is its generator's; with a single generator, that one's for all.

        Args:
            shape: ``(C, H, W)`` of one picture, or ``(C, F, H, W)``, in latent cells.

        Raises:
            NoiseError: ``shape`` is no latent size.
        """
        size = require_drawn_shape(shape)
        return tuple(self._departures(size))

    def _departures(self, size: tuple[int, ...]) -> Iterator[str]:
        whole = math.prod(size) % _BLOCK == 0
        for index in range(self.batch):
            if self.draws_before[0 if self.one_generator else index]:
                yield "The picture it starts from is encoded first, with a draw of this generator."
            elif self.one_generator and index:
                yield f"It has part {index} of one generator's stream; give each its own."
            elif self.one_generator and self.batch > 1 and not whole:
                yield f"Its values are no whole blocks of {_BLOCK}, so a batch ends them otherwise."
            else:
                yield ""


def diffusers_noise(
    seeds: Sequence[int],
    shape: Sequence[int],
    *,
    start: DiffusersStart | None = None,
    source: NoiseSource = CPU_NOISE,
) -> Tensor:
    """Draw the starting noise of a batch, to be handed in as ``latents`` or compared.

    Args:
        seeds: one for each generator: one alone, or as many as the batch has pictures.
        shape: ``(C, H, W)`` of one picture, or ``(C, F, H, W)``, in latent cells.
        start: how the pipeline comes to it; by default it is the first draw of each generator.
        source: what the generators are: CPU generators, or a card's.

    Returns:
        ``(B, C, H, W)`` or ``(B, C, F, H, W)``, float32, CPU, unit variance.

    Raises:
        SeedError: one of ``seeds`` names no noise.
        NoiseError: ``shape`` is no latent size, or there are not as many seeds as generators.
    """
    import torch

    size = require_drawn_shape(shape)
    way = start or DiffusersStart(batch=max(len(seeds), 1))
    generators = 1 if way.one_generator else way.batch
    if len(seeds) != generators:
        raise NoiseError("seeds", expected=f"{generators} of them", got=f"{len(seeds)}")
    streams = [NoiseStream(seed, source) for seed in seeds]
    if way.one_generator:
        if way.encodes_first:
            streams[0].skip((way.pictures, *size), 1)
        return streams[0].draw(require_size((way.batch, *size)))
    for stream, draws in zip(streams, way.draws_before, strict=True):
        stream.skip(size, draws)
    return torch.stack([stream.draw(size) for stream in streams])
