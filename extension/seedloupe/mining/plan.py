"""What a mining run will do, decided before anything runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise

from ..errors import InputError
from ..noise import NoiseSource, canonical_seed
from ..tables import ModelSpec, SamplingSpec
from .repaints import RepaintedFor

FEWEST_CONFIRMED = 6
"""Seeds a side, best and others, below which nothing is said about whether seeds matter."""


@dataclass(frozen=True)
class MiningPlan:
    """Seeds times prompts, for one model, noise and way of sampling.

    Args:
        seeds: canonical seeds, strictly increasing.
        prompts: the seeds are scored by these.
        confirm_prompts: the best seeds are checked by these; none may be in ``prompts``.
        confirm: how many of the best seeds, and how many random others, are checked.
        shape: ``(C, H, W)`` of the latent.
        noise: where noise comes from.
        model: what makes the pictures.
        sampling: how.
        batch: pictures made at once.
        repainted: what repaints are for; the prompts are then names of cases, see
            :mod:`.repaints`. None where pictures are made anew.

    Raises:
        InputError: something above does not hold; the field is named.
    """

    seeds: tuple[int, ...]
    prompts: tuple[str, ...]
    confirm_prompts: tuple[str, ...]
    confirm: int
    shape: tuple[int, int, int]
    noise: NoiseSource
    model: ModelSpec
    sampling: SamplingSpec
    batch: int = 32
    repainted: RepaintedFor | None = None

    def __post_init__(self) -> None:
        canonical = tuple(canonical_seed(seed, self.noise) for seed in self.seeds)
        increasing = all(a < b for a, b in pairwise(canonical))
        if not canonical or canonical != self.seeds or not increasing:
            expected = "one or more different canonical seeds in rising order"
            raise InputError("seeds", expected=expected, got=_few(self.seeds))
        if not self.prompts or len(set(self.prompts)) != len(self.prompts):
            raise InputError("prompts", expected="one or more, each once", got=f"{self.prompts!r}")
        both = set(self.prompts) & set(self.confirm_prompts)
        if both:
            advice = "A prompt that chose the seeds cannot confirm them."
            raise InputError(
                "confirm_prompts", expected="other prompts", got=f"{both.pop()!r}", advice=advice
            )
        if self.batch < 1:
            raise InputError("batch", expected="1 or more", got=f"{self.batch}")

    @property
    def images(self) -> int:
        """How many pictures the whole run makes."""
        checked = min(2 * self.confirm, len(self.seeds)) if self.confirm_prompts else 0
        return len(self.seeds) * len(self.prompts) + checked * len(self.confirm_prompts)

    @property
    def confirmed(self) -> int:
        """How many of the best seeds are checked; others are at least as many or all there are."""
        return min(self.confirm, len(self.seeds) // 2) if self.confirm_prompts else 0

    def chunks(self) -> Iterator[tuple[int, ...]]:
        """The seeds in portions of ``batch``, the unit that is resumed."""
        yield from portions(self.seeds, self.batch)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything that decides the numbers; a journal of another is refused."""
        return _digest(self._fields)

    @property
    def parts(self) -> dict[str, str]:
        """The first digits of the same of each field, so that what differs can be named."""
        return {name: _digest(value)[:12] for name, value in self._fields.items()}

    @property
    def _fields(self) -> dict[str, object]:
        fields = asdict(self)
        if self.repainted is None:  # as before there were repaints, so that journals go on
            del fields["repainted"]
        return fields


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def portions(seeds: tuple[int, ...], size: int) -> Iterator[tuple[int, ...]]:
    """``seeds`` in order, ``size`` at a time."""
    for start in range(0, len(seeds), size):
        yield seeds[start : start + size]


def prompts_sha256(prompts: tuple[str, ...]) -> str:
    """SHA-256 of the prompts, one a line."""
    return hashlib.sha256("\n".join(prompts).encode()).hexdigest()


def _few(seeds: tuple[int, ...]) -> str:
    shown = ", ".join(str(seed) for seed in seeds[:6])
    return f"{shown}, …" if len(seeds) > 6 else shown or "none"
