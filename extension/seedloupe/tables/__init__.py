"""Seed tables: the format, reading and writing, and whether one holds for given settings."""

from .catalogue import Catalogue, table_folders
from .diff import ColumnDifference, EntryDifference, TableDifference, diff_tables
from .difference import Difference, Match, MatchLevel
from .evidence import (
    ALIKE_FROM,
    NEAR_IDENTICAL,
    VOID,
    Correlation,
    Evidence,
    HeldOutGain,
    SeedEffect,
)
from .find import (
    Found,
    bundled_folder,
    find_table,
    list_tables,
    named_tables,
    tables_for,
    user_folders,
)
from .header import FORMAT, VERSION, Outline, read_outline, read_spec
from .io import SUFFIX, read_table, write_table
from .match import TableUse, match_table, require_match
from .match_sampling import sampling_words
from .merge import Merged, merge_tables
from .noise_spec import NoiseSpec
from .plausible import require_plausible
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
    "ALIKE_FROM",
    "FORMAT",
    "NEAR_IDENTICAL",
    "SUFFIX",
    "VERSION",
    "VOID",
    "Catalogue",
    "ColumnDifference",
    "Correlation",
    "Difference",
    "EntryDifference",
    "Evidence",
    "Found",
    "HeldOutGain",
    "Match",
    "MatchLevel",
    "Merged",
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
    "TableDifference",
    "TableSpec",
    "TableUse",
    "Task",
    "ThumbnailsSpec",
    "bundled_folder",
    "check_noise",
    "diff_tables",
    "draw_sheet",
    "find_table",
    "list_tables",
    "match_table",
    "merge_tables",
    "named_tables",
    "read_outline",
    "read_spec",
    "read_table",
    "require_match",
    "require_plausible",
    "sampling_words",
    "table_folders",
    "tables_for",
    "user_folders",
    "verify_noise",
    "write_table",
]
