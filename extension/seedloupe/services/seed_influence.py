"""What the seed sways with a table: where things stand, which tags come, how good pictures are.

Nothing here is about one model: every answer is worked out from what the table measured, and each
is one of three, as :class:`~seedloupe.tables.SeedEffect` has them. A question the table holds no
numbers for is not answered at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from ..picking import PickRule, rules_for
from ..picking.layout_bias import ASPECTS, HARDLY, layout_bias_of, moments_of
from ..picking.spaces import COMPOSITION
from ..tables import SeedEffect, SeedTable

_SURE = 3.0
"""Standard errors beyond luck from which an effect is claimed; several are asked about at once."""

_RECORDED = "tag_variance_ratio"
"""Where a mined table's evidence holds, by tag, the ratio of :func:`_tag_ratio` by prompts."""

_QUALITY = {
    SeedEffect.EFFECT: "Good seeds stayed better than others on prompts they were not chosen by.",
    SeedEffect.NO_EFFECT: "For quality the choice of seed does not matter here.",
    SeedEffect.UNDECIDED: "Whether the seed matters for quality is not settled.",
}
_ASPECT_WORDS = {
    "x": "from left to right",
    "y": "from top to bottom",
    "size": "in size",
    "depth": "in how near things are",
}


class Topic(Enum):
    """What a seed may decide."""

    PLACE = "where things stand"
    SIZE = "how large things are"
    DEPTH = "how near things are"
    TAG = "a tag"
    QUALITY = "how good pictures are"


_ASPECTS_OF = {Topic.PLACE: ASPECTS[:2], Topic.SIZE: ASPECTS[2:3], Topic.DEPTH: ASPECTS[3:]}


@dataclass(frozen=True)
class SeedInfluence:
    """Whether the seed decides one thing with a table.

    Attributes:
        topic: what.
        effect: the answer.
        name: what to call it among others, such as ``where things stand`` or ``text``.
        words: one sentence with the numbers behind the answer.
        strength: by which influences of one topic compare; more is stronger.
        tag: which, where the topic is a tag.
    """

    topic: Topic
    effect: SeedEffect
    name: str
    words: str
    strength: float = 0.0
    tag: str = ""


def influences_of(table: SeedTable) -> tuple[SeedInfluence, ...]:
    """Return what the table can say: place first, then tags by strength, quality last.

    A place, size or depth counts as the seed's where it makes up a tenth of the differences at
    least, as in :mod:`~seedloupe.picking.layout`.

    """
    tags = sorted(_tag_influences(table), key=lambda found: -found.strength)
    return (*_layout_influences(table), *tags, *_quality_influence(table))


def decided(influences: Sequence[SeedInfluence]) -> tuple[SeedInfluence, ...]:
    """Return those with an effect, in their order."""
    return tuple(found for found in influences if found.effect is SeedEffect.EFFECT)


def influence_headline(influences: Sequence[SeedInfluence]) -> str:
    """Say in one sentence what the seed sways; what the table cannot say is left out."""
    swayed = decided(influences)
    things = [found.name for found in swayed if found.topic is not Topic.TAG]
    tags = [found.name for found in swayed if found.topic is Topic.TAG]
    parts = [*things, *([f"how often there is {_listed(tags, 'or')}"] if tags else [])]
    if parts:
        return f"With this model the seed sways {_listed(parts, 'and')}."
    if any(found.effect is SeedEffect.UNDECIDED for found in influences) or not influences:
        return "What the seed sways with this model is not known yet."
    return "With this model no influence of the seed was found."


def quality_clause(influences: Sequence[SeedInfluence]) -> str:
    """Say what the choice of seed means for quality; empty where the headline does, or nobody."""
    quality = [found for found in influences if found.topic is Topic.QUALITY]
    return "".join(found.words for found in quality if found.effect is not SeedEffect.EFFECT)


