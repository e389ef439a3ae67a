"""Who measures the blocks of a run elsewhere than in this process: the workers of a cluster."""

from .engine import BlockEngine
from .queue import BatchQueue
from .ray import RayEngine, RaySettings
from .worker import BatchResult, BlockWorker, WorkerFactory

__all__ = [
    "BatchQueue",
    "BatchResult",
    "BlockEngine",
    "BlockWorker",
    "RayEngine",
    "RaySettings",
    "WorkerFactory",
]
