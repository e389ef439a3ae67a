"""The normal numbers of PyTorch's CPU generator, drawn without PyTorch: what a seed stands for.

PyTorch (ATen/native/cpu/DistributionTemplates.h) seeds a Mersenne Twister MT19937 with the low
32 bits of the seed and has two ways from its words to normals:

- 16 values and more: the low 24 bits of a word make a share of 1 in single precision. All values
  are filled with shares first; then each block of 16 is transformed in place by Box-Muller, value
  ``j`` giving the radius and value ``j + 8`` the angle of the normals ``j`` (cosine) and ``j + 8``
  (sine). If the count is no multiple of 16, the last 16 values are filled and transformed anew.
- Fewer: two words make a share with 53 bits, two shares a pair of normals in double precision. The
  second one of a pair is kept for the next small draw, even across large ones.

Here the transforms are computed in double precision and rounded once, so what is drawn does not
depend on the processor, which PyTorch's last bits do.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_BLOCK = 16
_HALF = _BLOCK // 2
_TURN = 2 * math.pi

_CHUNK = 2**14
"""Values transformed or skipped together; a multiple of a block, small enough for a cache."""


class MersenneNormals:
    """What ``torch.randn`` draws on the CPU, one call after the other.

    Args:
        seed: below 2**32.
    """

    def __init__(self, seed: int) -> None:
        self._words = np.random.RandomState(seed)
        self._kept: float | None = None

    def normals(self, count: int) -> NDArray[np.float32]:
        """Draw the next ``count`` values: ``(count,)``, float32."""
        return self._few(count) if count < _BLOCK else self._many(count)

    def skip(self, count: int, draws: int) -> None:
        """Go on as if ``draws`` draws of ``count`` values had been made."""
        if count < _BLOCK:
            for _ in range(draws):
                self._few(count)
            return
        left = draws * (count + (_BLOCK if count % _BLOCK else 0))
        while left > 0:
            left -= len(self._take(min(left, _CHUNK)))

    def _many(self, count: int) -> NDArray[np.float32]:
        shares = self._shares(count)
        whole = count - count % _BLOCK
        for first in range(0, whole, _CHUNK):
            _transform(shares[first : min(first + _CHUNK, whole)])
        if whole < count:
            shares[-_BLOCK:] = self._shares(_BLOCK)
            _transform(shares[-_BLOCK:])
        return shares

    def _few(self, count: int) -> NDArray[np.float32]:
        return np.array([self._next() for _ in range(count)], np.float32)

    def _next(self) -> float:
        """Draw one normal of a pair in double precision, or take the one kept."""
        if self._kept is not None:
            kept, self._kept = self._kept, None
            return kept
        angle, share = self._fine_share() * _TURN, self._fine_share()
        radius = math.sqrt(-2 * math.log1p(-share))
        self._kept = radius * math.sin(angle)
        return radius * math.cos(angle)

    def _fine_share(self) -> float:
        high, low = self._take(2).tolist()
        return float((high << 32 | low) % 2**53) * 2.0**-53

    def _shares(self, count: int) -> NDArray[np.float32]:
        shares = np.empty(count, np.float32)
        for first in range(0, count, _CHUNK):
            part = shares[first : first + _CHUNK]
            part[:] = self._take(len(part)) & np.uint32(2**24 - 1)
            part *= np.float32(2.0**-24)
        return shares

    def _take(self, count: int) -> NDArray[np.uint32]:
        """Take the generator's next words as they are."""
        return self._words.randint(0, 2**32, size=count, dtype=np.uint32)


def _transform(shares: NDArray[np.float32]) -> None:
    """Turn whole blocks of shares into normals, in place."""
    blocks = shares.reshape(-1, 2, _HALF)
    radius = np.sqrt(-2 * np.log1p(-blocks[:, 0].astype(np.float64)))
    angle = blocks[:, 1].astype(np.float64) * _TURN
    blocks[:, 0] = radius * np.cos(angle)
    blocks[:, 1] = radius * np.sin(angle)
