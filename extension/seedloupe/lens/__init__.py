"""The lens: what the layers of a U-Net see while it samples."""

from __future__ import annotations

from .budget import Budgeted, Keep, Recipe, Wish, fit_budget
from .capture import FeatureProbe, RowChooser, Rows
from .compare import Comparison, compare_runs
from .early import ending_after
from .features import FeatureMap, FeatureRenderer, FeatureSink
from .file import LensFileError, read_lens, write_lens
from .layers import Event, Layer, Layout, find_layers, list_layers
from .levels import NoiseLevels
from .panel import default_panel
from .projection import Projection
from .record import LensKey, LensLayer, LensMoment, LensRecord, LensSpec, LensWords
from .recorder import Recorder
from .rows import (
    RowKind,
    RowLabel,
    RowPlan,
    chunk_rows,
    edit_rows,
    one_kind,
    pipeline_rows,
    second_half,
    webui_rows,
)
from .shapes import LayerShape, predict_shapes
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
    "Budgeted",
    "Comparison",
    "Event",
    "FeatureMap",
    "FeatureProbe",
    "FeatureRenderer",
    "FeatureSink",
    "Keep",
    "Layer",
    "LayerShape",
    "Layout",
    "LensFileError",
    "LensKey",
    "LensLayer",
    "LensMoment",
    "LensRecord",
    "LensSpec",
    "LensWords",
    "NoiseLevels",
    "PcaBasis",
    "PcaRenderer",
    "Projection",
    "Recipe",
    "Recorder",
    "RowChooser",
    "RowKind",
    "RowLabel",
    "RowPlan",
    "Rows",
    "RunningPca",
    "StripRow",
    "Wish",
    "builtin_renderers",
    "chunk_rows",
    "compare_runs",
    "contact_sheet",
    "default_panel",
    "edit_rows",
    "ending_after",
    "feature_strip",
    "find_layers",
    "fit_budget",
    "list_layers",
    "one_kind",
    "pipeline_rows",
    "predict_shapes",
    "read_lens",
    "second_half",
    "upscale",
    "webui_rows",
    "write_lens",
]
