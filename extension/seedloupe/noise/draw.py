"""Drawing the noise a seed stands for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import NoiseError, ShapeError
from ..tensors import require_shape
from .shapes import require_drawn_shape
from .source import CPU_NOISE, NoiseSource
from .stream import NoiseStream

if TYPE_CHECKING:
    from torch import Tensor

FINGERPRINT_TOLERANCE = 1e-4
"""How far two fingerprints of the same noise may lie apart.

PyTorch picks vector instructions by processor, and with them the last bits of a draw change (by up
to 1.7e-6), so noise is never identified by a hash of its bytes.
"""

_FINGERPRINT_SIZE = 8

_LARGEST_SKIP = 2**30
"""Values that may be drawn over to reach a noise, some seconds' work."""
_SMALL = 2**16
"""Values a smaller draw counts as, because then the calls are what takes the time."""


def initial_noise(
    seed: int,
    shape: Sequence[int],
    *,
    source: NoiseSource = CPU_NOISE,
    draws_before: int = 0,
) -> Tensor:
    """Draw the starting latent of one image.

    The draw happens on the CPU, so a seed names the same latent on every machine, and from its own
    generator, so the host's random state is untouched. PyTorch's default dtype and device, which a
    host may have changed, have no say either.

    Args:
        seed: any non-negative 64-bit integer.
        shape: ``(C, H, W)`` in latent cells, e.g. ``(4, 64, 64)`` for 512x512 pixels, or
            ``(C, F, H, W)`` with frames, as the program draws it and before it packs tokens.
        source: which generator draws.
        draws_before: how many draws of the same shape the generator has already made.

    Returns:
        float32 of that shape, CPU, unit variance.

    Raises:
        SeedError: ``seed`` names no noise.
        NoiseError: ``shape`` is no latent as drawn, or ``draws_before`` negative or out of reach.
    """
    size = require_drawn_shape(shape)
    before = require_draws(draws_before, size)
    stream = NoiseStream(seed, source)
    stream.skip(size, before)
    return stream.draw(size)


def noise_fingerprint(noise: Tensor) -> tuple[float, ...]:
    """Return the first 8 values of a latent, by which noise is recognised.

    Args:
        noise: ``(C, H, W)`` or ``(C, F, H, W)``, of any float dtype and device.

    Raises:
        ShapeError: ``noise`` is laid out differently.
    """
    import torch

    _require_latent(noise)
    values = noise.detach().flatten()[:_FINGERPRINT_SIZE].to("cpu", torch.float32)
    return tuple(values.tolist())


def fingerprints_agree(first: Sequence[float], second: Sequence[float]) -> bool:
    """Tell whether two fingerprints are of the same noise, give or take the processor."""
    return len(first) == len(second) and all(
        abs(a - b) <= FINGERPRINT_TOLERANCE for a, b in zip(first, second, strict=True)
    )


def require_draws(draws_before: int, size: tuple[int, ...], *, field: str = "draws_before") -> int:
    """Return the number of draws, if the noise behind them can be reached in seconds.

    Raises:
        NoiseError: it is no number of draws, or out of reach.
    """
    if type(draws_before) is not int or draws_before < 0:
        raise NoiseError(field, expected="a whole number from 0 up", got=f"{draws_before!r}")
    most = _LARGEST_SKIP // max(math.prod(size), _SMALL)
    if draws_before > most:
        raise NoiseError(field, expected=f"at most {most} draws of {size}", got=f"{draws_before}")
    return draws_before


def _require_latent(noise: Tensor) -> None:
    """Refuse what is no latent of one picture.

    Raises:
        ShapeError: ``noise`` is laid out otherwise than ``(C, H, W)`` or ``(C, F, H, W)``.
    """
    if getattr(noise, "ndim", None) != 4:
        require_shape(noise, "C H W", field="noise")
        return
    try:
        require_drawn_shape(noise.shape)
    except NoiseError as error:
        raise ShapeError("noise", expected=error.expected, got=error.got) from error
