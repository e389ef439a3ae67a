"""How much of the variance between pictures is the seed's, before anybody mines."""

from .components import VarianceComponents, components, prompt_share_at_least
from .measure import GridBatch, MeasuredGrid, grid_batches, measure_grid
from .report import SpaceVariance, VarianceReport, conclude_variance

__all__ = [
    "GridBatch",
    "MeasuredGrid",
    "SpaceVariance",
    "VarianceComponents",
    "VarianceReport",
    "components",
    "conclude_variance",
    "grid_batches",
    "measure_grid",
    "prompt_share_at_least",
]
