"""One batch of pictures, made and measured; want of memory makes it smaller, not the run fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..errors import InputError
from ..noise import initial_noise
from .instruments import Floats, Generator, Instrument
from .plan import MiningPlan
from .scorers import (
    InstrumentScorer,
    PictureBatch,
    Scorer,
    ScorerOutput,
    ScorerPanel,
    sound_pictures,
)

#: Side of a thumbnail in pixels.
TILE = 48
#: Filed with each picture: 1 where it was not finite.
FAILED = "failed"

Scorers = Sequence[Instrument] | Mapping[str, Scorer]


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


class BatchMaker:
    """Makes and measures batches.

    Args:
        plan: noise, shape, and how many pictures at once.
        generator: makes pictures.
        scorers: instruments, or scorers by name.
        tell: is told one line when a scorer is lost or memory ran out.
    """

    def __init__(
        self,
        plan: MiningPlan,
        generator: Generator,
        scorers: Scorers,
        *,
        tell: Callable[[str], object] = lambda line: None,
    ) -> None:
        self._plan, self._generator, self._tell = plan, generator, tell
        self._scorers = scorers
        self._panel: ScorerPanel | None = None
        self._every: tuple[ScorerOutput, ...] = ()
        self._gone: Mapping[str, str] = {}
        self.batch = plan.batch

    @property
    def mixes(self) -> bool:
        """Whether a batch may hold pictures of several prompts."""
        return isinstance(self._generator, ManyPrompts)

    @property
    def lost(self) -> Mapping[str, str]:
        """Scorers that failed, each with the reason."""
        return {**self._gone, **(self._panel.lost if self._panel else {})}

    def lose(self, lost: Mapping[str, str]) -> None:
        """Leave out what an earlier part of the run lost."""
        self._gone = {**self._gone, **lost}
        for name, reason in lost.items():
            if self._panel is not None:
                self._panel.lose(name, reason)

    def make(self, pairs: Sequence[PicturePair], *, thumbnails: bool) -> dict[str, Floats]:
        """Return for each measure ``(B, …)`` of pictures in the order of ``pairs``.

        Raises:
            InputError: one picture alone does not fit into memory, or no scorer is left.
        """
        parts: list[dict[str, Floats]] = []
        start = 0
        while start < len(pairs):
            chunk = pairs[start : start + self.batch]
            try:
                parts.append(self._made(chunk, thumbnails))
            except (MemoryError, RuntimeError) as error:  # PyTorch's is a RuntimeError
                if not _out_of_memory(error):
                    raise
                self._halve(len(chunk), error)
                continue
            start += len(chunk)
        keys = dict.fromkeys(key for part in parts for key in part)
        return {key: _joined([part.get(key) for part in parts], parts) for key in keys}

    @property
    def outputs(self) -> tuple[ScorerOutput, ...]:
        """What the scorers still at work say of each picture."""
        return self._opened().outputs

    @property
    def all_outputs(self) -> tuple[ScorerOutput, ...]:
        """The same, with what lost scorers said before they were lost."""
        self._opened()
        return self._every

    def _opened(self) -> ScorerPanel:
        """The scorers; instruments say what they give when shown a plain gray picture."""
        if self._panel is None:
            self._panel = ScorerPanel(self._named(), tell=self._tell)
            self._every = self._panel.outputs
            for name, reason in self._gone.items():
                self._panel.lose(name, reason)
        return self._panel

    def _named(self) -> Mapping[str, Scorer]:
        if isinstance(self._scorers, Mapping):
            return self._scorers
        sample = _gray_picture(self._plan)
        named: dict[str, Scorer] = {}
        for instrument in self._scorers:
            name = _name(instrument)
            try:
                named[name] = InstrumentScorer(instrument, sample)
            except (MemoryError, torch.OutOfMemoryError):
                raise
            except Exception as error:  # noqa: BLE001 - a scorer costs its columns, not the run
                self._gone = {**self._gone, name: " ".join(str(error).split())[:300]}
                self._tell(f"{name} is left out: {self._gone[name]}")
        if not named:
            raise InputError("scorers", expected="one that works", got=_said(self._gone))
        return named

    def _made(self, pairs: Sequence[PicturePair], thumbnails: bool) -> dict[str, Floats]:
        seeds = tuple(pair.seed for pair in pairs)
        prompts = tuple(pair.prompt for pair in pairs)
        images = self._images(prompts, seeds)
        sound = sound_pictures(images)
        batch = PictureBatch(images, prompts, seeds)
        found = self._opened().measure(batch)
        if not self._opened().names:
            raise InputError("scorers", expected="one that works", got=_said(self.lost))
        measures = {key: values.numpy() for key, values in found.items()}
        measures[FAILED] = (~sound).float().numpy()
        if thumbnails:
            measures["thumbnail"] = _tiles(images.nan_to_num(0, 0, 0))
        return measures

    def _images(self, prompts: tuple[str, ...], seeds: tuple[int, ...]) -> Tensor:
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

    def _halve(self, tried: int, error: BaseException) -> None:
        if tried <= 1:
            raise InputError(
                "batch",
                expected="memory for one picture",
                got=" ".join(str(error).split())[:200] or type(error).__name__,
                advice="A smaller size or half precision needs less.",
            ) from error
        self.batch = max(1, tried // 2)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        self._tell(f"memory ran out with {tried} pictures at once; going on with {self.batch}")


def _name(instrument: Instrument) -> str:
    return type(instrument).__name__.removesuffix("Instrument").lower()


def _said(lost: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {reason}" for name, reason in lost.items()) or "none"


def _out_of_memory(error: BaseException) -> bool:
    """Whether it is want of memory; on the CPU PyTorch says so in words only."""
    words = ("not enough memory", "out of memory", "can't allocate memory")
    known = isinstance(error, (MemoryError, torch.OutOfMemoryError))
    return known or any(word in str(error).lower() for word in words)


def _gray_picture(plan: MiningPlan) -> PictureBatch:
    *_, rows, columns = plan.shape
    width, height = plan.sampling.size or (8 * columns, 8 * rows)
    gray = torch.full((1, 3, height, width), 0.5)
    return PictureBatch(gray, plan.prompts[:1], plan.seeds[:1])


def _joined(values: Sequence[Floats | None], parts: Sequence[Mapping[str, Floats]]) -> Floats:
    """Parts of one measure on top of each other; NaN where its scorer had been lost."""
    known = next(value for value in values if value is not None)
    filled = [
        np.full((len(part[FAILED]), *known.shape[1:]), np.nan, np.float32)
        if value is None
        else value
        for value, part in zip(values, parts, strict=True)
    ]
    joined: Floats = np.concatenate(filled).astype(np.float32)
    return joined


def _tiles(images: Tensor) -> Floats:
    small = functional.interpolate(images, (TILE, TILE), mode="area")
    tiles: Floats = small.clamp(0, 1).numpy().astype(np.float32)
    return tiles