def _layout_influences(table: SeedTable) -> Iterator[SeedInfluence]:
    if PickRule.LAYOUT not in rules_for(table) or table.feature(COMPOSITION).shape[1] % len(
        ASPECTS
    ):
        return
    for topic, aspects in _ASPECTS_OF.items():
        found = [(_share_of(table, aspect), _ASPECT_WORDS[aspect]) for aspect in aspects]
        known = [(share, words) for share, words in found if share is not None]
        if known:
            strongest = max(share for share, _ in known)
            effect = SeedEffect.EFFECT if strongest >= HARDLY else SeedEffect.NO_EFFECT
            said = " and ".join(f"{share:.0%} of the differences {way}" for share, way in known)
            yield SeedInfluence(topic, effect, topic.value, f"The seed makes up {said}.", strongest)


def _share_of(table: SeedTable, aspect: str) -> float | None:
    """Return the seed's share of the differences, 0 where it may be luck, None where unknown."""
    moments = moments_of(table, None, aspect)
    bias = layout_bias_of(moments, moments)
    if bias.share is None:
        return None
    errors = bias.variation[bias.known] / moments.count[bias.known]
    beyond = bias.deviation**2 / max(float(errors.mean()), float(np.finfo(np.float32).tiny))
    return bias.share if beyond > _SURE * (2 / (len(errors) - 1)) ** 0.5 else 0.0


def _tag_influences(table: SeedTable) -> Iterator[SeedInfluence]:
    recorded = table.spec.evidence.extra.get(_RECORDED) if table.spec.evidence else None
    by_prompt = recorded if isinstance(recorded, dict) else {}
    for tag in table.tags():
        found = _tag_ratio(table, tag)
        if found is None:
            continue
        ratio, error, spotless, worst = found
        better = by_prompt.get(tag)
        if isinstance(better, (int, float)) and np.isfinite(better):
            ratio = float(better)
        effect = SeedEffect.EFFECT if ratio > 1 + _SURE * error else SeedEffect.UNDECIDED
        words = (
            f"{tag}: seeds differ {ratio:.1f} times as much as luck alone would make them; "
            f"{spotless:,} of {len(table):,} showed none, the most frequent in {worst:.0%} of its "
            "pictures."
        )
        yield SeedInfluence(Topic.TAG, effect, tag, words, ratio, tag)


def _tag_ratio(table: SeedTable, tag: str) -> tuple[float, float, int, float] | None:
    """Return how far seeds differ in a tag, the ratio's error by luck, who has none, and the most.

    The ratio is the variance of the seeds' counts over that of a binomial of the same mean. Prompts
    that differ make counts vary less than that, so it is too small rather than too large. Its error
    by luck follows from the fourth moment of the binomial. None where nobody counted.
    """
    if f"rate.{tag}.n" not in table.tensors:
        return None
    rates, counts = table.rate(tag).astype(np.float64), table.counts("rate", tag).astype(np.float64)
    known = (counts > 0) & np.isfinite(rates)
    rates, counts = rates[known], counts[known]
    if len(rates) < 2:
        return None
    share = float((rates * counts).sum() / counts.sum())
    if not 0 < share < 1:
        return None
    luck = share * (1 - share) / counts
    ratio = float((((rates - share) ** 2) / luck).sum() / (len(rates) - 1))
    excess = float(((1 - 6 * share * (1 - share)) / (counts * share * (1 - share))).mean())
    error = max(2 / (len(rates) - 1) + excess / len(rates), 0.0) ** 0.5
    return ratio, error, int((rates == 0).sum()), float(rates.max())


def _quality_influence(table: SeedTable) -> Iterator[SeedInfluence]:
    evidence = table.spec.evidence
    if evidence is not None and table.metrics():
        effect = evidence.verdict
        yield SeedInfluence(Topic.QUALITY, effect, Topic.QUALITY.value, _QUALITY[effect])


def _listed(names: Sequence[str], joint: str) -> str:
    *first, last = names
    return f"{', '.join(first)} {joint} {last}" if first else last
