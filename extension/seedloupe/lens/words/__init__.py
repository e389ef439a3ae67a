"""Word maps: which parts of a picture attend to which words, observed and never interfered with."""

from __future__ import annotations

from .accumulator import AttentionAccumulator, WordMap
from .kept import kept_words, predict_words, record_with_words
from .paint import heat_colours, overlay
from .probe import AttentionMap, AttentionProbe, AttentionSink
from .readings import AttentionReading, CellRows, WordColumns
from .seen import WordsSeen
from .spots import SpotWords, WordShare, words_at
from .truth import Truth, TruthCheck

__all__ = [
    "AttentionAccumulator",
    "AttentionMap",
    "AttentionProbe",
    "AttentionReading",
    "AttentionSink",
    "CellRows",
    "SpotWords",
    "Truth",
    "TruthCheck",
    "WordColumns",
    "WordMap",
    "WordShare",
    "WordsSeen",
    "heat_colours",
    "kept_words",
    "overlay",
    "predict_words",
    "record_with_words",
    "words_at",
]
