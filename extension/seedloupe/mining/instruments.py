"""What looks at a batch of pictures and says numbers about each.

The first part of a measure's name says what becomes of it in the table:

``score.<metric>``    a number a picture; the table keeps mean, standard error and count
``tag.<name>``        0 or 1 a picture; the table keeps the share
``feature.<space>``   a vector a picture; the table keeps the mean over pictures, then PCA
``place.<space>``     a vector a picture, NaN where nothing was found; kept without PCA
``frechet.<metric>``  a vector a picture; the table keeps the Fréchet distance of a
                      seed's pictures to the instrument's reference
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..tables import MetricSpec

Floats = NDArray[np.float32]


class Generator(Protocol):
    """Makes one picture from each noise; the host's business how."""

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        """Noise ``(B, C, H, W)`` of unit deviation to images ``(B, 3, H, W)`` in [0, 1].

        The noise was drawn from ``seeds``, one a picture; samplers that draw at each step go on
        from them.
        """


class Instrument(Protocol):
    """Measures pictures."""

    @property
    def metrics(self) -> Sequence[MetricSpec]:
        """The scores this instrument gives, in order of importance."""

    @property
    def references(self) -> Mapping[str, Floats]:
        """For each ``frechet.<metric>``, reference vectors ``(N, D)``; else empty."""

    @property
    def classes(self) -> Mapping[str, tuple[str, ...]]:
        """For each ``place.<space>``, the names of the objects, four values each; else empty."""

    def measure(self, images: Tensor, prompt: str) -> Mapping[str, Tensor]:
        """Measures ``(B,)`` or ``(B, D)`` float32 of images ``(B, 3, H, W)`` in [0, 1]."""
