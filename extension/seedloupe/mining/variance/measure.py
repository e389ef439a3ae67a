"""One picture of each seed and prompt, measured by all scorers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ...noise import NoiseSource, initial_noise
from ..instruments import Generator as PictureGenerator
from ..painting import halved, out_of_memory
from ..scorers import OutputKind, PictureBatch, ScorerPanel

NOISE_CONTROL = "control.noise"
"""The starting noise itself, of which all is the seed's: what a sure effect looks like."""


@dataclass(frozen=True, eq=False)
class MeasuredGrid:
    """What was measured of ``S`` seeds and ``P`` prompts.

    Attributes:
        values: for each output ``(S, P, D)``, NaN where a picture could not be measured.
        failed: pictures that were not finite.
    """

    values: dict[str, NDArray[np.float32]]
    failed: int


@dataclass(frozen=True, eq=False)
class GridBatch:
    """Some pictures of a grid, just measured.

    Attributes:
        column: which prompt.
        rows: which seeds, in the order of the grid's.
        images: ``(B, 3, H, W)`` in [0, 1].
        done: pictures measured so far.
    """

    column: int
    rows: range
    images: torch.Tensor
    done: int


def measure_grid(
    seeds: Sequence[int],
    prompts: Sequence[str],
    generator: PictureGenerator,
    panel: ScorerPanel,
    *,
    shape: tuple[int, int, int],
    noise: NoiseSource,
    batch: int = 16,
    tell: Callable[[int], object] = lambda done: None,
    say: Callable[[str], object] = lambda line: None,
) -> MeasuredGrid:
    """Make and measure every picture of a grid.

    Args:
        seeds: canonical ones.
        prompts: different ones.
        generator: makes pictures.
        panel: measures them.
        shape: of the latent.
        noise: where noise comes from.
        batch: pictures at once; halved where memory runs out.
        tell: is told how many pictures have been measured.
        say: is told a line when memory ran out.

    Raises:
        InputError: one picture alone does not fit into memory.
    """
    batches = grid_batches(
        seeds, prompts, generator, panel, shape=shape, noise=noise, batch=batch, say=say
    )
    while True:
        try:
            made = next(batches)
        except StopIteration as end:
            grid: MeasuredGrid = end.value
            return grid
        tell(made.done)


def grid_batches(
    seeds: Sequence[int],
    prompts: Sequence[str],
    generator: PictureGenerator,
    panel: ScorerPanel,
    *,
    shape: tuple[int, int, int],
    noise: NoiseSource,
    batch: int = 16,
    say: Callable[[str], object] = lambda line: None,
) -> Generator[GridBatch, None, MeasuredGrid]:
    """Do the same batch by batch, for who looks on or may stop; arguments as there.

    Yields:
        each batch when it has been measured.

    Returns:
        all that was measured.
    """
    drawn = torch.stack([initial_noise(seed, shape, source=noise) for seed in seeds])
    parts: dict[str, list[list[torch.Tensor]]] = {}
    failed = done = 0
    for column, prompt in enumerate(prompts):
        start = 0
        while start < len(seeds):
            rows = tuple(seeds[start : start + batch])
            try:
                images = generator(prompt, drawn[start : start + batch], rows)
                measured = panel.measure(PictureBatch(images, (prompt,) * len(rows), rows))
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
                batch = halved(len(rows), error, say)
                continue
            failed += int((~images.isfinite().flatten(1).all(1)).sum())
            done += len(rows)
            start += len(rows)
            for key, found in measured.items():
                columns = parts.setdefault(key, [[] for _ in prompts])
                columns[column].append(found.reshape(len(rows), -1))
            yield GridBatch(column, range(start - len(rows), start), images, done)
    alive = {output.key for output in panel.outputs}
    values = {
        key: torch.stack([torch.cat(column) for column in columns], 1).numpy()
        for key, columns in parts.items()
        if key in alive
    }
    places = f"{OutputKind.PLACE.value}."
    values = {k: _whatever_stands(v) if k.startswith(places) else v for k, v in values.items()}
    coarse = torch.nn.functional.adaptive_avg_pool2d(drawn, 4).flatten(1).numpy()
    values[NOISE_CONTROL] = np.repeat(coarse[:, None], len(prompts), 1)
    return MeasuredGrid(values, failed)


def _whatever_stands(places: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return where something stands, whatever it is: ``(S, P, 4 * K)`` to ``(S, P, 4)``."""
    by_class = places.reshape(*places.shape[:2], -1, 4)
    found = np.isfinite(by_class)
    count = found.sum(2)
    total = np.where(found, by_class, 0).sum(2)
    mean: NDArray[np.float32] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean.astype(np.float32)
