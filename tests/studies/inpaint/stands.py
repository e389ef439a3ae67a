"""A painter and a looker without a model: the picture's red channel says how much text there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seedloupe.noise import NoiseSource
from seedloupe.studies.inpaint import InpaintPlan, InpaintTask, Measured, Pair, PictureKey, Seen
from seedloupe.tables import ModelSpec, SamplingSpec, Task

WIDTH, HEIGHT = 24, 16
BOTH = (InpaintTask.REMOVAL, InpaintTask.COMPLETION)


def pair(place: int, subject: str = "red ball") -> Pair:
    picture = torch.full((3, HEIGHT, WIDTH), 0.25)
    picture[2, place % HEIGHT] = 0.5
    mask = torch.zeros(HEIGHT, WIDTH)
    mask[4:12, 6:18] = 1
    return Pair(f"pair-{place:02d}", picture, mask, subject)


def plan(
    pairs: int = 3,
    seeds: Sequence[int] = (1, 4, 7),
    tasks: tuple[InpaintTask, ...] = BOTH,
) -> InpaintPlan:
    kinds = ("red ball", "blue house", "green tree")
    return InpaintPlan(
        tuple(pair(place, kinds[place % 3]) for place in range(pairs)),
        tuple(seeds),
        tasks,
        (4, 2, 3),
        NoiseSource(),
        ModelSpec("sd1", "stand-in", "ab" * 32, 4, "epsilon"),
        SamplingSpec(Task.INPAINT, "euler", "uniform", 8, 4.0, size=(WIDTH, HEIGHT), strength=1.0),
        "stand-ins",
    )


class StubPainter:
    """Paints how much text there is, as told, into the red channel."""

    def __init__(self, amount: Callable[[str, str, int], float], stop_after: int = -1) -> None:
        self._amount, self._left = amount, stop_after
        self.painted: list[tuple[str, str, int]] = []

    def __call__(self, pair: Pair, prompt: str, seeds: Sequence[int]) -> Iterator[Tensor]:
        for seed in seeds:
            if self._left == 0:
                raise KeyboardInterrupt
            self._left -= 1
            self.painted.append((pair.name, prompt, seed))
            image = pair.picture.clone()
            image[0] = self._amount(pair.name, prompt, seed)
            yield image


class StubLooker:
    """Sees what the red channel says."""

    reads_words = True

    def __init__(self, name: str = "stub") -> None:
        self.name = name
        self.settings: dict[str, object] = {"level": "normal"}

    def look(self, picture: Tensor, pair: Pair, prompt: str) -> Seen:
        share = round(float(picture[0, 0, 0]), 6)
        if not share:
            return Seen(0.0, 0.0, flagged=False)
        return Seen(share, share, True, (), (prompt.upper(),), ((6, 4, 12, 8),))


def measured_of(
    shares: Sequence[NDArray[np.float64]],
    words: Callable[[str, int], str] = lambda prompt, seed: "",
) -> Measured:
    """What one looker would have seen, from ``(P, S)`` shares of each task."""
    rows, columns = shares[0].shape
    wanted = plan(rows, range(columns), BOTH[: len(shares)])
    seen = {}
    for task, grid in zip(wanted.tasks, shares, strict=True):
        for row, column in np.ndindex(rows, columns):
            share = float(grid[row, column])
            text = words(task.prompt(wanted.pairs[row]), column) if share else ""
            texts = (text,) if text else ()
            one = Seen(share, share, share > 0.05, (), texts, ((6, 4, 12, 8),) * (share > 0.05))
            seen[PictureKey(task, row, column)] = (one,)
    return Measured(wanted, ("stub",), seen)


def shares(seed: int, *, prone: int = 0, pairs: int = 16, seeds: int = 30) -> NDArray[np.float64]:
    """Shares of text, mostly nought; the first ``prone`` seeds show it eight times as often."""
    lots = np.random.default_rng(seed)
    chance = np.outer(lots.uniform(0.03, 0.10, pairs), np.where(np.arange(seeds) < prone, 8, 1))
    found = np.where(lots.random((pairs, seeds)) < chance, lots.uniform(0.05, 0.4, chance.shape), 0)
    return np.round(found, 6)
