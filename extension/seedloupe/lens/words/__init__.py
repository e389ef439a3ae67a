"""Word maps: which parts of a picture attend to which words, observed and never interfered with."""

from __future__ import annotations

from .kept import kept_words, predict_words, record_with_words
from .paint import heat_colours, overlay
from .probe import AttentionMap, AttentionProbe, AttentionSink
from .readings import CellRows, Reading, WordColumns
from .seen import WordsSeen
from .spots import SpotWords, WordShare, words_at
from .tally import WordMap, WordTally
from .truth import Truth, TruthCheck

__all__ = [
    "AttentionMap",
    "AttentionProbe",
    "AttentionSink",
    "CellRows",
    "Reading",
    "SpotWords",
    "Truth",
    "TruthCheck",
    "WordColumns",
    "WordMap",
    "WordShare",
    "WordTally",
    "WordsSeen",
    "heat_colours",
    "kept_words",
    "overlay",
    "predict_words",
    "record_with_words",
    "words_at",
]
