"""Mining: make pictures from many seeds, measure them, and write down which seeds do well."""

from .amounts import draft_run_pictures, race_pictures
from .appearance import Appearance
from .blocks import Shard
from .drafts import DraftAgreement, Drafts
from .engines import BlockEngine, RayEngine, RaySettings, WorkerFactory
from .instruments import Generator, Instrument
from .join import JoinedJournals, join_journals
from .journal import Journal
from .measuring import Scorers
from .mine import MiningProgress, mine
from .painting import ManyPrompts
from .plan import FEWEST_CONFIRMED, MiningPlan
from .racing import RaceDesign, SeedState, smallest_pool_gain, smallest_seen
from .repaints import RepaintCase, RepaintedFor, RepaintGenerator
from .report import MiningReport, MiningStage, SeedLeader
from .run import MiningRun

__all__ = [
    "FEWEST_CONFIRMED",
    "Appearance",
    "BlockEngine",
    "DraftAgreement",
    "Drafts",
    "Generator",
    "Instrument",
    "JoinedJournals",
    "Journal",
    "ManyPrompts",
    "MiningPlan",
    "MiningProgress",
    "MiningReport",
    "MiningRun",
    "MiningStage",
    "RaceDesign",
    "RayEngine",
    "RaySettings",
    "RepaintCase",
    "RepaintGenerator",
    "RepaintedFor",
    "Scorers",
    "SeedLeader",
    "SeedState",
    "Shard",
    "WorkerFactory",
    "draft_run_pictures",
    "join_journals",
    "mine",
    "race_pictures",
    "smallest_pool_gain",
    "smallest_seen",
]
