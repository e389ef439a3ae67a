"""How well groups of cells agree with a truth that is known for once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ...errors import InputError
from .assignment import best_pairs
from .cells import labels_on_grid
from .clusters import Segmentation, contingency


@dataclass(frozen=True)
class ClusterAgreement:
    """Groups beside true regions.

    Args:
        mean_iou: mean over the true regions of intersection over union with the one group paired
            with it; groups and regions are paired one to one for the largest sum, and a region
            without a group counts 0. Making more groups than regions does not help.
        ious: the same for each true region, by its label.
        adjusted_rand: share of pairs of cells on which both agree, 0 for what chance gives and 1
            for equality (Hubert and Arabie, 1985).
    """

    mean_iou: float
    ious: Mapping[int, float]
    adjusted_rand: float


def judge_segmentation(found: Segmentation, truth: Tensor) -> ClusterAgreement:
    """Compare groups with true regions.

    Args:
        found: the groups.
        truth: ``(H, W)`` of any size, bool or whole numbers; negative ones are not judged. Cells
            take the label that covers most of them.

    Raises:
        ShapeError: the truth is laid out differently.
        InputError: no cell is both finite and judged.
    """
    height, width = found.labels.shape
    true = labels_on_grid(truth, height=height, width=width)
    judged = (true >= 0) & (found.labels >= 0)
    if not judged.any():
        raise InputError("truth", expected="a cell to judge", got="none")
    kinds = sorted(set(true[judged].tolist()))
    regions = torch.searchsorted(torch.tensor(kinds), true[judged])
    shared = contingency(found.labels[judged], regions, found.clusters, len(kinds))
    union = shared.sum(dim=1, keepdim=True) + shared.sum(dim=0) - shared
    iou = shared / union.clamp(min=1)
    ious = dict.fromkeys(kinds, 0.0)
    ious |= {kinds[region]: float(iou[group, region]) for group, region in best_pairs(iou)}
    return ClusterAgreement(sum(ious.values()) / len(ious), ious, _adjusted_rand(shared))


def _adjusted_rand(shared: Tensor) -> float:
    together, total = _pairs(shared).sum(), _pairs(shared.sum())
    rows, columns = _pairs(shared.sum(dim=1)).sum(), _pairs(shared.sum(dim=0)).sum()
    expected = rows * columns / total.clamp(min=1)
    largest = (rows + columns) / 2
    if bool(largest == expected):
        return 1.0  # both are one group, or each cell is one
    return float((together - expected) / (largest - expected))


def _pairs(counts: Tensor) -> Tensor:
    return torch.as_tensor(counts * (counts - 1) / 2)
