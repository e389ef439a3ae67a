"""What a table's evidence comes to, in plain words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..evidence import NEAR_IDENTICAL, Evidence, HeldOutGain, SeedEffect
from ..noise_spec import UNSTATED
from ..spec import MetricSpec, Status
from ..table import SeedTable

_LITTLE, _MUCH = 0.3, 0.7
_LEVEL = 0.05


@dataclass(frozen=True)
class TableVerdict:
    """A table's verdict: ``kind`` for its colour, a headline, and what follows from it."""

    kind: str
    headline: str
    advice: str


_MEANINGS = {
    "alignment": "how well pictures show what their prompts say",
    "fid": "how far a seed's pictures lie from photographs",
    "frechet": "how far pictures lie from those they should resemble",
    "unblemished": "how often pictures are neither gray nor framed",
}
_VERDICTS = {
    SeedEffect.EFFECT: TableVerdict(
        "effect",
        "The choice of seed matters here.",
        "Seeds that scored well also did better than others on prompts they were not chosen by. "
        "The gain below is how much of it is left there; expect that, not the scores themselves.",
    ),
    SeedEffect.NO_EFFECT: TableVerdict(
        "none",
        "No effect of the seed was found.",
        "The best seeds did no better than others on prompts they were not chosen by. The order "
        "below is mostly luck: take any seed you like the look of. As a list of good seeds this "
        "table is void.",
    ),
    SeedEffect.UNDECIDED: TableVerdict(
        "open",
        "Whether the choice of seed matters is not settled.",
        "Something may be there, but it is too small to be told from luck by these pictures. Take "
        "the order below as a hint, and look at the pictures.",
    ),
}
_UNKNOWN = TableVerdict(
    "none",
    "Whether the choice of seed matters was not looked into.",
    "The best of many seeds always look better than they are. Without a check on other prompts "
    "nobody knows how much of the difference below is luck.",
)
_PUBLISHED = TableVerdict(
    "open",
    "Published numbers, not measured here.",
    "They are what a paper states, for the model it names. Whether they hold for your model and "
    "settings, nobody has checked.",
)


def verdict_of(table: SeedTable) -> TableVerdict:
    """Return what the table's evidence allows to be said."""
    evidence = table.spec.evidence
    if evidence is not None and evidence.near_identical:
        said = _VERDICTS[evidence.verdict]
        alike = f"{NEAR_IDENTICAL[:1].upper()}{NEAR_IDENTICAL[1:]}."
        return TableVerdict("none", alike, f"{said.headline} {said.advice}")
    if evidence is not None:
        return _VERDICTS[evidence.verdict]
    return _PUBLISHED if table.spec.provenance.status is Status.PUBLISHED else _UNKNOWN


def purpose(table: SeedTable) -> str:
    """Say what the table is and what it is good for."""
    count = f"{len(table):,} seed{'' if len(table) == 1 else 's'}"
    metrics = table.metrics()
    scores = f" It scored them by {_and(metrics)}." if metrics else ""
    return (
        f"A seed is the number a picture's starting noise is drawn from, and with it much of where "
        f"things stand and how they look. This table compares {count} with the model "
        f"{table.spec.model.name}.{scores} It holds for {_noise(table)}, and for other noise or "
        "another size its seeds mean nothing."
    )


def warning(table: SeedTable) -> str:
    """Say what the table's source leaves open; nothing where it states all."""
    unstated = [UNSTATED[name] for name in table.spec.noise.unstated]
    return f"The source does not state {_and(unstated)}." if unstated else ""


def meaning(metric: MetricSpec) -> str:
    """Say what a score measures, and in the table's own words how; empty where nobody says."""
    known = _MEANINGS.get(metric.name, "")
    if not known:
        return metric.reference
    return f"{known} ({metric.reference})" if metric.reference else known


def agreement_words(evidence: Evidence) -> str:
    """Say how many seeds are best by every score, beside what chance alone would give."""
    if evidence.overlap is None or evidence.chance_overlap is None:
        return ""
    top = f"the best {evidence.top:,}" if evidence.top else "the best"
    spread = "" if evidence.chance_sd is None else f" give or take {evidence.chance_sd:.0f}"
    line = (
        f"{evidence.overlap:,} seeds are among {top} by every score. Scores that know nothing of "
        f"each other would share {evidence.chance_overlap:.0f}{spread}."
    )
    return f"{line} {_conclusion(evidence.hypergeometric_p)}".strip()


def reliability(share: float) -> str:
    """Say what a split-half reliability means."""
    if share < _LITTLE:
        return "mostly luck"
    return "partly luck" if share < _MUCH else "mostly the seed's own"


def figure(value: float) -> str:
    """Write a number for people: four digits, a true minus sign."""
    return f"{value:.4g}".replace("-", "−")


def gained(gain: HeldOutGain) -> tuple[str, str]:
    """Write a gain, and its interval, to a hundredth of the interval's width."""
    width = gain.high - gain.low or abs(gain.mean) or 1.0
    places = min(max(2 - math.floor(math.log10(width)), 0), 12)
    mean, low, high = (
        f"{value:+.{places}f}".replace("-", "−") for value in (gain.mean, gain.low, gain.high)
    )
    return mean, f"{low} to {high}"


def _conclusion(p: float | None) -> str:
    if p is None:
        return ""
    if p < _LEVEL:
        return "So they agree more than chance explains."
    return "So they agree no more than by chance."


def _noise(table: SeedTable) -> str:
    noise, made = table.spec.noise, table.spec.sampling
    if noise.unstated:
        return "the noise its source used"
    size = "×".join(map(str, made.size)) if made is not None and made.size else ""
    pixels = f" at {size} pixels" if size else f" of shape {noise.shape}"
    return f"{noise.source.label} noise{pixels}"


def _and(names: tuple[str, ...] | list[str]) -> str:
    *rest, last = names
    return f"{', '.join(rest)} and {last}" if rest else last
