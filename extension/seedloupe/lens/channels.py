"""Recording a layer without its massive channels, or those alone.

Which channels are massive is found in the first map of each layer and holds for the whole run, as
these channels are fixed. Those left out are set to zero: they move no colour, distance or cosine,
and a layer keeps its shape.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

import torch

from ..errors import InputError
from .features import FeatureMap
from .views.massive import MassiveChannels, find_massive

#: What layers of transformers without a U-Net are called; U-Nets' names begin with a stage.
_TRANSFORMER = "vit-block"


class ChannelChoice(str, Enum):
    """Which channels of a layer are recorded."""

    ALL = "all"
    OTHERS = "others"
    """Without the massive ones."""
    MASSIVE = "massive"
    """Those alone."""


@dataclass(eq=False)
class ChannelFilter:
    """Passes on the chosen channels of every map.

    Args:
        choice: which.
    """

    choice: ChannelChoice = ChannelChoice.ALL
    _found: dict[str, MassiveChannels | None] = field(default_factory=dict, init=False)

    def of(self, feature: FeatureMap) -> FeatureMap:
        """Return the map with the channels that were not chosen set to zero.

        Raises:
            InputError: the massive channels alone were chosen, and the layer has none.
        """
        if feature.layer not in self._found:
            self._found[feature.layer] = self._look(feature)
        found = self._found[feature.layer]
        if self.choice is ChannelChoice.ALL or found is None:
            return feature
        if self.choice is ChannelChoice.MASSIVE and not found.channels:
            raise InputError("channels", expected="massive channels", got="none in this layer")
        massive = torch.zeros(feature.values.shape[1], dtype=torch.bool)
        massive[list(found.channels)] = True
        dropped = massive if self.choice is ChannelChoice.OTHERS else ~massive
        values = feature.values.clone()
        values[:, dropped] = 0
        return replace(feature, values=values)

    @property
    def notes(self) -> tuple[str, ...]:
        """Layers of transformers that have massive channels, and what was done about them."""
        done = {
            ChannelChoice.ALL: "look without them as well",
            ChannelChoice.OTHERS: "they are left out",
            ChannelChoice.MASSIVE: "the others are left out",
        }
        return tuple(
            f"{layer}: {found.sentence}; {done[self.choice]}"
            for layer, found in self._found.items()
            if found is not None and found.channels and layer.startswith(_TRANSFORMER)
        )

    def _look(self, feature: FeatureMap) -> MassiveChannels | None:
        try:
            return find_massive([replace(feature, values=row[None]) for row in feature.values])
        except InputError:  # nothing finite to look at
            return None
