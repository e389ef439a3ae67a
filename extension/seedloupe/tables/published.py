"""What papers published of seeds, as tables: the numbers, and all they leave open.

    python -m seedloupe.tables.published FOLDER

writes the tables that come with Seedloupe. Only what the named source itself states is in them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..noise import Rng
from .io import SUFFIX, write_table
from .noise_spec import STATABLE, NoiseSpec
from .spec import (
    MetricSpec,
    ModelSpec,
    Provenance,
    SamplingSpec,
    Status,
    TableSpec,
    Task,
)
from .table import SeedTable

_SOURCE = (
    "Xu, Zhang, Shi: Good Seed Makes a Good Crop, arXiv:2405.14828: of 1,024 seeds the best "
    "and the worst by FID with Stable Diffusion 2.0"
)
_ASSUMED_SHAPE = (4, 64, 64)
"""Only the channels are known; a format without them would not be one."""


def sd2_good_seed() -> SeedTable:
    """Return the two seeds of Stable Diffusion 2.0 whose figures a paper states.

    Generator, precision and picture size are not stated there. Version 1 has no gaps for them, so
    the entries hold an assumption, ``noise.unstated`` names them, and no settings match better than
    :attr:`~seedloupe.tables.MatchLevel.NOISE_ONLY`.
    """
    scores = {469: 21.60, 696: 31.97}
    spec = TableSpec(
        noise=NoiseSpec(
            Rng.TORCH_CPU, None, "float32", _ASSUMED_SHAPE, 0, (), {"unstated": list(STATABLE)}
        ),
        model=ModelSpec("sd2", "Stable Diffusion 2.0", None, 4, "unknown"),
        provenance=Provenance(
            "Xu, Zhang, Shi",
            "python -m seedloupe.tables.published",
            "2024-05",
            "facts, no licence needed",
            Status.PUBLISHED,
            _SOURCE,
        ),
        sampling=SamplingSpec(Task.TXT2IMG),
        metrics=(
            MetricSpec(
                "fid", "unknown", higher_is_better=False, reference="10,000 captions of MS-COCO"
            ),
        ),
    )
    values = np.array(list(scores.values()), np.float32)
    return SeedTable(np.array(list(scores), np.uint64), {"score.fid": values}, spec)


def published_tables() -> Mapping[str, SeedTable]:
    """Return every table of published numbers by its name, without the suffix."""
    return {"sd2-good-seed": sd2_good_seed()}


def main() -> None:
    """Write them into a folder."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m seedloupe.tables.published FOLDER")
    for name, table in published_tables().items():
        write_table(table, Path(sys.argv[1]) / f"{name}{SUFFIX}")


if __name__ == "__main__":
    main()
