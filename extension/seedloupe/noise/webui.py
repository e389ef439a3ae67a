"""The noise of a job in AUTOMATIC1111's web UI (1.10.1), which Forge shares.

Each picture has a generator of its own, seeded with the picture's seed; ``modules/rng.py`` makes
the draws and ``modules/processing.py`` the seeds. Tests hold this to a second implementation, and
what is said here is kept as it is there, quirks included: it is to be met, not improved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import NoiseError
from .resize import put_in_middle
from .seeds import canonical_seed
from .source import CPU_NOISE, NoiseSource
from .stream import CELL, NoiseStream, require_latent_size

if TYPE_CHECKING:
    from torch import Tensor

_ALIKE = 0.9995
_EDGE = 1e-6
_MOST_PICTURES = 2**16


@dataclass(frozen=True)
class WebuiSeeds:
    """The numbers a job's pictures are drawn from, one each.

    Attributes:
        seeds: of the pictures.
        subseeds: of their variations; empty without one.
    """

    seeds: tuple[int, ...]
    subseeds: tuple[int, ...] = ()


@dataclass(frozen=True)
class WebuiExtras:
    """What the "Extra" box beside the seed, and one setting, do to the noise.

    Args:
        variation: in [0, 1], how far the noise is turned towards the subseed's; 0 is not at all.
        resize_from: ``(width, height)`` in pixels the noise is drawn at; None is the picture's own.
        step_seed_delta: "Eta noise seed delta" (ENSD): added to the seed for all later noise.
        turns_channels: a variation turns each channel as a whole, as Forge Neo does since 2026-02,
            and not column by column.

    Raises:
        NoiseError: ``variation`` is outside its range, or ``resize_from`` less than a cell.
    """

    variation: float = 0.0
    resize_from: tuple[int, int] | None = None
    step_seed_delta: int = 0
    turns_channels: bool = False

    def __post_init__(self) -> None:
        """Refuse what the web UI's fields cannot hold."""
        if not 0 <= self.variation <= 1:
            raise NoiseError("variation", expected="0 to 1", got=f"{self.variation}")
        if self.resize_from is not None and min(self.resize_from) < CELL:
            raise NoiseError(
                "resize_from", expected=f"at least {CELL} pixels a side", got=f"{self.resize_from}"
            )


def webui_seeds(seed: int, count: int, *, subseed: int = 0, variation: float = 0.0) -> WebuiSeeds:
    """Return the numbers of a job's pictures.

    They count up from ``seed``. With a variation all pictures have the same seed, and the subseeds
    count up instead.

    Raises:
        SeedError: one of the numbers names no noise.
        NoiseError: ``count`` is no number of pictures.
    """
    if not 1 <= count <= _MOST_PICTURES:
        raise NoiseError("count", expected=f"1 to {_MOST_PICTURES} pictures", got=f"{count}")
    canonical_seed(seed + (0 if variation else count - 1))
    if not variation:
        return WebuiSeeds(tuple(range(seed, seed + count)))
    canonical_seed(subseed + count - 1)
    return WebuiSeeds((seed,) * count, tuple(range(subseed, subseed + count)))


