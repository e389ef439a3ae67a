"""Seed tables: the format, reading and writing, and whether one holds for given settings."""

from .evidence import Correlation, Evidence, HeldOutGain, SeedEffect
from .find import bundled_folder, find_table, list_tables
from .io import FORMAT, SUFFIX, VERSION, read_table, write_table
from .match import (
    Difference,
    Match,
    MatchLevel,
    TableUse,
    match_table,
    require_match,
    verify_noise,
)
from .spec import (
    MetricSpec,
    ModelSpec,
    NoiseSpec,
    PromptsSpec,
    Provenance,
    SamplingSpec,
    SpaceSpec,
    Status,
    TableSpec,
    Task,
    ThumbnailsSpec,
)
from .table import SeedTable
from .thumbnails import draw_sheet

__all__ = [
    "FORMAT",
    "SUFFIX",
    "VERSION",
    "Correlation",
    "Difference",
    "Evidence",
    "HeldOutGain",
    "Match",
    "MatchLevel",
    "MetricSpec",
    "ModelSpec",
    "NoiseSpec",
    "PromptsSpec",
    "Provenance",
    "SamplingSpec",
    "SeedEffect",
    "SeedTable",
    "SpaceSpec",
    "Status",
    "TableSpec",
    "TableUse",
    "Task",
    "ThumbnailsSpec",
    "bundled_folder",
    "draw_sheet",
    "find_table",
    "list_tables",
    "match_table",
    "read_table",
    "require_match",
    "verify_noise",
    "write_table",
]
