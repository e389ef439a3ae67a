"""Which noise the seeds of a table stand for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..errors import NoiseError, TableError
from ..noise import NoiseSource, Rng, drawn_shape, initial_noise, noise_fingerprint
from .codec import Extra, require

_DTYPES = ("float32", "float16", "bfloat16", "float64")
STATABLE = ("rng", "shape", "draws_before", "dtype")
"""Entries a source may leave open; a generator left open leaves its grid open too."""


UNSTATED = {
    "rng": "which generator drew the noise",
    "shape": "at which picture size",
    "draws_before": "what was drawn before the noise",
    "dtype": "in which precision",
}
"""What a published source may leave open, in words that follow "does not state"."""


@dataclass(frozen=True)
class NoiseSpec:
    """Which noise the seeds of a table stand for.

    Args:
        rng: the generator.
        grid_threads: see :class:`~seedloupe.noise.NoiseSource`.
        dtype: what the host drew in; half precision is the float32 draw rounded.
        shape: ``(C, H, W)`` of one image as drawn, or ``(C, F, H, W)`` of several frames, in latent
            cells; an axis for a single frame is left out, as it moves no number.
        draws_before: draws the host made from the same generator before the noise.
        fingerprint: the first 8 values of the first seed's noise; empty if not recorded.
        extra: what this version does not know, and :attr:`unstated` if there is any.
    """

    rng: Rng
    grid_threads: int | None
    dtype: str
    shape: tuple[int, ...]
    draws_before: int
    fingerprint: tuple[float, ...]
    extra: Extra = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse noise nobody could draw."""
        try:
            object.__setattr__(self, "shape", drawn_shape(self.shape))
        except NoiseError as error:
            raise TableError(
                "shape", expected=error.expected, got=error.got, advice=error.advice
            ) from error
        require(self.dtype in _DTYPES, "dtype", f"one of {', '.join(_DTYPES)}", self.dtype)
        require(self.draws_before >= 0, "draws_before", "0 or more", self.draws_before)
        size = min(8, math.prod(self.shape))
        require(
            len(self.fingerprint) in (0, size),
            "fingerprint",
            f"{size} values or none",
            f"{len(self.fingerprint)}",
        )
        _ = self.unstated
        try:
            _ = self.source
        except NoiseError as error:
            raise TableError(error.field, expected=error.expected, got=error.got) from error

    @classmethod
    def drawn(cls, source: NoiseSource, shape: Sequence[int], first_seed: int) -> NoiseSpec:
        """Describe noise drawn by :func:`~seedloupe.noise.initial_noise`, with its fingerprint.

        Raises:
            SeedError: ``first_seed`` names no noise.
            NoiseError: ``source`` or ``shape`` cannot be drawn.
        """
        fingerprint = noise_fingerprint(initial_noise(first_seed, shape, source=source))
        return cls(source.rng, source.grid_threads, "float32", tuple(shape), 0, fingerprint)

    @property
    def source(self) -> NoiseSource:
        """The generator and its grid."""
        return NoiseSource(self.rng, self.grid_threads)

    @property
    def unstated(self) -> tuple[str, ...]:
        """Which of these entries the table's source does not state, so that they are only assumed.

        Published numbers come without their noise. Such a table names the entries under the key
        ``unstated``; of an unstated ``shape`` the channels hold, for they are the model's.

        Raises:
            TableError: the key holds anything but names of entries.
        """
        names = self.extra.get("unstated", [])
        known = isinstance(names, (list, tuple)) and all(name in STATABLE for name in names)
        require(known, "unstated", f"a list out of {', '.join(STATABLE)}", names)
        return tuple(name for name in STATABLE if name in names)  # type: ignore[operator]
