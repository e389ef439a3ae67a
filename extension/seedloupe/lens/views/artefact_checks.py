"""Warnings about features that look like content and are none.

Loos and Linhardt (2025) find three in U-Nets of Stable Diffusion: position that can be read off
linearly, corners and borders that are more alike than their content, and patches of 2x2 tokens with
huge norms. A similarity map or a cluster may show one of these and nothing of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import overload

import torch
from torch import Tensor

from ...errors import InputError
from ..features import FeatureMap
from .cells import Cells, Features, one_map
from .position import PositionProbe, probe_position
from .similarity import unit

#: From here on a position probe is a warning.
POSITION_LIMIT = 0.5
#: By how much more alike than other cells corners or borders have to be.
EXCESS_LIMIT = 0.3
#: How many times the median norm, and how many deviations above it, a token has to be.
NORM_RATIO, NORM_DEVIATIONS = 3.0, 8.0
#: Comparisons without which "more than all of them" would happen by chance too often.
_DRAWN = 999
#: Median absolute deviations in one standard deviation of a normal distribution.
_DEVIATION = 1.4826


@dataclass(frozen=True)
class Excess:
    """How alike certain cells are, beside other cells as far apart.

    Args:
        similarity: their mean centred cosine.
        expected: the mean of the same over the comparisons.
        highest: the largest of them.
        comparisons: how many there were; with too few the question stays open.
    """

    similarity: float
    expected: float
    highest: float
    comparisons: int

    @property
    def flagged(self) -> bool:
        """Whether they are more alike than all others, and by at least 0.3 than the mean."""
        above = self.similarity > self.highest
        return above and self.similarity - self.expected > EXCESS_LIMIT


@dataclass(frozen=True, eq=False)
class HighNorms:
    """Tokens of huge norm.

    Args:
        tokens: ``(H, W)``, bool.
        patches: row and column of the top left token of each 2x2 patch made of such tokens only.
        largest: largest norm over the median one.
    """

    tokens: Tensor
    patches: tuple[tuple[int, int], ...]
    largest: float


@dataclass(frozen=True, eq=False)
class ArtefactChecks:
    """What is suspicious about one map; None where the map is too small to tell.

    Args:
        position: how well position can be read off.
        corners: how alike the four corners are.
        borders: how alike opposite borders are.
        norms: tokens of huge norm.
        rejected: how many cells are NaN or infinite.
    """

    position: PositionProbe | None
    corners: Excess | None
    borders: Excess | None
    norms: HighNorms
    rejected: int

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence for each thing to beware of; none if nothing was found."""
        return tuple(
            text
            for told, text in (
                (self.rejected, f"NaN or infinite: {self.rejected} cells."),
                (self._placed(), "Where a cell lies can be read off its features."),
                (self.corners and self.corners.flagged, "The corners are alike whatever is there."),
                (self.borders and self.borders.flagged, "The borders are alike whatever is there."),
                (self.norms.tokens.any(), self._loud()),
            )
            if told
        )

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Which questions the map is too small for."""
        asked = {"position": self.position, "corners": self.corners, "borders": self.borders}
        return tuple(name for name, answer in asked.items() if answer is None)

    def _placed(self) -> bool:
        if self.position is None:
            return False
        return min(self.position.score, self.position.far) > POSITION_LIMIT

    def _loud(self) -> str:
        count, times = int(self.norms.tokens.sum()), self.norms.largest
        return f"Up to {times:.0f} times the usual norm: {count} cells."


def look_for_artefacts(
    feature: Features, *, others: Sequence[Features] = (), row: int = 0
) -> ArtefactChecks:
    """Put one map to all tests.

    Args:
        feature: ``(C, H, W)`` or ``(B, C, H, W)``.
        others: maps of other pictures from the same layer. Without them, position is read off this
            picture alone, and content that changes across the whole of it can pass for position.
        row: which row of ``feature``.

    Raises:
        ShapeError: the tensor is laid out differently.
    """
    cells = Cells.of(feature, row=row)
    return ArtefactChecks(
        _probed([one_map(feature, row=row), *others]),
        corner_similarity(feature, row=row),
        border_similarity(feature, row=row),
        high_norm_tokens(feature, row=row),
        cells.rejected,
    )


def corner_similarity(feature: Features, *, row: int = 0) -> Excess | None:
    """Compare the four corners with 999 sets of four inner cells, one from each quarter.

    A set more alike than all of them comes up by chance once in 1,000 fields without structure.

    Args:
        feature: ``(C, H, W)`` or ``(B, C, H, W)``.
        row: which row of ``feature``.

    Returns:
        None where there are fewer than 6x6 cells, or a corner or a whole quarter is not finite.

    Raises:
        ShapeError: the tensor is laid out differently.
    """
    cells = Cells.of(feature, row=row)
    height, width = cells.height, cells.width
    corners = torch.tensor([0, width - 1, (height - 1) * width, height * width - 1])
    if min(height, width) < 6 or not cells.finite[corners].all():
        return None
    quarters = _quarters(cells)
    if not all(len(quarter) for quarter in quarters):
        return None
    generator = torch.Generator().manual_seed(0)
    others = torch.stack([_drawn(quarter, generator) for quarter in quarters], dim=1)
    vectors = unit(cells.centred)
    return _excess(_mean_cosine(vectors[corners][None]), _mean_cosine(vectors[others]))


def border_similarity(feature: Features, *, row: int = 0) -> Excess | None:
    """Compare opposite borders with all pairs of inner lines from opposite halves.

    How alike two lines are is the mean centred cosine of all cells of one with all of the other, so
    it is what they have in common, not what lies across from what.

    Args:
        feature: ``(C, H, W)`` or ``(B, C, H, W)``.
        row: which row of ``feature``.

    Returns:
        None where there are fewer than 6x6 cells, or a line has no finite cell.

    Raises:
        ShapeError: the tensor is laid out differently.
    """
    cells = Cells.of(feature, row=row)
    if min(cells.height, cells.width) < 6:
        return None
    grid = unit(cells.centred).reshape(cells.height, cells.width, -1)
    finite = cells.laid_out(cells.finite).to(torch.float64)
    if not (finite.any(dim=0).all() and finite.any(dim=1).all()):
        return None
    borders, inner = [], []
    for axis in (0, 1):
        lines = grid.sum(dim=axis) / finite.sum(dim=axis)[:, None]
        half = len(lines) // 2
        alike = lines[:half] @ lines[len(lines) - half :].flip(0).mT
        borders.append(alike[0, 0])
        inner.append(alike[1:, 1:].flatten())
    return _excess(torch.stack(borders).mean()[None], torch.cat(inner))


def high_norm_tokens(feature: Features, *, row: int = 0) -> HighNorms:
    """Find tokens whose norm lies far outside of what the others have.

    That is more than 3 times the median and more than 8 deviations above it, where the deviation is
    estimated from the median absolute deviation; neither is moved by the tokens themselves while
    they are fewer than half. Cells that are zero or not finite do not count.

    Args:
        feature: ``(C, H, W)`` or ``(B, C, H, W)``.
        row: which row of ``feature``.

    Raises:
        ShapeError: the tensor is laid out differently.
    """
    cells = Cells.of(feature, row=row)
    norms = cells.vectors.norm(dim=1)
    some = norms[norms > 0]
    if not len(some):
        return HighNorms(cells.laid_out(norms > 0), (), 1.0)
    median = some.median()
    deviation = _DEVIATION * (some - median).abs().median()
    limit = torch.maximum(NORM_RATIO * median, median + NORM_DEVIATIONS * deviation)
    tokens = cells.laid_out(norms > limit)
    full = tokens[:-1, :-1] & tokens[:-1, 1:] & tokens[1:, :-1] & tokens[1:, 1:]
    patches = tuple((int(top), int(left)) for top, left in full.nonzero())
    return HighNorms(tokens, patches, float(norms.max() / median))


@overload
def without_high_norms(feature: FeatureMap) -> FeatureMap: ...


@overload
def without_high_norms(feature: Tensor) -> Tensor: ...


def without_high_norms(feature: Features) -> Features:
    """Put NaN where tokens have huge norms, so that every way of looking leaves them out.

    Args:
        feature: ``(C, H, W)`` or ``(B, C, H, W)``; each row is judged by itself.

    Raises:
        ShapeError: the tensor is laid out differently.
    """
    values = feature.values if isinstance(feature, FeatureMap) else feature
    one_map(values)
    rows = [values] if values.ndim == 3 else list(values)
    masked = [_silenced(row) for row in rows]
    rest = masked[0] if values.ndim == 3 else torch.stack(masked)
    return replace(feature, values=rest) if isinstance(feature, FeatureMap) else rest


def _probed(maps: Sequence[Features]) -> PositionProbe | None:
    try:
        return probe_position(maps)
    except InputError:  # too few finite cells to tell
        return None


def _silenced(values: Tensor) -> Tensor:
    tokens = high_norm_tokens(values).tokens.to(values.device)
    return values.masked_fill(tokens, torch.nan)


def _excess(found: Tensor, others: Tensor) -> Excess:
    mean, highest = float(others.mean()), float(others.max())
    return Excess(float(found[0]), mean, highest, len(others))


def _mean_cosine(vectors: Tensor) -> Tensor:
    """Return the mean cosine of all pairs within each set, ``(S, M, C)`` to ``(S,)``."""
    count = vectors.shape[1]
    together = vectors.sum(dim=1).square().sum(dim=1) - vectors.square().sum(dim=(1, 2))
    return together / (count * (count - 1))


def _quarters(cells: Cells) -> list[Tensor]:
    """Return the finite cells of each quarter but for its corner of the map."""
    numbers = cells.laid_out(torch.arange(len(cells.vectors)))
    half, middle = cells.height // 2, cells.width // 2
    quarters = []
    for rows, corner_row in ((numbers[:half], 0), (numbers[-half:], -1)):
        for part, corner in ((rows[:, :middle], 0), (rows[:, -middle:], -1)):
            quarters.append(part[(part != part[corner_row, corner]) & cells.finite[part]])
    return quarters


def _drawn(numbers: Tensor, generator: torch.Generator) -> Tensor:
    return numbers[torch.randint(len(numbers), (_DRAWN,), generator=generator)]
