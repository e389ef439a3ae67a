"""The starting noise of every picture, and the noise its steps draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import shared, standin


def standin_noise_source() -> str:
    if standin.variant is standin.FORGE and shared.opts.forge_try_reproduce in (
        "ComfyUI",
        "DrawThings",
    ):
        return "CPU"
    return str(shared.opts.randn_source)


class PhiloxGenerator:
    """Philox 4x32 with ten rounds, as a card without limit draws with it."""

    def __init__(self, seed: int) -> None:
        self.seed, self.offset = seed & (2**64 - 1), 0

    def randn(self, shape: tuple[int, ...]) -> np.ndarray:
        count = int(np.prod(shape))
        counter = np.zeros((4, count), np.uint32)
        counter[0], counter[2] = self.offset, np.arange(count)
        self.offset += 1
        key = [
            np.full(count, part, np.uint32) for part in (self.seed & 0xFFFFFFFF, self.seed >> 32)
        ]
        for _ in range(9):
            counter = _round(counter, key)
            key = [key[0] + np.uint32(0x9E3779B9), key[1] + np.uint32(0xBB67AE85)]
        first, second = _round(counter, key)[:2].astype(np.float64)
        radius = np.sqrt(-2 * np.log((first + 0.5) / 2**32))
        angle = (second + 0.5) / 2**32 * 2 * np.pi
        return (radius * np.sin(angle)).astype(np.float32).reshape(shape)


def _round(counter: np.ndarray, key: list[np.ndarray]) -> np.ndarray:
    low = counter[0].astype(np.uint64) * 0xD2511F53
    high = counter[2].astype(np.uint64) * 0xCD9E8D57
    return np.stack(
        [
            (high >> 32).astype(np.uint32) ^ counter[1] ^ key[0],
            high.astype(np.uint32),
            (low >> 32).astype(np.uint32) ^ counter[3] ^ key[1],
            low.astype(np.uint32),
        ]
    )


def create_generator(seed: int) -> Any:
    if standin_noise_source() == "NV":
        return PhiloxGenerator(int(seed))
    return torch.Generator("cpu").manual_seed(int(seed))


def _draw(generator: Any, shape: tuple[int, ...]) -> Tensor:
    if isinstance(generator, PhiloxGenerator):
        return torch.asarray(generator.randn(shape))
    return torch.randn(shape, generator=generator)


def slerp(val: float, low: Tensor, high: Tensor) -> Tensor:
    """Turn one noise towards another: along columns, and in Forge Neo along whole channels."""
    if standin.variant is standin.NEO:
        flat_low, flat_high = (part.reshape(part.shape[0], -1) for part in (low, high))
        return _turn(val, flat_low, flat_high).reshape(low.shape)
    return _turn(val, low, high)


def _turn(val: float, low: Tensor, high: Tensor) -> Tensor:
    unit = [part / part.norm(dim=1, keepdim=True) for part in (low, high)]
    angle = torch.acos((unit[0] * unit[1]).sum(1).clamp(-1 + 1e-6, 1 - 1e-6))
    weights = [torch.sin(part * angle) / torch.sin(angle) for part in (1 - val, val)]
    return weights[0].unsqueeze(1) * low + weights[1].unsqueeze(1) * high


class ImageRNG:
    def __init__(
        self,
        shape: tuple[int, ...],
        seeds: Any,
        subseeds: Any = None,
        subseed_strength: float = 0.0,
        seed_resize_from_h: int = 0,
        seed_resize_from_w: int = 0,
    ) -> None:
        self.shape = tuple(map(int, shape))
        self.seeds, self.subseeds, self.subseed_strength = seeds, subseeds, subseed_strength
        self.seed_resize_from_h, self.seed_resize_from_w = seed_resize_from_h, seed_resize_from_w
        self.generators = [create_generator(seed) for seed in seeds]
        self.is_first = True
        self.first_noise: list[Tensor] = []

    def first(self) -> Tensor:
        noise = [self._first_of(place) for place in range(len(self.generators))]
        self.first_noise = noise  # for the double's tests
        torch.manual_seed(int(self.seeds[-1]) if len(self.seeds) else 0)  # the real one does, too
        delta = shared.opts.eta_noise_seed_delta or 0
        if delta:
            self.generators = [create_generator(seed + delta) for seed in self.seeds]
        return torch.stack(noise)

    def next(self) -> Tensor:
        if self.is_first:
            self.is_first = False
            return self.first()
        return torch.stack([_draw(generator, self.shape) for generator in self.generators])

    def _first_of(self, place: int) -> Tensor:
        small = self._resized_from()
        generator = self.generators[place]
        noise = _draw(
            create_generator(self.seeds[place]) if small else generator, small or self.shape
        )
        if self.subseeds is not None and self.subseed_strength != 0:
            subseed = self.subseeds[place] if place < len(self.subseeds) else 0
            other = _draw(create_generator(subseed), small or self.shape)
            noise = slerp(self.subseed_strength, noise, other)
        return _in_the_middle(noise, _draw(generator, self.shape)) if small else noise

    def _resized_from(self) -> tuple[int, ...] | None:
        if self.seed_resize_from_h <= 0 or self.seed_resize_from_w <= 0:
            return None
        small = (self.shape[0], self.seed_resize_from_h // 8, self.seed_resize_from_w // 8)
        return None if small == self.shape else small


def _in_the_middle(noise: Tensor, around: Tensor) -> Tensor:
    spots = []
    for size, given in zip(around.shape[1:], noise.shape[1:], strict=True):
        shift = (size - given) // 2
        kept = given if shift >= 0 else given + 2 * shift
        start, source = max(shift, 0), max(-shift, 0)
        spots.append((slice(start, start + kept), slice(source, source + kept)))
    (rows, from_rows), (columns, from_columns) = spots
    around[:, rows, columns] = noise[:, from_rows, from_columns]
    return around
