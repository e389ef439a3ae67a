"""The host's NOISE: whatever has a ``seed`` and can make noise for a latent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from torch import Tensor

from ...errors import NoiseError
from ...noise import SeedBatch

if TYPE_CHECKING:
    from ...services.seed_choice import SeedChoice

__all__ = ["NO_MODEL", "DrawnSeeds", "SeedNoise"]

NO_MODEL: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class DrawnSeeds:
    """What a latent got.

    Attributes:
        rows: which of the seeds each picture has.
        shape: ``(C, H, W)`` or ``(C, F, H, W)`` of one picture, in latent cells.
    """

    rows: tuple[int, ...]
    shape: tuple[int, ...]


class SeedNoise:
    """Noise in which every picture of a batch has a seed of its own.

    Attributes:
        batch: the seeds and how they are drawn.
        choice: how they were chosen; None where they were given.
        model: what will make the pictures, ``name`` and ``sha256`` as far as they are known.
        seed: what samplers seed the noise of their steps with.
        drawn: what the last latent got, so that pictures can be told apart once they are made; None
            before.
    """

    def __init__(
        self,
        batch: SeedBatch,
        choice: SeedChoice | None = None,
        model: Mapping[str, str] = NO_MODEL,
    ) -> None:
        """Keep what is needed to draw later, when the latent is known as it will be sampled."""
        self.batch = batch
        self.choice = choice
        self.model = model
        self.seed = batch.step_seed
        self.drawn: DrawnSeeds | None = None

    def generate_noise(self, input_latent: Mapping[str, Any]) -> Tensor:
        """Draw noise for a latent, ``(B, C, H, W)`` or ``(B, C, F, H, W)``, float32, CPU.

        Args:
            input_latent: ``samples`` and, where only some of a batch are wanted, ``batch_index``.

        Raises:
            NoiseError: there are more pictures than seeds, the seeds were chosen for another size,
                or the latent is several in one.
        """
        samples = input_latent["samples"]
        if getattr(samples, "is_nested", False):
            expected, got = "one latent", "several in one, as of pictures with sound"
            raise NoiseError("latent", expected=expected, got=got)
        shape, index = tuple(samples.shape[1:]), input_latent.get("batch_index")
        noise = self.batch.draw(shape, len(samples), batch_index=index)
        self.drawn = DrawnSeeds(tuple(range(len(samples)) if index is None else index), shape)
        return noise.to(samples.dtype)
