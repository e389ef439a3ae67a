"""A choice of seeds at a glance: one line, one sentence of evidence, and how the table fits."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ..picking import PickRule
from ..tables import NEAR_IDENTICAL, Match, MatchLevel, SeedEffect, SeedTable
from ..tables.difference import UNKNOWN, Difference
from .seed_choice import SeedChoice

__all__ = ["ChoiceSummary", "FitWord", "fit_word", "pick_thumbnail", "summarise_choice"]

_VERDICTS = {
    SeedEffect.EFFECT: "The choice of seed matters with this model.",
    SeedEffect.NO_EFFECT: "The choice of seed does not matter with this model, by the table's own "
    "test: good seeds are not expected to look better than random ones, the table is void.",
    SeedEffect.UNDECIDED: "Whether the choice of seed matters with this model, the table could not "
    "decide.",
}
_NO_EVIDENCE = "The table holds no evidence on whether the choice of seed matters."
_CARRIED = "At this size a seed keeps its layout; nobody measured how good it is there."


@dataclass(frozen=True)
class FitWord:
    """How a table fits, for a small coloured label.

    Attributes:
        word: a few words.
        tone: ``good``, ``plain`` or ``bad``.
        cure: what would make it fit better, a whole sentence; empty where nothing is missing.
    """

    word: str
    tone: str
    cure: str = ""


@dataclass(frozen=True)
class ChoiceSummary:
    """A choice in one line.

    Attributes:
        line: which seeds, the evidence and how the table fits.
        evidence: one sentence on what the choice is worth.
        fit: how the table fits.
    """

    line: str
    evidence: str
    fit: FitWord


_WORDS: Mapping[str, FitWord] = MappingProxyType(
    {
        "provenance.status": FitWord("published", "plain"),
        "noise.rng": FitWord("guess", "plain"),
        "noise.shape": FitWord("carried", "plain", _CARRIED),
        "model.sha256": FitWord("other model", "plain", "Scores hold for the table's own model."),
        "model.loras": FitWord("other LoRAs", "plain"),
    }
)
"""By the difference that says most, the first first."""
_SAMPLED = "Scores hold for the sampler and the steps the table was made with."
_UNCHECKED = FitWord("not checked", "plain", "Nobody has looked yet whether the table fits.")
_UNKNOWN_MODEL = FitWord("model unknown", "plain", "Nobody knows here which file the model is.")


def fit_word(match: Match | None) -> FitWord:
    """Return how a table fits as one coloured word, with the cure behind it."""
    if match is None:
        return _UNCHECKED
    if match.level is MatchLevel.EXACT:
        return FitWord("fits", "good")
    if match.level is MatchLevel.INVALID:
        first = match.obstacles[0]
        return FitWord("does not fit", "bad", first.advice or str(first))
    found = {difference.field: difference for difference in match.differences}
    for field, word in _WORDS.items():
        if field in found:
            known = field != "model.sha256" or found[field].use != "unknown"
            shown = word if known else _UNKNOWN_MODEL
            return FitWord(shown.word, shown.tone, found[field].advice or shown.cure)
    return _model_fits(match.differences)


def _model_fits(differences: Sequence[Difference]) -> FitWord:
    """Say of the right model whether its pictures are sampled as the table's were."""
    cure = next((found.advice for found in differences if found.advice), "")
    sampling = [found for found in differences if found.field.partition(".")[0] == "sampling"]
    if not sampling:
        return FitWord("model fits", "good", cure)
    if any(UNKNOWN not in (found.table, found.use) for found in sampling):
        return FitWord("model fits, other sampling", "plain", cure or _SAMPLED)
    return FitWord("model fits, sampling unknown", "good", cure or _SAMPLED)


def summarise_choice(choice: SeedChoice) -> ChoiceSummary:
    """Say a choice in one line: which seeds, what that is worth, how the table fits."""
    fit = fit_word(choice.match) if choice.named is not None else FitWord("no table", "plain")
    evidence = _evidence(choice)
    shown = ", ".join(map(str, choice.seeds))
    return ChoiceSummary(f"{evidence} {choice.how}: {shown} ({fit.word})".strip(), evidence, fit)


def pick_thumbnail(table: SeedTable, seed: int) -> bytes | None:
    """Return a seed's small picture as a WebP file; None where the table has none.

    Raises:
        TableError: the seed is not in the table, or its pictures cannot be decoded.
    """
    tile = table.thumbnail(seed)
    if tile is None:
        return None
    coded = io.BytesIO()
    tile.save(coded, "WEBP", quality=80)
    return coded.getvalue()


def _evidence(choice: SeedChoice) -> str:
    if choice.named is None or choice.picking is None:
        return ""
    known = choice.named.table.spec.evidence
    if known is not None and known.near_identical:
        return _sentence(NEAR_IDENTICAL)
    if choice.how != PickRule.GOLDEN.value:
        others = [one for one in choice.picking.reasons if one != choice.picking.place]
        return _sentence(others[0]) if others else ""
    evidence = choice.named.table.spec.evidence
    return _NO_EVIDENCE if evidence is None else _VERDICTS[evidence.verdict]


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
