"""What the seeds of a job are counted for, and which others come next."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....artifacts import Candidate, ResultStore, candidates, tally_folder
from ....artifacts.tally import Subject, purpose_of
from ....artifacts.tally.result_log import ResultLog
from ....generation.model_info import patched_identity
from ....noise import canonical_seed
from ....services.clean_seeds import clean_seeds_for
from ....tables import TableUse

_SEEDS = 2**32
"""The web UI draws its own seeds from as many."""


@dataclass(frozen=True, eq=False)
class SeedHistory:
    """What is known of the seeds of one job.

    Attributes:
        use: what the job draws with; ``None`` where nobody can say.
        prompt: what its first picture is asked for.
        name: what the model is called.
        counts: whether checks are counted.
        folders: where tables are looked for.
    """

    use: TableUse | None
    prompt: str
    name: str
    counts: bool
    folders: Sequence[Path] = ()

    def log(self, prompt: str) -> ResultLog | None:
        """Return where pictures of a prompt are counted; ``None`` where no model is known."""
        use = self.use
        if not self.counts or use is None or use.model_sha256 is None or len(use.shape) != 3:
            return None
        channels, height, width = use.shape
        shape = (channels, height, width)
        model = patched_identity(use.model_sha256, use.loras)
        subject = Subject(model, self.name, purpose_of(prompt), use.noise, shape)
        store = ResultStore(tally_folder(os.environ, sys.platform, Path.home()))
        return ResultLog(store, subject)

    def candidates(self, drawn: Sequence[int]) -> Iterator[Candidate]:
        """Return seeds to try: a table's cleanest, those that never wrote, then dice.

        Args:
            drawn: the seeds of the job itself.
        """
        log = self.log(self.prompt)
        tally = None if log is None else log.read()[0]
        ranked = () if self.use is None else clean_seeds_for(self.use, self.prompt, self.folders)
        same = {self._canonical(seed) for seed in drawn}
        dice = lambda: secrets.randbelow(_SEEDS)  # noqa: E731
        return candidates(ranked, tally, dice, drawn=same, canonical=self._canonical)

    def _canonical(self, seed: int) -> int:
        return seed if self.use is None else canonical_seed(seed, self.use.noise)


def seed_is_all(p: Any) -> bool:
    """Tell whether a picture's starting noise is that of its seed, with nothing mixed in."""
    resized = (p.seed_resize_from_w or 0) > 0 and (p.seed_resize_from_h or 0) > 0
    return not resized and not p.subseed_strength
