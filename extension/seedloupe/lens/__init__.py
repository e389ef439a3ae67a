"""The lens: what the layers of a U-Net see while it samples."""

from __future__ import annotations

from .capture import FeatureProbe, RowChooser, Rows, second_half
from .features import FeatureMap, FeatureRenderer, FeatureSink
from .file import LensFileError, read_lens, write_lens
from .layers import Event, Layer, Layout, find_layers, list_layers
from .panel import default_panel
from .record import LensKey, LensLayer, LensRecord, LensSpec
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

__all__ = [
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
    "RowChooser",
    "Rows",
    "RunningPca",
    "StripRow",
    "builtin_renderers",
    "contact_sheet",
    "default_panel",
    "feature_strip",
    "find_layers",
    "list_layers",
    "read_lens",
    "second_half",
    "upscale",
    "write_lens",
]
