"""How much of the variance between pictures is the seed's, before anybody mines."""

from .components import VarianceComponents, components, prompt_share_at_least
from .measure import measure_grid
from .report import SpaceVariance, VarianceReport, conclude_variance

__all__ = [
    "SpaceVariance",
    "VarianceComponents",
    "VarianceReport",
    "components",
    "conclude_variance",
    "measure_grid",
    "prompt_share_at_least",
]
