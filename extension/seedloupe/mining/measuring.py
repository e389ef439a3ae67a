"""One batch of pictures, measured by all scorers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..errors import InputError
from .instruments import Floats, Instrument
from .painting import halved, out_of_memory
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


class BatchMeasurer:
    """Measures batches.

    Args:
        plan: how many pictures at once, and what they look like.
        scorers: instruments, or scorers by name.
        tell: is told one line when a scorer is lost or memory ran out.
    """

    def __init__(
        self,
        plan: MiningPlan,
        scorers: Scorers,
        *,
        tell: Callable[[str], object] = lambda line: None,
    ) -> None:
        self._plan, self._scorers, self._tell = plan, scorers, tell
        self._panel: ScorerPanel | None = None
        self._every: tuple[ScorerOutput, ...] = ()
        self._gone: Mapping[str, str] = {}
        self.batch = plan.batch

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

    @property
    def outputs(self) -> tuple[ScorerOutput, ...]:
        """What the scorers still at work say of each picture."""
        return self._opened().outputs

    @property
    def all_outputs(self) -> tuple[ScorerOutput, ...]:
        """The same, with what lost scorers said before they were lost."""
        self._opened()
        return self._every

    @torch.no_grad()
    def measure(
        self, batch: PictureBatch, *, thumbnails: bool, shrink: bool = True
    ) -> dict[str, Floats]:
        """Return for each measure ``(B, …)``.

        Args:
            batch: what to measure.
            thumbnails: also return small pictures.
            shrink: take fewer pictures at once where memory runs out.

        Raises:
            MemoryError: or PyTorch's, where it ran out and nothing is to shrink.
            InputError: one picture alone does not fit into memory, or no scorer is left.
        """
        parts: list[dict[str, Floats]] = []
        start = 0
        while start < len(batch):
            chunk = range(start, min(start + self.batch, len(batch)))
            part = batch if len(chunk) == len(batch) else batch.rows(chunk)
            try:
                parts.append(self._measured(part, thumbnails))
            except (MemoryError, RuntimeError) as error:
                if not shrink or not out_of_memory(error):
                    raise
                self.batch = halved(len(chunk), error, self._tell)
                continue
            start += len(chunk)
        keys = dict.fromkeys(key for part in parts for key in part)
        return {key: _joined([part.get(key) for part in parts], parts) for key in keys}

    def _measured(self, batch: PictureBatch, thumbnails: bool) -> dict[str, Floats]:
        sound = sound_pictures(batch.images)
        found = self._opened().measure(batch)
        if not self._opened().names:
            raise InputError("scorers", expected="one that works", got=_said(self.lost))
        measures = {key: values.numpy() for key, values in found.items()}
        measures[FAILED] = (~sound).float().numpy()
        if thumbnails:
            measures["thumbnail"] = _tiles(batch.images.nan_to_num(0, 0, 0))
        return measures

    def _opened(self) -> ScorerPanel:
        """The scorers; instruments say what they give when shown a plain gray picture."""
        if self._panel is None:
            panel = ScorerPanel(self._named(), tell=self._tell)
            self._every = panel.outputs
            for name, reason in self._gone.items():
                panel.lose(name, reason)
            self._panel = panel
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


def _name(instrument: Instrument) -> str:
    return type(instrument).__name__.removesuffix("Instrument").lower()


def _said(lost: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {reason}" for name, reason in lost.items()) or "none"


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
