"""A second implementation of what a card draws: scalar, slow, and told as PyTorch's kernel is.

Written from the paper (Salmon et al. 2011), NVIDIA's documentation of cuRAND's device API and the
loop of PyTorch's ``distribution_elementwise_grid_stride_kernel``; shares nothing with the package.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

BLOCK = 256
Words = tuple[int, int, int, int]


def philox(counter: Words, key: tuple[int, int]) -> Words:
    """Philox 4x32-10 of one counter."""
    a, b, c, d = counter
    first, second = key
    for _ in range(10):
        high0, low0 = divmod(a * 0xD2511F53, 2**32)
        high1, low1 = divmod(c * 0xCD9E8D57, 2**32)
        a, b, c, d = high1 ^ b ^ first, low1, high0 ^ d ^ second, low0
        first, second = (first + 0x9E3779B9) % 2**32, (second + 0xBB67AE85) % 2**32
    return a, b, c, d


def normal4(seed: int, thread: int, call: int) -> Iterator[float]:
    """What the ``call``-th ``curand_normal4`` of a thread returns, in single precision."""
    low, high = call % 2**32, call >> 32
    words = philox((low, high, thread, 0), (seed % 2**32, seed >> 32))
    for radius, angle in (words[:2], words[2:]):
        length = math.sqrt(-2 * math.log((radius + 0.5) / 2**32))
        turn = (angle + 0.5) / 2**32 * single(2 * math.pi)
        yield single(length * math.sin(turn))
        yield single(length * math.cos(turn))


def single(value: float) -> float:
    """Round to single precision."""
    return struct.unpack("f", struct.pack("f", value))[0]


class CardGenerator:
    """``torch.Generator("cuda")`` on a card that holds ``blocks`` blocks at once."""

    def __init__(self, seed: int, blocks: int) -> None:
        self.seed, self.blocks, self.offset = seed, blocks, 0

    def randn(self, count: int) -> list[float]:
        """Draw as the kernel does: every thread strides over the elements, four at a call."""
        grid = min(self.blocks, -(-count // BLOCK))
        stride = BLOCK * grid
        rounds = (count - 1) // (stride * 4) + 1
        drawn = [math.nan] * count
        for thread in range(stride):
            for number in range(rounds):
                if thread + number * stride * 4 >= count:
                    continue  # what it draws belongs to no element
                values = normal4(self.seed, thread, self.offset // 4 + number)
                for lane, value in enumerate(values):
                    element = thread + number * stride * 4 + lane * stride
                    if element < count:
                        drawn[element] = value
        self.offset += rounds * 4
        return drawn
