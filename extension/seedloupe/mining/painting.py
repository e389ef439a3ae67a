"""One batch of pictures, made; want of memory makes it smaller, not the run fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from ..errors import InputError
from ..noise import initial_noise
from .instruments import Generator
from .plan import MiningPlan
from .repaints import shown_batch
from .scorers import PictureBatch


@runtime_checkable
class ManyPrompts(Protocol):
    """A generator that also makes a batch of pictures of different prompts at once."""

    def pairs(self, prompts: Sequence[str], noise: Tensor, seeds: Sequence[int]) -> Tensor:
        """Noise ``(B, C, H, W)``, a prompt and a seed each, to ``(B, 3, H, W)`` in [0, 1]."""


@dataclass(frozen=True)
class PicturePair:
    """A picture to make."""

    seed: int
    prompt: str


class BatchPainter:
    """Makes batches.

    Args:
        plan: noise, shape, and how many pictures at once.
        generator: makes pictures.
        tell: is told one line when memory ran out.
    """

    def __init__(
        self,
        plan: MiningPlan,
        generator: Generator,
        *,
        tell: Callable[[str], object] = lambda line: None,
    ) -> None:
        self._plan, self._generator, self._tell = plan, generator, tell
        self.batch = plan.batch

    @property
    def planned(self) -> int:
        """Pictures at once by the plan, whatever memory made of it."""
        return self._plan.batch

    @property
    def mixes(self) -> bool:
        """Whether a batch may hold pictures of several prompts."""
        return isinstance(self._generator, ManyPrompts)

    def paint(
        self, pairs: Sequence[PicturePair], *, relieve: Callable[[], bool] = lambda: False
    ) -> PictureBatch:
        """Return the pictures of ``pairs``, in their order.

        Args:
            pairs: what to make.
            relieve: is asked, when memory runs out, whether it gave some back; then the same batch
                is tried once more.

        Raises:
            InputError: one picture alone does not fit into memory.
        """
        parts: list[Tensor] = []
        start = 0
        while start < len(pairs):
            chunk = pairs[start : start + self.batch]
            try:
                parts.append(self._images(chunk))
            except (MemoryError, RuntimeError) as error:  # PyTorch's is a RuntimeError
                if not out_of_memory(error):
                    raise
                if not relieve():
                    self.batch = halved(len(chunk), error, self._tell)
                continue
            start += len(chunk)
        images = parts[0] if len(parts) == 1 else torch.cat(parts)
        prompts, seeds = [pair.prompt for pair in pairs], [pair.seed for pair in pairs]
        return shown_batch(self._generator, images, prompts, seeds)

    def _images(self, pairs: Sequence[PicturePair]) -> Tensor:
        prompts, seeds = [pair.prompt for pair in pairs], [pair.seed for pair in pairs]
        shape, source = self._plan.shape, self._plan.noise
        noise = torch.stack([initial_noise(seed, shape, source=source) for seed in seeds])
        if len(set(prompts)) == 1:
            return self._generator(prompts[0], noise, seeds)
        if isinstance(self._generator, ManyPrompts):
            return self._generator.pairs(prompts, noise, seeds)
        parts = []
        for prompt in dict.fromkeys(prompts):
            rows = [row for row, asked in enumerate(prompts) if asked == prompt]
            made = self._generator(prompt, noise[rows], [seeds[row] for row in rows])
            parts.append((rows, made))
        images = torch.empty(len(prompts), *parts[0][1].shape[1:])
        for rows, made in parts:
            images[rows] = made
        return images


def out_of_memory(error: BaseException) -> bool:
    """Whether it is want of memory; on the CPU PyTorch says so in words only."""
    words = ("not enough memory", "out of memory", "can't allocate memory")
    known = isinstance(error, (MemoryError, torch.OutOfMemoryError))
    return known or any(word in str(error).lower() for word in words)


def halved(tried: int, error: BaseException, tell: Callable[[str], object]) -> int:
    """Return how many pictures to try instead of ``tried``, and say so.

    Raises:
        InputError: it was one.
    """
    if tried <= 1:
        raise InputError(
            "batch",
            expected="memory for one picture",
            got=" ".join(str(error).split())[:200] or type(error).__name__,
            advice="A smaller size or half precision needs less.",
        ) from error
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    tell(f"memory ran out with {tried} pictures at once; going on with {max(1, tried // 2)}")
    return max(1, tried // 2)
