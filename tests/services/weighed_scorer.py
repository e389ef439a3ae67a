"""A scorer that wants a folder of weights, for tests of what hosts say and open."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from seedloupe.mining.scorers import (
    OutputKind,
    PictureBatch,
    ScorerCost,
    ScorerNeeds,
    ScorerOutput,
    ScorerPlugin,
    ScorerSources,
    builtin_scorers,
)
from seedloupe.mining.scorers.plugin import require_ready
from seedloupe.registry import Registry
from seedloupe.tables import MetricSpec

NAME, SCORE = "glow", "brightness"


class Glow:
    """How bright a picture is; the folder's content is not looked at."""

    summary, cost = "how bright a picture is", ScorerCost.SMALL
    needs = ScorerNeeds(weights="anything")
    outputs = (ScorerOutput(OutputKind.SCORE, SCORE, metric=MetricSpec(SCORE, "1", True)),)

    def open(self, sources: ScorerSources) -> Glow:
        require_ready(NAME, self.needs, sources)
        return self

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        return {f"score.{SCORE}": batch.images.flatten(1).mean(1)}


def with_glow() -> Registry[ScorerPlugin]:
    return builtin_scorers().add(NAME, Glow())
