"""Seed tables: the format, reading and writing, and whether one holds for given settings."""

from .evidence import Correlation, Evidence, HeldOutGain, SeedEffect
from .find import bundled_folder, find_table, list_tables
from .header import FORMAT, VERSION, Outline, read_outline, read_spec
from .io import SUFFIX, read_table, write_table
from .match import (
    Difference,
    Match,
    MatchLevel,
    TableUse,
    match_table,
    require_match,
)
from .noise_spec import NoiseSpec
from .spec import (
    MetricSpec,
    ModelSpec,
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
from .verify import NoiseCheck, NoiseVerdict, check_noise, verify_noise

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
    "NoiseCheck",
    "NoiseSpec",
    "NoiseVerdict",
    "Outline",
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
    "check_noise",
    "draw_sheet",
    "find_table",
    "list_tables",
    "match_table",
    "read_outline",
    "read_spec",
    "read_table",
    "require_match",
    "verify_noise",
    "write_table",
]
