"""What a batch comes to, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from ..report import Verdict
from .collected import Collected
from .rates import FEW, Rate


def headline_of(collected: Collected) -> str:
    """Say in one sentence how many pictures show text."""
    counts = collected.counts
    flagged, looked = counts[Verdict.FLAGGED], counts[Verdict.FLAGGED] + counts[Verdict.CLEAN]
    if not looked:
        return "No picture was checked."
    if not flagged:
        return f"No text that nobody asked for was found in {pictures(looked)}."
    verb = "shows" if flagged == 1 else "show"
    return f"{flagged:,} of {pictures(looked)} {verb} text that nobody asked for."


def advice_of(collected: Collected) -> str:
    """Say what that means, and what is missing."""
    counts = collected.counts
    parts = []
    if counts[Verdict.NOT_CHECKED]:
        was = "was" if counts[Verdict.NOT_CHECKED] == 1 else "were"
        parts.append(
            f"{pictures(counts[Verdict.NOT_CHECKED])} {was} not checked; each says why below, and "
            "none of them counts as free of text."
        )
    if not collected.finished:
        parts.append(
            f"The check was stopped after {len(collected.rows):,} of {pictures(collected.total)}; "
            "the same command goes on from here."
        )
    if counts[Verdict.CLEAN] or counts[Verdict.FLAGGED]:
        parts.append(
            "Not flagged means that the reader found no text that nobody asked for, not that there "
            "is none; garbled letters are easily missed, and round shapes easily taken for one. "
            "Look at the frames."
        )
    return " ".join(parts)


def settings_words(collected: Collected) -> str:
    """Say how the pictures were checked."""
    settings = collected.settings
    reader = f"Read by {settings.reader}" if settings.reader else "Read by nobody"
    prompt = "each picture's own prompt" if settings.prompt is None else "the prompt that was given"
    shown = len(collected.thumbnails)
    small = f" {shown:,} of {len(collected.rows):,} are shown with a small picture."
    missing = shown < sum(row.size is not None for row in collected.rows)
    return f"{reader}, level {settings.level.value}, with {prompt}.{small if missing else ''}"


def caution(rates: Sequence[Rate]) -> str:
    """Say what a table of seeds can tell."""
    few = sum(rate.few for rate in rates)
    pale = (
        f" {few:,} of {len(rates):,} seeds have fewer than {FEW} pictures and are pale."
        if few
        else ""
    )
    return (
        "A seed's rate holds for the noise and size it was drawn with, and for such prompts. The "
        "interval is where the true rate lies in 95 of 100 cases; of many seeds some look bad by "
        f"luck alone.{pale}"
    )


def pictures(count: int) -> str:
    """Count pictures in words."""
    return f"{count:,} picture{'' if count == 1 else 's'}"
