"""A light classifier of cells by their features, taught on few labelled pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from ...errors import InputError
from ...lens.views.cells import labels_on_grid
from ..labelled import LabelledPicture
from ..labelled.pictures import IGNORED

_MOST_TAUGHT = 16_384
"""Cells a classifier is taught at most; more are drawn at random."""
_MOST_CLASSES = 12
COLOURS = "colours of the cells"
"""The control: a cell is told by its mean colour alone."""


@dataclass(frozen=True)
class CellClasses:
    """The kinds of thing cells are told by; the background is one more, in first place.

    Attributes:
        kinds: in the order of their labels, from 1.
    """

    kinds: tuple[str, ...]

    @classmethod
    def of(cls, pictures: Sequence[LabelledPicture], *, fewest: int) -> CellClasses:
        """Take the commonest kinds; things of others are left out of teaching and judging.

        Args:
            pictures: all there are.
            fewest: in how many of them a kind must be seen.

        Raises:
            InputError: no kind is seen so often.
        """
        seen = Counter(kind for picture in pictures for kind in set(picture.kinds))
        common = [kind for kind, count in seen.most_common(_MOST_CLASSES) if count >= fewest]
        if not common:
            most = max(seen.values(), default=0)
            expected = f"a kind of thing in {fewest} pictures or more"
            raise InputError("pictures", expected=expected, got=f"none in more than {most}")
        return cls(tuple(sorted(common)))

    @property
    def count(self) -> int:
        """How many there are with the background."""
        return 1 + len(self.kinds)

    def cells(self, picture: LabelledPicture, size: torch.Size) -> Tensor:
        """Return the class of each cell, ``(H, W)`` int64; -1 for cells left out."""
        height, width = size
        numbers = labels_on_grid(picture.objects, height=height, width=width)
        places = [0, *(self._label(kind) for kind in picture.kinds)]
        known = torch.tensor(places)[numbers.clamp(min=0)]
        return torch.where(numbers < 0, IGNORED, known)

    def _label(self, kind: str) -> int:
        return 1 + self.kinds.index(kind) if kind in self.kinds else IGNORED


@dataclass(frozen=True, eq=False)
class PixelClassifier:
    """Tells the class of a cell; from :func:`teach_pixels`.

    Attributes:
        fitted: of scikit-learn; None where one class alone was taught.
        only: that class.
    """

    fitted: Any
    only: int = 0

    def predict(self, feature: Tensor) -> Tensor:
        """Return the class of each cell of ``(C, H, W)``, ``(H, W)`` int64."""
        height, width = feature.shape[-2:]
        if self.fitted is None:
            return torch.full((height, width), self.only, dtype=torch.int64)
        found = self.fitted.predict(_rows(feature))
        return torch.from_numpy(found.astype(np.int64)).reshape(height, width)


def teach_pixels(
    features: Sequence[Tensor], labels: Sequence[Tensor], *, seed: int = 0
) -> PixelClassifier:
    """Teach a multinomial logistic regression on standardised features.

    Args:
        features: one ``(C, H, W)`` a picture.
        labels: one ``(H, W)`` a picture, from :meth:`CellClasses.cells`.
        seed: of the draw, where there are more cells than are taught.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = np.concatenate([_rows(feature) for feature in features])
    wanted = torch.cat([label.flatten() for label in labels]).numpy()
    known = np.flatnonzero(wanted != IGNORED)
    if len(known) > _MOST_TAUGHT:
        known = np.sort(np.random.default_rng(seed).choice(known, _MOST_TAUGHT, replace=False))
    classes = np.unique(wanted[known])
    if len(classes) < 2:
        return PixelClassifier(None, int(classes[0]) if len(classes) else 0)
    fitted = make_pipeline(StandardScaler(), LogisticRegression(C=_STRENGTH, max_iter=_ROUNDS))
    fitted.fit(rows[known], wanted[known])
    return PixelClassifier(fitted)


_STRENGTH, _ROUNDS = 0.1, 300


def stacked_layers(
    features: Mapping[str, Tensor], layers: Sequence[str], size: torch.Size
) -> Tensor:
    """Return layers as one feature ``(C, H, W)``, each spread to ``size`` as the paper does."""
    return torch.cat([on_cells(features[layer], size) for layer in layers])


def on_cells(feature: Tensor, size: torch.Size) -> Tensor:
    """Return a feature ``(C, H, W)`` on other cells, between its own by straight lines."""
    return interpolate(feature[None].float(), tuple(size), mode="bilinear", align_corners=False)[0]


def finest(features: Mapping[str, Tensor]) -> torch.Size:
    """Return rows and columns of the finest map."""
    return max((one.shape[-2:] for one in features.values()), key=lambda grid: grid[0] * grid[1])


def cell_colours(picture: Tensor, size: torch.Size) -> Tensor:
    """Return the mean colour of each cell, ``(3, H, W)``."""
    return interpolate(picture[None], tuple(size), mode="area")[0]


def overlaps(found: Tensor, truth: Tensor, classes: int) -> tuple[list[int], list[int]]:
    """Return for each class in how many cells both agree, and in how many either has it.

    Args:
        found: ``(H, W)``.
        truth: likewise; cells of -1 are left out.
        classes: how many there are.
    """
    known = truth != IGNORED
    one, other = found[known], truth[known]
    both = torch.bincount(one[one == other], minlength=classes)
    either = torch.bincount(one, minlength=classes) + torch.bincount(other, minlength=classes)
    return both.tolist(), (either - both).tolist()


def picture_iou(found: Tensor, truth: Tensor, classes: int) -> float | None:
    """Return the mean IoU of the classes a picture shows; None where it shows none."""
    both, either = overlaps(found, truth, classes)
    shown = sorted(set(truth[truth != IGNORED].tolist()))
    return float(np.mean([both[k] / either[k] for k in shown])) if shown else None


def mean_iou(both: NDArray[np.float64], either: NDArray[np.float64]) -> float:
    """Return the mean IoU of sums over pictures ``(K,)``, of the classes that are there at all."""
    there = either > 0
    return float((both[there] / either[there]).mean()) if there.any() else float("nan")


def _rows(feature: Tensor) -> NDArray[np.float32]:
    rows: NDArray[np.float32] = feature.flatten(1).T.contiguous().float().numpy()
    return rows
