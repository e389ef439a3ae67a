"""Massive channels: a few that are far larger than all others, in every cell and whatever is there.

Diffusion transformers put them into fixed channels of their streams (Gan et al., "Unleashing
Diffusion Transformers for Visual Correspondence by Modulating Massive Activations", 2505.18584).
They hold hardly anything local, yet by their size alone they decide cosines, distances and
principal components. So they are found, said, and can be looked at apart or left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...errors import InputError
from ..features import FeatureMap
from .cells import Cells, Features

#: A channel is massive where its mean magnitude is so many times that of the median channel.
MASSIVE_RATIO = 10.0


@dataclass(frozen=True)
class MassiveChannels:
    """The massive channels of one layer.

    Args:
        channels: which, largest first; empty where there are none.
        ratio: mean magnitude of the largest channel over that of the median channel.
        share: share of all squared magnitude that the massive channels hold, in ``[0, 1]``.
        count: how many channels the layer has.
    """

    channels: tuple[int, ...]
    ratio: float
    share: float
    count: int

    @property
    def sentence(self) -> str:
        """Say it in words; empty where there are none."""
        if not self.channels:
            return ""
        few = ", ".join(map(str, self.channels[:5])) + (", …" if len(self.channels) > 5 else "")
        many = f"{len(self.channels)} of {self.count} channels"
        return f"{many} ({few}) hold {self.share:.0%} of the magnitude"


def find_massive(
    features: Features | Sequence[Features], *, row: int = 0, ratio: float = MASSIVE_RATIO
) -> MassiveChannels:
    """Find the channels that are massive in every one of ``features``.

    Args:
        features: one map, or several of one layer: other steps, other pictures.
        row: which row of each.
        ratio: how many times the median channel's mean magnitude a channel must have.

    Raises:
        ShapeError: a tensor is laid out differently.
        InputError: there are no maps, they differ in channels, or one has no finite cell.
    """
    maps = [features] if isinstance(features, (Tensor, FeatureMap)) else list(features)
    cells = [Cells.of(one, row=row) for one in maps]
    if not cells or len({one.channels for one in cells}) > 1:
        got = ", ".join(str(one.channels) for one in cells) or "none"
        raise InputError("features", expected="maps of one layer", got=f"channels {got}")
    sizes = torch.stack([_magnitudes(one) for one in cells])
    medians = sizes.median(dim=1, keepdim=True).values
    relative = torch.where(medians > 0, sizes / medians.clamp(min=1e-30), 0.0).amin(dim=0)
    order = relative.argsort(descending=True, stable=True)
    found = [int(channel) for channel in order if float(relative[channel]) >= ratio]
    energy = torch.stack([one.vectors.square().sum(0) for one in cells]).sum(0)
    total = float(energy.sum())
    share = float(energy[found].sum()) / total if total > 0 and found else 0.0
    return MassiveChannels(tuple(found), float(relative.max()), share, cells[0].channels)


def without_channels(feature: FeatureMap, channels: Sequence[int]) -> FeatureMap:
    """Return a map without ``channels``.

    Raises:
        InputError: there is no such channel, or none would be left.
    """
    count = feature.values.shape[1]
    kept = [channel for channel in range(count) if channel not in set(channels)]
    _check(channels, count, left=len(kept))
    return replace(feature, values=feature.values[:, kept])


def only_channels(feature: FeatureMap, channels: Sequence[int]) -> FeatureMap:
    """Return a map of ``channels`` alone, in the order given.

    Raises:
        InputError: there is no such channel, or none was named.
    """
    _check(channels, feature.values.shape[1], left=len(channels))
    return replace(feature, values=feature.values[:, list(channels)])


def _check(channels: Sequence[int], count: int, *, left: int) -> None:
    beyond = [channel for channel in channels if not 0 <= channel < count]
    if beyond or not left:
        got = f"{beyond[0]}" if beyond else "none that is left"
        raise InputError("channels", expected=f"some of 0 to {count - 1}", got=got)


def _magnitudes(cells: Cells) -> Tensor:
    finite = int(cells.finite.sum())
    if not finite:
        raise InputError("feature", expected="a finite cell", got="none")
    return cells.vectors.abs().sum(dim=0) / finite
