"""What measures pictures while a table is mined: plug-ins of one kind."""

from .builtin import builtin_scorers
from .frechet import FrechetDistance, GaussianStatistics
from .instrument import InstrumentScorer
from .kid import KernelDistance
from .panel import ScorerPanel, sound_pictures
from .plugin import (
    RepaintLook,
    ScorerCost,
    ScorerNeeds,
    ScorerPlugin,
    ScorerSources,
    check_scorer,
    lacking,
)
from .protocol import (
    OutputKind,
    PictureBatch,
    Scorer,
    ScorerOutput,
    SetMetric,
    SetStatistic,
    SetValues,
    Surrogate,
)
from .repaint_text import TEXT_IN_MASK, RepaintTextScorer

__all__ = [
    "TEXT_IN_MASK",
    "FrechetDistance",
    "GaussianStatistics",
    "InstrumentScorer",
    "KernelDistance",
    "OutputKind",
    "PictureBatch",
    "RepaintLook",
    "RepaintTextScorer",
    "Scorer",
    "ScorerCost",
    "ScorerNeeds",
    "ScorerOutput",
    "ScorerPanel",
    "ScorerPlugin",
    "ScorerSources",
    "SetMetric",
    "SetStatistic",
    "SetValues",
    "Surrogate",
    "builtin_scorers",
    "check_scorer",
    "lacking",
    "sound_pictures",
]
