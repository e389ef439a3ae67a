"""Moments of a layer's features, gathered in place, and the directions that lead so far.

The values are those of :class:`~.views.moments.Moments`. A layer of 1280 channels has 13 MB of
them, and a new copy for every map would take longer than the map.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from .views.moments import Moments
from .views.pca import PcaBasis

#: Positions of one map that go into the moments, if it has more: there will be other maps.
_MOST_POSITIONS = 512
#: Up to so many channels, components are found exactly; that takes seconds for some thousand.
_EXACT_CHANNELS = 256
_LAST_TURNS = 12


class RunningMoments:
    """What is known of a layer's features so far.

    Args:
        channels: of the layer.
        leads: how many leading directions to follow.
        seed: of the positions drawn from large maps, and of the first directions.
    """

    def __init__(self, channels: int, leads: int, *, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        shape = channels, min(leads, channels)
        self.leads = torch.randn(shape, generator=self._generator, dtype=torch.float64)
        self.mean = torch.zeros(channels, dtype=torch.float64)
        self.scatter = torch.zeros(channels, channels, dtype=torch.float64)
        self.count = self.rejected = 0

    def add(self, positions: Tensor) -> None:
        """Take in vectors ``(N, C)``; those with NaN or infinity are left out and counted.

        Updates as in Chan, Golub and LeVeque (1983), which loses no digits to a large mean.
        """
        some = self._some(positions)
        finite = some[some.isfinite().all(dim=1)].to(torch.float64)
        self.rejected += len(some) - len(finite)
        if not len(finite):
            return
        mean = finite.mean(dim=0)
        apart, total = mean - self.mean, self.count + len(finite)
        around = finite - mean
        self.scatter.addmm_(around.mT, around)
        self.scatter.addr_(apart, apart, alpha=self.count * len(finite) / total)
        self.mean += apart * (len(finite) / total)
        self.count = total
        self._turn()

    def basis(self) -> PcaBasis:
        """Return the basis of all features so far.

        Raises:
            InputError: none was finite.
        """
        known = Moments(self.count, self.rejected, self.mean, self.scatter)
        if len(self.mean) <= _EXACT_CHANNELS or not self.count:
            return PcaBasis.of_moments(known)
        for _ in range(_LAST_TURNS):
            self._turn()
        return self._among_leads(known)

    def _among_leads(self, known: Moments) -> PcaBasis:
        """Find the strongest components among the leading directions (Rayleigh and Ritz)."""
        inside = self.leads.mT @ known.scatter @ self.leads
        small = Moments(known.count, known.rejected, self.leads.mT @ known.mean, inside)
        found = PcaBasis.of_moments(small)
        components = found.components @ self.leads.mT
        largest = components.gather(1, components.abs().argmax(dim=1, keepdim=True))
        share = float(inside.trace() / known.scatter.trace().clamp_min(1e-300))
        first, second, third = (part * share for part in found.explained)
        components = components * torch.where(largest < 0, -1.0, 1.0)
        explained = (first, second, third)
        return replace(found, mean=known.mean, components=components, explained=explained)

    def _turn(self) -> None:
        """Turn the leading directions towards those of the moments: a step of power iteration."""
        ahead = self.scatter @ self.leads
        largest = float(ahead.abs().max())
        if largest > 0:
            self.leads = torch.linalg.qr(ahead / largest)[0]

    def _some(self, positions: Tensor) -> Tensor:
        if len(positions) <= _MOST_POSITIONS:
            return positions
        chosen = torch.randperm(len(positions), generator=self._generator)[:_MOST_POSITIONS]
        return positions[chosen]
