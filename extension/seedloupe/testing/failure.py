"""What a battery says of a plug-in that does not keep to its protocol."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """One check that a plug-in did not pass.

    Attributes:
        check: the check's name.
        reason: what was seen, in a sentence.
    """

    check: str
    reason: str

    def __str__(self) -> str:
        """Return both on one line."""
        return f"{self.check}: {self.reason}"
