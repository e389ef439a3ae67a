"""Features as colours: the three strongest principal components as red, green and blue.

One basis serves all steps of a layer, so a colour that changes means a feature that changes. A
basis of its own for every step, as many viewers fit, changes colours when the components merely
trade places or signs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor

from ...errors import InputError, ShapeError
from ..features import FeatureMap
from .cells import FLOAT32_DUST
from .moments import Moments

#: How many standard deviations lie between grey and a full colour.
REACH = 2.5


@dataclass(frozen=True, eq=False)
class PcaBasis:
    """A fixed way from ``C`` channels to three colours.

    Args:
        mean: ``(C,)``, float64; painted grey.
        components: ``(3, C)``, float64, strongest first; zero where nothing is left to show.
        spread: ``(3,)``, float64, standard deviation along each component.
        explained: share of the variance each component holds, in ``[0, 1]``.
        count: how many positions it was fitted to.
        rejected: how many positions were left out because they hold NaN or infinity.
    """

    mean: Tensor
    components: Tensor
    spread: Tensor
    explained: tuple[float, float, float]
    count: int
    rejected: int

    @classmethod
    def fit(cls, features: Sequence[FeatureMap] | Tensor) -> PcaBasis:
        """Fit one basis to all positions of all maps together.

        Each component points where its largest entry is positive, so the same features always
        give the same colours. Positions with NaN or infinity are left out and counted.

        Args:
            features: maps of one layer, of any sizes; or a tensor ``(B, C, H, W)``.

        Raises:
            ShapeError: the maps differ in channels, or the tensor has another layout.
            InputError: the maps come from several layers, there are none, or no position is finite.
        """
        maps = [features] if isinstance(features, Tensor) else _one_layer(features)
        moments = Moments.empty(maps[0].shape[1] if maps[0].ndim == 4 else 1)
        for values in maps:
            moments = moments.add(_positions(values, len(moments.mean)))
        return cls.of_moments(moments)

    @classmethod
    def of_moments(cls, moments: Moments) -> PcaBasis:
        """Find the strongest components of vectors of which only the moments are known.

        Raises:
            InputError: the moments are those of nothing.
        """
        if not moments.count:
            raise InputError(
                "features",
                expected="at least one finite position",
                got=f"{moments.rejected} positions, all with NaN or infinity",
            )
        covariance = moments.scatter / moments.count
        total = float(covariance.trace())
        values, vectors = torch.linalg.eigh(covariance)
        values, vectors = values.flip(0)[:3], vectors.flip(1)[:, :3].mT
        dust = max(1e-12 * total, FLOAT32_DUST * float(moments.mean.square().sum()))
        values = torch.where(values > dust, values, 0.0)
        components = torch.where(values[:, None] > 0, _signed(vectors), 0.0)
        missing = 3 - len(values)
        values = torch.nn.functional.pad(values, (0, missing))
        components = torch.nn.functional.pad(components, (0, 0, 0, missing))
        shares = _shares(values, total)
        return cls(moments.mean, components, values.sqrt(), shares, moments.count, moments.rejected)

    def turned_like(self, other: PcaBasis) -> PcaBasis:
        """Turn the three axes within their space so that colours come closest to ``other``'s.

        The rotation is the orthogonal Procrustes solution; what the three axes hold together, and
        so what is shown at all, stays the same.
        """
        left, _, right = torch.linalg.svd(other.components @ self.components.mT)
        return self.turned(left @ right)

    def turned(self, turn: Tensor) -> PcaBasis:
        """Turn the three axes by an orthogonal matrix ``(3, 3)``, float64.

        Spread and explained shares become those of the new axes, so each colour keeps its range.
        """
        variance = turn.square() @ self.spread.square()
        total = float(self.spread.square().sum()) / max(sum(self.explained), 1e-300)
        return replace(
            self,
            components=turn @ self.components,
            spread=variance.sqrt(),
            explained=_shares(variance, total),
        )

    def project(self, feature: FeatureMap | Tensor, *, row: int = 0) -> Tensor:
        """Return how far each position lies along each component, in standard deviations.

        Args:
            feature: ``(B, C, H, W)``.
            row: which of the ``B`` to look at.

        Returns:
            ``(3, H, W)``, float64; 0 along components that hold nothing; NaN where the feature is
            not finite.

        Raises:
            ShapeError: the feature has other channels than the basis.
        """
        values = feature.values if isinstance(feature, FeatureMap) else feature
        height, width = values.shape[-2:]
        vectors = _positions(values[row : row + 1], len(self.mean)).to(torch.float64)
        unit = torch.where(self.spread > 0, self.components.mT / self.spread, 0.0)
        along = (vectors - self.mean) @ unit
        finite = vectors.isfinite().all(dim=1, keepdim=True)
        return torch.where(finite, along, torch.nan).mT.reshape(3, height, width)

    def render(self, feature: FeatureMap | Tensor, *, row: int = 0) -> Tensor:
        """Paint one row of ``feature``.

        Args:
            feature: ``(B, C, H, W)``.
            row: which of the ``B`` to paint.

        Returns:
            ``(3, H, W)``, float32 in ``[0, 1]``; black where the feature is NaN or infinite.

        Raises:
            ShapeError: the feature has other channels than the basis.
        """
        along = self.project(feature, row=row)
        colours = (0.5 + along / (2 * REACH)).clamp(0, 1)
        return colours.nan_to_num(0.0).to(torch.float32)


class MomentsSoFar(Protocol):
    """Gathers vectors and finds their strongest components."""

    @property
    def mean(self) -> Tensor:
        """``(C,)``, float64."""
        ...

    @property
    def count(self) -> int:
        """How many vectors went in."""
        ...

    @property
    def rejected(self) -> int:
        """How many were left out because they hold NaN or infinity."""
        ...

    def add(self, positions: Tensor) -> object:
        """Take in vectors ``(N, C)``."""
        ...

    def basis(self) -> PcaBasis:
        """Return the basis of all so far; there is at least one."""
        ...


class _ExactMoments:
    """All vectors, and their components to the last digit."""

    def __init__(self, channels: int) -> None:
        self._moments = Moments.empty(channels)

    @property
    def mean(self) -> Tensor:
        return self._moments.mean

    @property
    def count(self) -> int:
        return self._moments.count

    @property
    def rejected(self) -> int:
        return self._moments.rejected

    def add(self, positions: Tensor) -> None:
        self._moments = self._moments.add(positions)

    def basis(self) -> PcaBasis:
        return PcaBasis.of_moments(self._moments)


class RunningPca:
    """Colours for a layer while its steps are still coming.

    The first map gives the first basis, and as long as that basis serves, it is kept to the bit: a
    map that equals the one before is painted in equal colours, and nothing changes but features.
    Every map also goes into the moments of all maps so far. When a map is poorly served, because
    the three components hold much less of its contrast than they did when fitted or because many
    positions run out of the colours' range, a new basis is fitted to the moments and turned to
    resemble the old one (:meth:`PcaBasis.turned_like`). :attr:`revision` counts these occasions, so
    that a viewer can paint earlier steps again.

    When all steps are there, :meth:`PcaBasis.fit` gives the colours to keep.

    Args:
        keep: a new basis is fitted when the share of a map's contrast that shows falls below this
            part of what showed at the last fit.
        overflow: and when this share of positions more than at the last fit leaves the range.
        moments: gathers the vectors of so many channels; exactly by default, which takes half a
            second a fit at 1280 channels.
    """

    def __init__(
        self,
        *,
        keep: float = 0.7,
        overflow: float = 0.1,
        moments: Callable[[int], MomentsSoFar] = _ExactMoments,
    ) -> None:
        self._keep = keep
        self._overflow = overflow
        self._gather = moments
        self._moments: MomentsSoFar | None = None
        self._reference = (0.0, 0.0)
        self.basis: PcaBasis | None = None
        self.revision = 0

    @property
    def rejected(self) -> int:
        """How many positions so far held NaN or infinity."""
        return 0 if self._moments is None else self._moments.rejected

    def render(self, feature: FeatureMap) -> Tensor:
        """Take ``feature`` in and paint its first row.

        Returns:
            ``(3, H, W)``, float32 in ``[0, 1]``; black where the feature is NaN or infinite.

        Raises:
            ShapeError: the feature has other channels than those before.
        """
        self._take(feature.values)
        if self.basis is None:
            return torch.zeros(3, *feature.values.shape[-2:])
        return self.basis.render(feature)

    def _take(self, values: Tensor) -> None:
        moments = self._moments = self._moments or self._gather(values.shape[1])
        moments.add(_positions(values, len(moments.mean)))
        if moments.count and not self._serves(values):
            self._refit(moments, values)

    def _serves(self, values: Tensor) -> bool:
        if self.basis is None:
            return False
        shown, outside = _fitness(self.basis, values)
        enough = shown >= self._keep * self._reference[0]
        return enough and outside <= self._reference[1] + self._overflow

    def _refit(self, moments: MomentsSoFar, values: Tensor) -> None:
        fresh = moments.basis()
        self.basis = fresh if self.basis is None else fresh.turned_like(self.basis)
        self._reference = _fitness(self.basis, values)
        self.revision += 1


class PcaRenderer:
    """Paints any layer, each with a :class:`RunningPca` of its own; one renderer serves one run."""

    def __init__(self) -> None:
        self._layers: dict[str, RunningPca] = {}

    def render(self, feature: FeatureMap) -> Tensor:
        """Paint ``feature`` as ``(3, H, W)``, float32 in ``[0, 1]``.

        Raises:
            ShapeError: the layer had other channels before.
        """
        return self._layers.setdefault(feature.layer, RunningPca()).render(feature)


def _one_layer(features: Sequence[FeatureMap]) -> list[Tensor]:
    names = {feature.layer for feature in features}
    if len(names) != 1:
        got = ", ".join(sorted(names)) or "nothing"
        raise InputError("features", expected="maps of one layer", got=got)
    return [feature.values for feature in features]


def _positions(values: Tensor, channels: int) -> Tensor:
    """Return ``(B, C, H, W)`` as ``(B * H * W, C)``."""
    if values.ndim != 4 or values.shape[1] != channels:
        got = f"shape {tuple(values.shape)}"
        raise ShapeError("features", expected=f"shape (B, {channels}, H, W)", got=got)
    return values.movedim(1, 3).reshape(-1, channels)


def _signed(vectors: Tensor) -> Tensor:
    """Point each row where its entry of largest size is positive."""
    largest = vectors.gather(1, vectors.abs().argmax(dim=1, keepdim=True))
    return vectors * torch.where(largest < 0, -1.0, 1.0)


def _shares(variance: Tensor, total: float) -> tuple[float, float, float]:
    first, second, third = (float(value) / total if total > 0 else 0.0 for value in variance)
    return first, second, third


def _fitness(basis: PcaBasis, values: Tensor) -> tuple[float, float]:
    """Tell what share of a map's own contrast shows, and what share of it leaves the range."""
    vectors = _positions(values, len(basis.mean)).to(torch.float64)
    vectors = vectors[vectors.isfinite().all(dim=1)]
    if not len(vectors):
        return 1.0, 0.0
    around = vectors - vectors.mean(dim=0)
    total = float(around.square().sum())
    if total <= FLOAT32_DUST * float(vectors.square().sum()):
        return 1.0, 0.0
    _, sizes, axes = torch.linalg.svd(basis.components, full_matrices=False)
    used = axes[sizes > 0.5]  # a turned basis mixes its axes, but each is still of length 1 or 0
    shown = float((around @ used.mT).square().sum()) / total
    along = (vectors - basis.mean) @ basis.components.mT
    outside = along.abs() > REACH * basis.spread
    return shown, float(outside.any(dim=1).to(torch.float64).mean())