class WebuiNoise:
    """The generators of one batch: the starting noise first, then that of step after step.

    The second pass of "Hires. fix" makes generators anew from the same numbers for the larger size:
    another :class:`WebuiNoise`, whose noise has nothing to do with the first's.

    Args:
        seeds: one for each picture, with the subseeds of a variation.
        shape: ``(C, H, W)`` of one picture, in latent cells.
        source: which generator draws ("Random number generator source").
        extras: variation, resizing, ENSD.

    Raises:
        SeedError: one of the numbers names no noise.
        NoiseError: ``shape`` is no latent size, there is no seed, or there is a variation and not
            one subseed for each seed.
    """

    def __init__(
        self,
        seeds: WebuiSeeds,
        shape: Sequence[int],
        *,
        source: NoiseSource = CPU_NOISE,
        extras: WebuiExtras = WebuiExtras(),
    ) -> None:
        self._shape = require_latent_size(tuple(shape))
        if not seeds.seeds:
            raise NoiseError("seeds", expected="at least one", got="none")
        if extras.variation and len(seeds.subseeds) != len(seeds.seeds):
            raise NoiseError(
                "subseeds", expected=f"{len(seeds.seeds)} of them", got=f"{len(seeds.subseeds)}"
            )
        self._seeds, self._source, self._extras = seeds, source, extras
        self._streams = [NoiseStream(seed, source) for seed in seeds.seeds]
        self._begun = False

    def draw(self) -> Tensor:
        """Draw the next noise of all pictures: ``(B, C, H, W)``, float32, CPU.

        Raises:
            SeedError: a seed with ENSD added names no noise.
        """
        import torch

        if self._begun:
            return torch.stack([stream.draw(self._shape) for stream in self._streams])
        self._begun = True
        first = torch.stack([self._first(index) for index in range(len(self._streams))])
        if self._extras.step_seed_delta:
            moved = (seed + self._extras.step_seed_delta for seed in self._seeds.seeds)
            self._streams = [NoiseStream(seed, self._source) for seed in moved]
        return first

    def _first(self, index: int) -> Tensor:
        """Draw one picture's starting noise."""
        drawn_at = self._drawn_at()
        stream = self._streams[index]
        # At another size a passing generator draws; the picture's own then draws the frame.
        resized = drawn_at != self._shape
        noise = (self._fresh(self._seeds.seeds[index]) if resized else stream.draw)(drawn_at)
        if self._extras.variation:
            other = self._fresh(self._seeds.subseeds[index])(drawn_at)
            turn = turned_by_channel if self._extras.turns_channels else turned
            noise = turn(noise, other, self._extras.variation)
        return put_in_middle(noise, stream.draw(self._shape)) if resized else noise

    def _fresh(self, seed: int) -> Callable[[Sequence[int]], Tensor]:
        return NoiseStream(seed, self._source).draw

    def _drawn_at(self) -> tuple[int, int, int]:
        if self._extras.resize_from is None:
            return self._shape
        width, height = self._extras.resize_from
        return self._shape[0], height // CELL, width // CELL


def webui_noise(
    seeds: WebuiSeeds,
    shape: Sequence[int],
    *,
    source: NoiseSource = CPU_NOISE,
    extras: WebuiExtras = WebuiExtras(),
) -> Tensor:
    """Draw the starting noise of a batch; each picture's is the same in every batch.

    Args:
        seeds: one for each picture.
        shape: ``(C, H, W)`` of one picture, in latent cells.
        source: which generator draws.
        extras: variation and resizing.

    Returns:
        ``(B, C, H, W)``, float32, CPU.

    Raises:
        SeedError: one of the numbers names no noise.
        NoiseError: as :class:`WebuiNoise` does.
    """
    return WebuiNoise(seeds, shape, source=source, extras=extras).draw()


def turned(noise: Tensor, other: Tensor, share: float) -> Tensor:
    """Turn ``noise`` towards ``other`` along the sphere, a column of a channel at a time.

    The web UI means the channels of a batch when it says axis 1, but has one picture without a
    batch in hand, so the angle is that between columns of ``H`` values. Where the two are nearly
    the same all over, it mixes them instead, and takes the shares the wrong way round.

    Args:
        noise: ``(C, H, W)``, float32.
        other: likewise.
        share: in [0, 1].

    Returns:
        ``(C, H, W)``, float32.
    """
    import torch

    unit, other_unit = (
        x / torch.linalg.vector_norm(x, dim=1, keepdim=True) for x in (noise, other)
    )
    cosine = (unit * other_unit).sum(1)
    if cosine.mean() > _ALIKE:
        return noise * share + other * (1 - share)
    angle = torch.acos(cosine)
    whole = torch.sin(angle)
    part = (torch.sin((1 - share) * angle) / whole).unsqueeze(1)
    other_part = (torch.sin(share * angle) / whole).unsqueeze(1)
    return part * noise + other_part * other


def turned_by_channel(noise: Tensor, other: Tensor, share: float) -> Tensor:
    """Turn ``noise`` towards ``other`` along the sphere, each channel as one vector.

    Forge Neo does so since 2026-02 (``modules/rng.py``); norms and cosines are kept off their ends
    by 1e-6, as it does.

    Args:
        noise: ``(C, H, W)``, float32.
        other: likewise.
        share: in [0, 1].

    Returns:
        ``(C, H, W)``, float32.
    """
    import torch

    flat, other_flat = noise.flatten(1), other.flatten(1)
    unit, other_unit = (
        x / (torch.linalg.vector_norm(x, dim=1, keepdim=True) + _EDGE) for x in (flat, other_flat)
    )
    cosine = (unit * other_unit).sum(1).clamp(-1 + _EDGE, 1 - _EDGE)
    angle = torch.acos(cosine).unsqueeze(1)
    whole = torch.sin(angle)
    part = torch.sin((1 - share) * angle) / whole * flat
    return (part + torch.sin(share * angle) / whole * other_flat).reshape(noise.shape)
