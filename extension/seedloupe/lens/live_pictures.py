"""Pictures of layers while a sampling still runs, no more often than somebody can look."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .hooks import reason_of
from .running_moments import RunningMoments
from .views.pca import RunningPca

if TYPE_CHECKING:
    from torch import Tensor

    from .features import FeatureMap

#: Seconds between two pictures of a layer.
_INTERVAL = 0.25
#: Painting takes at most this share of the time between two pictures.
_SHARE = 0.05
_LEADS = 8


@dataclass(frozen=True, eq=False)
class LivePicture:
    """One layer at one step.

    Args:
        layer: canonical name.
        step: of sampling, from 0.
        picture: ``(3, H, W)``, float32 in ``[0, 1]``, a pixel a cell.
    """

    layer: str
    step: int
    picture: Tensor


class LivePictures:
    """A sink that keeps the newest map of each layer, and paints it when it is time.

    Maps between two pictures are not painted and cost nothing, and the longer painting takes, the
    rarer pictures become.

    Args:
        interval: seconds between two pictures; 0 paints whenever asked.
        clock: tells the time in seconds.
    """

    def __init__(
        self, *, interval: float = _INTERVAL, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval, self._clock = interval, clock
        self._colours: dict[str, RunningPca] = {}
        self._newest: dict[str, FeatureMap] = {}
        self._next = float("-inf")
        self.notes: dict[str, str] = {}

    def take(self, feature: FeatureMap) -> None:
        """Keep a map until the next one of its layer comes."""
        self._newest[feature.layer] = feature

    def due(self, *, last: bool = False) -> tuple[LivePicture, ...]:
        """Paint what came since the last pictures, if it is time.

        Args:
            last: paint in any case, as nothing follows.
        """
        now = self._clock()
        if not self._newest or (now < self._next and not last):
            return ()
        newest, self._newest = self._newest, {}
        painted = [self._painted(feature) for feature in newest.values()]
        done = self._clock()
        self._next = done + max(self._interval, (done - now) * (1 - _SHARE) / _SHARE)
        return tuple(one for one in painted if one is not None)

    def _painted(self, feature: FeatureMap) -> LivePicture | None:
        try:
            picture = self._colours.setdefault(feature.layer, _colours()).render(feature)
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            self.notes[feature.layer] = f"{feature.layer} cannot be painted: {reason_of(error)}"
            return None
        return LivePicture(feature.layer, feature.step, picture)


def _colours() -> RunningPca:
    """Follow a layer's leading directions; exact ones would take half a second at 1280 channels."""
    return RunningPca(moments=partial(RunningMoments, leads=_LEADS, seed=0))
