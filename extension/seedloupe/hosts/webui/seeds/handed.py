"""Seeds that somebody chose in our tab, taken to the panel."""

from __future__ import annotations

from dataclasses import dataclass

from ....errors import InputError
from ....noise import parse_seeds
from ....strict_json import parse_json

_MOST = 1024


@dataclass(frozen=True)
class HandedSeeds:
    """Some seeds of a table.

    Attributes:
        table: its name.
        seeds: as the panel's control has them.
    """

    table: str
    seeds: str

    @classmethod
    def read(cls, message: str) -> HandedSeeds:
        """Read the tab's message: a JSON object of ``table``, a name, and ``seeds``, texts.

        Raises:
            InputError: it is no such message.
        """
        found = parse_json(message, field="message", problem=InputError)
        table = found.get("table") if isinstance(found, dict) else None
        seeds = found.get("seeds") if isinstance(found, dict) else None
        if not isinstance(table, str) or not isinstance(seeds, list):
            raise InputError("message", expected="a table and its seeds", got=repr(message))
        listed = parse_seeds(", ".join(map(str, seeds)), most=_MOST)
        return cls(table, ", ".join(map(str, listed)))
