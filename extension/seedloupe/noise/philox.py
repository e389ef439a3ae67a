"""The normal numbers of NVIDIA cards, drawn without one.

The generator is Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
SC 2011). What surrounds it is cuRAND's and PyTorch's (ATen/native/cuda/DistributionTemplates.h):

- The seed is the key. The counter is ``(offset, offset >> 32, thread, 0)``: each thread of the
  card has a stream of its own, and every call of ``curand_normal4`` moves it on by one.
- One call makes four normals ``x y z w`` from four 32-bit words ``a b c d``, by two Box-Muller
  transforms: ``x, y`` are sine and cosine of the angle ``b`` at the radius of ``a``; ``z, w``
  are those of ``d`` at the radius of ``c``.
- Element ``i`` of a draw belongs to thread ``i mod T`` of the ``T`` the card runs at once. The
  first ``T`` elements are the ``x`` of all threads, the next ``T`` their ``y``, then ``z``, then
  ``w``; after ``4 T`` elements all threads call again. A card without limit has a thread for every
  element, so only ``x`` is ever seen: that is the web UI's ``NV``.
- The next draw of the same generator goes on after the last call any thread made. PyTorch counts
  in numbers, four a call; ``NV`` counts one call a draw. Both arrive at the same place unless a
  card needs a second call, that is for draws of more than ``4 T`` elements.

The words are exact. The transforms are computed in double precision and rounded once, as ``NV``
does, bit for bit. A card computes them in single precision with fast sines: most of its numbers lie
within 1e-6 of these, some near zero up to 5e-5 away (``benchmarks/noise_exactness.py``). Order and
offsets are held to values that owners of cards have printed (``tests/noise/test_philox.py``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)

_CHUNK = 2**14
"""Threads computed together; what they need stays in a processor's cache."""

_SHARE = 2.0**-32
"""A word as a share of 1, and as an angle; cuRAND's constants are single precision."""
_ANGLE = float(np.float32(2 * np.pi)) * _SHARE


def philox4x32(counter: NDArray[np.uint32], key: tuple[int, int]) -> NDArray[np.uint64]:
    """Encrypt counters, the bijection Philox 4x32-10 (section 3.3 of the paper).

    Args:
        counter: ``(4, N)``, uint32.
        key: two numbers below 2**32.

    Returns:
        ``(4, N)``, uint64, all below 2**32.
    """
    c = counter.astype(np.uint64)
    wide = np.empty((2, c.shape[1]), np.uint64)
    for step in range(_ROUNDS):
        k0, k1 = (np.uint64((k + step * w) % 2**32) for k, w in zip(key, _WEYL, strict=True))
        np.multiply(c[0], _MULTIPLIERS[0], out=wide[0])
        np.multiply(c[2], _MULTIPLIERS[1], out=wide[1])
        c[0] = (wide[1] >> _HALF) ^ c[1] ^ k0
        c[2] = (wide[0] >> _HALF) ^ c[3] ^ k1
        np.bitwise_and(wide[1], _LOW, out=c[1])
        np.bitwise_and(wide[0], _LOW, out=c[3])
    return c


class PhiloxNormals:
    """What ``torch.randn(device="cuda")`` draws, one call after the other.

    Args:
        seed: all 64 bits count.
        threads: how many the card runs at once; None for a card without limit.
    """

    def __init__(self, seed: int, threads: int | None = None) -> None:
        self._key = seed % 2**32, seed >> 32
        self._threads = threads
        self._offset = 0

    def normals(self, count: int) -> NDArray[np.float32]:
        """Draw the next ``count`` values: ``(count,)``, float32."""
        drawn = np.empty(count, np.float32)
        threads = count if self._threads is None else min(self._threads, count)
        for call in range(self._calls(count)):
            wave = drawn[4 * threads * call :][: 4 * threads]
            self._fill(wave, threads, self._offset + call)
        self._offset += self._calls(count)
        return drawn

    def skip(self, count: int, draws: int) -> None:
        """Go on as if ``draws`` draws of ``count`` values had been made."""
        self._offset += self._calls(count) * draws

    def _calls(self, count: int) -> int:
        """How often each thread asks for four numbers: PyTorch's offset, divided by four."""
        return 1 if self._threads is None else -(-count // (4 * self._threads))

    def _fill(self, wave: NDArray[np.float32], threads: int, call: int) -> None:
        """Fill the values all threads draw with one call: all ``x``, then ``y``, ``z``, ``w``."""
        for first in range(0, threads, _CHUNK):
            last = min(first + _CHUNK, threads)
            words = philox4x32(_counters(call, first, last), self._key)
            for lane in range(4):
                row = wave[lane * threads + first : lane * threads + last]
                if len(row):
                    row[:] = _normal(words[:, : len(row)], lane)


def _counters(call: int, first: int, last: int) -> NDArray[np.uint32]:
    """Return the counters of some threads at one of their calls."""
    counter = np.zeros((4, last - first), np.uint32)
    counter[0], counter[1] = call % 2**32, call >> 32
    counter[2] = np.arange(first, last, dtype=np.uint32)
    return counter


def _normal(words: NDArray[np.uint64], lane: int) -> NDArray[np.float64]:
    """Turn each thread's four words into the first, second, third or fourth of its normals."""
    share, angle = words[0 if lane < 2 else 2], words[1 if lane < 2 else 3]
    turn = np.cos if lane % 2 else np.sin
    # Half a step keeps both off zero, whose logarithm no number is.
    radius = np.sqrt(-2 * np.log(share * _SHARE + _SHARE / 2))
    normal: NDArray[np.float64] = radius * turn(angle * _ANGLE + _ANGLE / 2)
    return normal
