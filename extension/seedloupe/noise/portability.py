"""Whether another card draws the same noise, told before anything is drawn.

A card runs a limited number of threads at once. Up to that many values all cards draw what ``NV``
draws; the values beyond are other numbers on every card with another number of threads (see
:mod:`~seedloupe.noise.philox`). "The same" means up to rounding, about 1e-6.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import NoiseError
from .source import NV_NOISE, NoiseSource, Rng
from .stream import require_size

_BLOCK = 256
_NUMBERS_A_CALL = 4

_FAMILIES = ("nvidia", "geforce", "tesla", "rtx", "gtx")
"""What stands before a card's number and tells no two cards apart."""


@dataclass(frozen=True)
class Portability:
    """What becomes of a noise elsewhere.

    Attributes:
        shape: of the noise.
        source: who draws it here.
        elsewhere: who draws it there.
        differing: share of the first draw, the starting noise, that differs, in [0, 1].
        differing_later: share of each later draw, an ancestral sampler's fresh noise; all of it
            once one of the two cards needs a second call for a draw.
        sentence: the verdict for people.
    """

    shape: tuple[int, ...]
    source: NoiseSource
    elsewhere: NoiseSource
    differing: float
    differing_later: float
    sentence: str


@dataclass(frozen=True)
class Card:
    """A card, from the maker's public specifications; not measured here.

    Attributes:
        name: as sold, without the maker.
        sm_count: its streaming multiprocessors.
        threads_per_sm: how many threads each holds (compute capability).
    """

    name: str
    sm_count: int
    threads_per_sm: int

    @property
    def source(self) -> NoiseSource:
        """The noise it draws."""
        return NoiseSource(Rng.PHILOX, grid_threads(self.sm_count, self.threads_per_sm))


@dataclass(frozen=True)
class UsualSize:
    """A latent size many models use."""

    name: str
    shape: tuple[int, int, int]


CARDS = (
    Card("GTX 1060 6GB", 10, 2048),
    Card("GTX 1080", 20, 2048),
    Card("GTX 1080 Ti", 28, 2048),
    Card("GTX 1660 SUPER", 22, 1024),
    Card("RTX 2070", 36, 1024),
    Card("RTX 2080", 46, 1024),
    Card("RTX 2080 Ti", 68, 1024),
    Card("RTX 3060", 28, 1536),
    Card("RTX 3060 Ti", 38, 1536),
    Card("RTX 3070", 46, 1536),
    Card("RTX 3080 10GB", 68, 1536),
    Card("RTX 3090", 82, 1536),
    Card("RTX 4060", 24, 1536),
    Card("RTX 4060 Ti", 34, 1536),
    Card("RTX 4070", 46, 1536),
    Card("RTX 4080", 76, 1536),
    Card("RTX 4090", 128, 1536),
    Card("RTX 5070", 48, 1536),
    Card("RTX 5080", 84, 1536),
    Card("RTX 5090", 170, 1536),
    Card("Tesla T4", 40, 1024),
    Card("Tesla V100", 80, 2048),
    Card("A10", 72, 1536),
    Card("A100", 108, 2048),
    Card("L4", 58, 1536),
    Card("L40S", 142, 1536),
    Card("H100 SXM", 132, 2048),
)
"""Well-known cards, oldest family first. A card's laptop version is another card."""

USUAL_SIZES = (
    UsualSize("SD 1.5 at 512x512", (4, 64, 64)),
    UsualSize("SD 2.1 at 768x768", (4, 96, 96)),
    UsualSize("SDXL at 1024x1024", (4, 128, 128)),
    UsualSize("16 channels at 1024x1024", (16, 128, 128)),
)
"""What to ask of a card: the latents of common models; SD 3 and Flux have 16 channels."""


def grid_threads(sm_count: int, threads_per_sm: int) -> int:
    """Return how many threads a card draws noise with at once.

    PyTorch launches as many blocks of 256 threads as the card holds (its
    ``calc_execution_policy``).

    Raises:
        NoiseError: the card would not hold a single block.
    """
    threads = sm_count * (threads_per_sm // _BLOCK) * _BLOCK
    if threads < 1:
        raise NoiseError(
            "grid_threads",
            expected=f"at least one multiprocessor of {_BLOCK} threads",
            got=f"{sm_count} of {threads_per_sm}",
        )
    return threads


def find_card(name: str) -> Card:
    """Return the card of a name, with or without maker and family, in any case.

    Raises:
        NoiseError: it is not among :data:`CARDS`.
    """
    wanted = _plain(name)
    for card in CARDS:
        if _plain(card.name) == wanted:
            return card
    raise NoiseError(
        "card",
        expected=f"one of {', '.join(card.name for card in CARDS)}",
        got=repr(name),
        advice="For another card give its threads, multiprocessors x threads each, as a grid.",
    )


def portability(
    shape: Sequence[int], source: NoiseSource, *, elsewhere: NoiseSource | None = None
) -> Portability:
    """Tell how much of a noise differs when another machine draws it.

    Args:
        shape: e.g. ``(C, H, W)`` in latent cells.
        source: who draws it here.
        elsewhere: who draws it there; None is any other machine set alike, and for a card the one
            without limit (``nv``), which every larger card agrees with as far as it goes.

    Raises:
        NoiseError: ``shape`` cannot be drawn.
    """
    size = require_size(shape)
    other = elsewhere or (source if source.rng is Rng.TORCH_CPU else NV_NOISE)
    count = math.prod(size)
    first = _differing(count, source, other)
    later = first if _calls(count, source) == _calls(count, other) else 1.0
    sentence = _sentence(count, source, other, first, later)
    return Portability(size, source, other, first, later, sentence)


def _differing(count: int, source: NoiseSource, other: NoiseSource) -> float:
    if source.rng is not other.rng:
        return 1.0
    if source.grid_threads == other.grid_threads:
        return 0.0
    alike = min(grid for grid in (source.grid_threads, other.grid_threads) if grid is not None)
    return max(0, count - alike) / count


def _calls(count: int, source: NoiseSource) -> int:
    """How far a draw moves the generator on."""
    grid = source.grid_threads
    return 1 if grid is None else -(-count // (_NUMBERS_A_CALL * grid))


def _sentence(
    count: int, source: NoiseSource, other: NoiseSource, first: float, later: float
) -> str:
    if source.rng is not other.rng:
        return f"{_name(source)} and {_name(other)} noise have nothing in common."
    if source == other:
        where = "every machine" if source.grid_threads is None else "every card of as many threads"
        return f"{_name(source)} noise is the same on {where}."
    if not first:
        return (
            f"All {count:,} values are those of {_name(other)} noise, "
            f"as on every card of {count:,} threads or more."
        )
    rest = ", and all of an ancestral sampler's later noise," if later > first else ""
    return (
        f"{percent(first)} of the noise{rest} differs from {_name(other)} noise: "
        f"{_limit(source, other):,} threads draw {count:,} values. Draw with cpu or nv instead."
    )


def _limit(source: NoiseSource, other: NoiseSource) -> int:
    return min(grid for grid in (source.grid_threads, other.grid_threads) if grid is not None)


def percent(share: float) -> str:
    """Write a share in [0, 1] for people; only nothing is 0% and only everything 100%."""
    if 0 < share < 0.01:
        return "under 1%"
    return "over 99%" if 0.99 < share < 1 else f"{share:.0%}"


def _name(source: NoiseSource) -> str:
    return source.label.upper() if source.grid_threads is None else source.label


def _plain(name: str) -> str:
    words = name.lower().replace("-", " ").split()
    return "".join(word for word in words if word not in _FAMILIES)
