"""In what a seed table and the settings in use differ, and what that means, in one wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

UNKNOWN = "unknown"
NO_ADVICE: Mapping[str, str] = MappingProxyType({})


class MatchLevel(str, Enum):
    """How far a table can be trusted for the settings in use."""

    EXACT = "exact"
    """Same noise, same model, same sampling."""
    NOISE_ONLY = "noise_only"
    """Same noise, other or unknown model or sampling: usable, with a warning."""
    INVALID = "invalid"
    """Other noise: the seeds mean something else."""


_SUMMARIES = {
    MatchLevel.EXACT: "The table was made with this very model and these settings",
    MatchLevel.NOISE_ONLY: "The table knows this noise, but its model or sampling are others, or "
    "not known",
    MatchLevel.INVALID: "The table's seeds stand for other noise here",
}


@dataclass(frozen=True)
class Difference:
    """One setting in which a table and its use differ.

    Args:
        field: the setting, as the table's spec calls it.
        table: the table's value.
        use: the value in use.
        level: how far the table can still be trusted.
        advice: what would make them agree, a whole sentence; empty where nothing would.
        table_label: what to call the table's value in a sentence; empty for the value itself.
        use_label: likewise the value in use.
    """

    field: str
    table: str
    use: str
    level: MatchLevel
    advice: str = ""
    table_label: str = ""
    use_label: str = ""

    def __str__(self) -> str:
        """Say it in one line."""
        here = f"has {self.table_label or self.table}"
        if self.table == UNKNOWN:
            here = "does not say"
        used = self.use_label or self.use
        return f"{self.field}: the table {here}, in use is {used}. {self.advice}".strip()

    def to_json(self) -> dict[str, str]:
        """Return plain JSON values; values in full."""
        return {
            "field": self.field,
            "table": self.table,
            "use": self.use,
            "level": self.level.value,
            "advice": self.advice,
        }


@dataclass(frozen=True)
class Match:
    """How far a table can be trusted, and every difference found."""

    level: MatchLevel
    differences: tuple[Difference, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """The differences in words, one line each; empty for an exact match."""
        return tuple(str(difference) for difference in self.differences)

    @property
    def obstacles(self) -> tuple[Difference, ...]:
        """The differences that keep the table from being used; empty unless it is invalid."""
        return tuple(found for found in self.differences if found.level is MatchLevel.INVALID)

    @property
    def summary(self) -> str:
        """What the level means, without a full stop."""
        return _SUMMARIES[self.level]

    def advised(self, advice: Mapping[str, str]) -> Match:
        """Return the match with a host's own advice in place of ours.

        Args:
            advice: a whole sentence by field; fields that do not differ are left out.
        """
        differences = tuple(
            replace(found, advice=advice.get(found.field, found.advice))
            for found in self.differences
        )
        return replace(self, differences=differences)

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values."""
        return {
            "level": self.level.value,
            "reasons": list(self.reasons),
            "differences": [found.to_json() for found in self.differences],
        }
