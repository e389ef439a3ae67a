"""The lens: what the layers of a U-Net see while it samples."""

from __future__ import annotations

from .capture import FeatureProbe, RowChooser, Rows, second_half
from .features import FeatureMap, FeatureRenderer, FeatureSink
from .file import LensFileError, read_lens, write_lens
from .layers import Event, Layer, Layout, find_layers, list_layers
from .panel import default_panel
from .record import LensKey, LensLayer, LensRecord, LensSpec
from .tokens import Piece, PromptToken, PromptTokens, WordNotFoundError
from .views import (
    PcaBasis,
    PcaRenderer,
    RunningPca,
    StripRow,
    builtin_renderers,
    contact_sheet,
    feature_strip,
    upscale,
)
from .words import (
    AttentionMap,
    AttentionProbe,
    AttentionSink,
    CellRows,
    Reading,
    Spot,
    Truth,
    TruthCheck,
    WordColumns,
    WordMap,
    WordShare,
    WordsSeen,
    WordTally,
    heat_colours,
    overlay,
    words_at,
)

__all__ = [
    "AttentionMap",
    "AttentionProbe",
    "AttentionSink",
    "CellRows",
    "Event",
    "FeatureMap",
    "FeatureProbe",
    "FeatureRenderer",
    "FeatureSink",
    "Layer",
    "Layout",
    "LensFileError",
    "LensKey",
    "LensLayer",
    "LensRecord",
    "LensSpec",
    "PcaBasis",
    "PcaRenderer",
    "Piece",
    "PromptToken",
    "PromptTokens",
    "Reading",
    "RowChooser",
    "Rows",
    "RunningPca",
    "Spot",
    "StripRow",
    "Truth",
    "TruthCheck",
    "WordColumns",
    "WordMap",
    "WordNotFoundError",
    "WordShare",
    "WordTally",
    "WordsSeen",
    "builtin_renderers",
    "contact_sheet",
    "default_panel",
    "feature_strip",
    "find_layers",
    "heat_colours",
    "list_layers",
    "overlay",
    "read_lens",
    "second_half",
    "upscale",
    "words_at",
    "write_lens",
]
